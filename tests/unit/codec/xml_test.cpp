// XML: every option, every fault with its line, and what an element becomes.
#include <filesystem>
#include <fstream>

#include "gateway/base/bytes.h"
#include "gateway/codec/xml_reader.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;

namespace {

using Codes = std::vector<std::string>;

constexpr std::string_view plain = R"({"format":"xml","namespaces":{"p":"urn:p"},"root":"p:Envoi",
    "each":"p:Enfant"})";

/// The options, with more of them in front of those of `plain`.
Options options(std::string_view more = {}) {
  std::string json(plain);
  json.insert(1, more.empty() ? "" : std::string(more) + ',');
  const auto document = read_json(json, "conf.json");
  REQUIRE(document);
  const auto read = read_options(*document, document->root());
  if (!read) FAIL(base::describe(read.error(), base::Language::en));
  return *read;
}

std::string envoi(std::string_view inside, std::string_view attributes = {}) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p:Envoi xmlns:p=\"urn:p\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"" +
         std::string(attributes) + ">\n" + std::string(inside) + "\n</p:Envoi>\n";
}

Reading read_xml(std::string bytes, std::string_view more = {}, std::size_t limit = 3) {
  return read(options(more), base::Payload(std::move(bytes)), limit);
}

/// What the record inside becomes, as JSON.
std::string record(std::string_view enfant, std::string_view more = {}) {
  const Reading r = read_xml(envoi(enfant), more);
  CHECK(r.code() == "");
  REQUIRE(r.rows.size() == 1);
  return write_json(*r.rows[0]);
}

std::string refused(std::string bytes, std::string_view more = {}) {
  const Reading r = read_xml(std::move(bytes), more);
  return r.refused ? r.code() + " " + std::to_string(r.refused->place.line) : "";
}

}  // namespace

TEST_CASE("an element is a text, or an object of its attributes and children") {
  CHECK(record("<p:Enfant id='7'><p:Nom>D'Été</p:Nom><p:Vide/></p:Enfant>") ==
        R"({"id":"7","Nom":"D'Été","Vide":""})");
  CHECK(record("<p:Enfant><p:Prenom rang='1'>A</p:Prenom><p:Lieu insee='62'/></p:Enfant>") ==
        R"({"Prenom":{"rang":"1","text":"A"},"Lieu":{"insee":"62"}})");
  CHECK(record("<p:Enfant>seul</p:Enfant>") == R"({"text":"seul"})");
  CHECK(record("<p:Enfant/>") == R"({"text":""})");
  CHECK(record("<p:Enfant><p:T><![CDATA[a < b & c]]></p:T><p:U>&lt;&#233;&gt;</p:U></p:Enfant>") ==
        R"({"T":"a < b & c","U":"<é>"})");
}

TEST_CASE("an attribute says what it was written for, whatever its escapes") {
  CHECK(record("<p:Enfant a='x &amp; y &#38; &lt; &quot; &#233;'/>") ==
        R"({"a":"x & y & < \" é"})");
}

TEST_CASE("offsets are those of the tags in the text, whatever the pieces") {
  const std::string bytes = "<a>é\r\n<b x='>'/><!-- --><c\ny='1'>t</c></a>\n";
  for (const std::size_t piece : {1, 7, 1000}) {
    XmlReader reader(base::Payload(bytes), "f", {64, 1 << 20, piece});
    std::vector<std::size_t> starts;
    std::vector<std::size_t> ends;
    for (;;) {
      const auto event = reader.next();
      REQUIRE(event);
      if (*event == nullptr) break;
      if ((*event)->kind == XmlEvent::Kind::start) starts.push_back((*event)->offset);
      if ((*event)->kind == XmlEvent::Kind::end) ends.push_back((*event)->offset);
    }
    CHECK(starts == std::vector{std::size_t{0}, bytes.find("<b"), bytes.find("<c")});
    CHECK(ends == std::vector{bytes.find("<!--"), bytes.find("</a>"), bytes.size() - 1});
  }
}

TEST_CASE("children of one name are an array where the first stands") {
  CHECK(record("<p:Enfant><p:M n='1'/><p:X>x</p:X><p:M n='2'/><p:M>3</p:M></p:Enfant>") ==
        R"({"M":[{"n":"1"},{"n":"2"},"3"],"X":"x"})");
}

TEST_CASE("mixed content keeps its text; blanks between elements are none") {
  CHECK(record("<p:Enfant>\n <p:N>\n Vu le <p:D>3</p:D>,\n signé. </p:N>\n</p:Enfant>") ==
        R"({"N":{"D":"3","text":"\n Vu le ,\n signé. "}})");
  CHECK(record("<p:Enfant><p:N> </p:N></p:Enfant>") == R"({"N":" "})");
}

TEST_CASE("xsi:nil is null, and only what the schema says of itself is dropped") {
  CHECK(record("<p:Enfant><p:Fin xsi:nil='true'/><p:G xsi:nil='false'>g</p:G></p:Enfant>") ==
        R"({"Fin":null,"G":"g"})");
  CHECK(
      record("<p:Enfant xsi:schemaLocation='urn:p p.xsd'><p:Fin xsi:nil='1' m='02'/></p:Enfant>") ==
      R"({"Fin":{"m":"02"}})");
  CHECK(record("<p:Enfant xml:lang='fr' xsi:type='p:T'><p:N>n</p:N></p:Enfant>") ==
        R"({"xml:lang":"fr","xsi:type":"p:T","N":"n"})");
}

TEST_CASE("the prefix of a file is its own affair; another declared namespace bears ours") {
  const std::string two = R"("namespaces":{"p":"urn:p","x":"urn:x"})";
  std::string json(plain);
  json.replace(json.find(R"("namespaces":{"p":"urn:p"})"), 26, two);
  const auto document = read_json(json, "conf.json");
  REQUIRE(document);
  const auto both = read_options(*document, document->root());
  REQUIRE(both);
  const Reading r =
      read(*both, base::Payload("<Envoi xmlns='urn:p'><Enfant xmlns:q='urn:x' q:a='1'>"
                                "<Nom>A</Nom><q:Nom>B</q:Nom></Enfant></Envoi>"));
  CHECK(r.code() == "");
  REQUIRE(r.rows.size() == 1);
  CHECK(write_json(*r.rows[0]) == R"({"x:a":"1","Nom":"A","x:Nom":"B"})");
}

TEST_CASE("an element of an unknown namespace, or of none, refuses the file at its line") {
  CHECK(refused(envoi("<p:Enfant><q:A xmlns:q='urn:q'/></p:Enfant>")) == "CH-XML-009 3");
  CHECK(refused(envoi("<p:Enfant>\n<A/></p:Enfant>")) == "CH-XML-009 4");
  CHECK(refused(envoi("<p:Autre>\n<A/></p:Autre>")) == "CH-XML-009 4");
  CHECK(refused(envoi("<p:Enfant xmlns:q='urn:q' q:a='1'/>")) == "CH-XML-009 3");
  CHECK(record("<p:Enfant><A>a</A></p:Enfant>", R"("unqualified":true)") == R"({"A":"a"})");
  CHECK(refused(envoi("<p:Enfant><A>a</A><p:A>b</p:A></p:Enfant>"), R"("unqualified":true)") ==
        "CH-XML-012 3");
}

TEST_CASE("names that two things would share refuse the file at the element") {
  CHECK(refused(envoi("<p:Enfant>\n<p:M type='1'><p:type>2</p:type></p:M></p:Enfant>")) ==
        "CH-XML-012 4");
  CHECK(refused(envoi("<p:Enfant>\n\n<p:M text='1'>t</p:M></p:Enfant>")) == "CH-XML-012 5");
  CHECK(refused(envoi("<p:Enfant><p:M><p:text/>t</p:M></p:Enfant>")) == "CH-XML-012 3");
}

TEST_CASE("origins are the line and column where a tag begins") {
  const Reading r =
      read_xml(envoi("<!-- é\n -->\n  <p:Enfant\n id='é'><p:A>é</p:A><p:B/>\n"
                     "</p:Enfant><p:Enfant/>"));
  REQUIRE(r.rows.size() == 2);
  CHECK(r.rows[0]->origin() == tree::Origin{1, 5, 0});  // a tag of two lines has no one column
  CHECK(r.rows[0]->find("A")->origin() == tree::Origin{1, 6, 9});
  CHECK(r.rows[0]->find("B")->origin() == tree::Origin{1, 6, 21});
  CHECK(r.rows[1]->origin() == tree::Origin{1, 7, 12});
  CHECK(r.documents[0].files()[1] == "f");
  // libxml2's own trees count no further than 65,535.
  const Reading far = read_xml(envoi(std::string(70'000, '\n') + "<p:Enfant/>"));
  REQUIRE(far.rows.size() == 1);
  CHECK(far.rows[0]->origin() == tree::Origin{1, 70'003, 1});
}

TEST_CASE("each is a path; elements beside it are named once and not read") {
  const std::string_view each = R"("header":"p:Tete")";
  std::string json(plain);
  json.replace(json.find("\"p:Enfant\""), 10, "\"p:Liste/p:Enfant\"");
  json.insert(1, std::string(each) + ",");
  const auto document = read_json(json, "conf.json");
  const auto nested = read_options(*document, document->root());
  REQUIRE(nested);
  const Reading r =
      read(*nested, base::Payload(envoi("<p:Tete/><p:Liste><p:Enfant id='1'/><p:Autre><p:Enfant/>"
                                        "</p:Autre><p:Autre/></p:Liste><p:Liste><p:Enfant id='2'/>"
                                        "</p:Liste>")));
  CHECK(r.code() == "");
  CHECK(r.rows.size() == 2);
  CHECK(r.cell(1, "id") == "2");
  CHECK(r.remarks == Codes{"CH-XML-017"});
}

TEST_CASE("the header is in every row, and stands once, before the records") {
  const std::string_view header = R"("header":"p:Tete")";
  const std::string good = envoi(
      "<p:Tete><p:Lot>L1</p:Lot></p:Tete><p:Enfant id='1'/>"
      "<p:Enfant id='2'/><p:Enfant id='3'/><p:Enfant id='4'/>");
  const Reading r = read_xml(good, header);
  REQUIRE(r.rows.size() == 4);
  for (const tree::Node* row : r.rows) CHECK(write_json(*row->find("Tete")) == R"({"Lot":"L1"})");
  CHECK(refused(envoi("\n<p:Enfant/>"), header) == "CH-XML-024 4");
  CHECK(refused(envoi(""), header) == "CH-XML-024 2");
  CHECK(refused(envoi("<p:Tete/>\n<p:Tete/>"), header) == "CH-XML-018 4");
  CHECK(refused(envoi("<p:Tete/>\n<p:Enfant Tete='1'/>"), header) == "CH-XML-012 4");
}

TEST_CASE("the root is the one expected, with an accepted version") {
  CHECK(refused("<p:Autre xmlns:p='urn:p'/>") == "CH-XML-014 1");
  CHECK(refused("<Envoi xmlns='urn:q'/>") == "CH-XML-009 1");
  const std::string_view version = R"("attributes":{"version":["2.3","2.4"]})";
  CHECK(refused(envoi(""), version) == "CH-XML-015 2");
  CHECK(refused(envoi("", " version='3.0'"), version) == "CH-XML-015 2");
  CHECK(read_xml(envoi("<p:Enfant/>", " version='2.4'"), version).rows.size() == 1);
}

TEST_CASE("the footer's counts and sums are those of the file") {
  const std::string_view footer = R"("footer":{"element":"p:Pied","checks":{
      "enfants":{"count":"p:Enfant"},"prix":{"sum":"p:Prix"}}})";
  const auto file = [](std::string_view pied) {
    return envoi(
        "<p:Enfant><p:Prix>10.50</p:Prix></p:Enfant>\n<p:Enfant><p:Prix>4,5</p:Prix>"
        "<p:Prix/></p:Enfant>\n" +
        std::string(pied));
  };
  const Reading r = read_xml(file("<p:Pied enfants='2' prix='15.00'/>"), footer);
  CHECK(r.code() == "");
  CHECK(r.rows.size() == 2);
  CHECK(read_xml(file("<p:Pied><p:enfants> 2 </p:enfants><p:prix>15</p:prix></p:Pied>"), footer)
            .code() == "");
  CHECK(refused(file("<p:Pied enfants='3' prix='15'/>"), footer) == "CH-XML-031 5");
  CHECK(refused(file("<p:Pied enfants='2' prix='15.01'/>"), footer) == "CH-XML-033 5");
  CHECK(refused(file("<p:Pied enfants='deux' prix='15'/>"), footer) == "CH-XML-030 5");
  CHECK(refused(file("<p:Pied prix='15'/>"), footer) == "CH-XML-030 5");
  CHECK(refused(file(""), footer).starts_with("CH-XML-028"));
  CHECK(refused(file("<p:Pied enfants='2' prix='15'/>\n<p:Enfant/>"), footer) == "CH-XML-016 6");
  CHECK(refused(file("<p:Pied enfants='2' prix='15'/>\n<p:Pied/>"), footer) == "CH-XML-018 6");
  CHECK(refused(envoi("<p:Enfant/>\n<p:Prix>dix</p:Prix><p:Pied enfants='1' prix='10'/>"),
                footer) == "CH-XML-032 4");
}

TEST_CASE("a key stands once in the file; a record without its key is rejected alone") {
  const std::string_view key = R"("key":"Id/ins")";
  const auto enfant = [](std::string_view ins) {
    return "<p:Enfant><p:Id ins='" + std::string(ins) + "'/></p:Enfant>\n";
  };
  CHECK(refused(envoi(enfant("1") + enfant("2") + enfant("1")), key) == "CH-XML-027 5");
  const Reading r = read_xml(envoi(enfant("1") + "<p:Enfant n='2'/>\n" + enfant("")), key);
  CHECK(r.code() == "");
  CHECK(r.rows.size() == 1);
  REQUIRE(r.rejected.size() == 2);
  CHECK(r.rejected[0].fault.code == "CH-XML-026");
  CHECK(r.rejected[0].line == 4);
  CHECK(r.rejected[0].number == 2);
  CHECK(r.rejected[0].raw == R"({"n":"2"})");
}

TEST_CASE("the envelope is what header and root say of the sending") {
  const std::string_view envelope = R"("header":"p:Tete","envelope":{"lot":"Tete/Lot",
      "extracted":"date","emitter":"Tete/De/code"})";
  const std::string file = envoi(
      "<p:Tete><p:De code='CD99'>Un département</p:De><p:Lot n='1'>L7</p:Lot></p:Tete><p:Enfant/>",
      " date='2026-06-30'");
  auto stream = open(options(envelope), base::Payload(file), "f");
  REQUIRE(stream);
  REQUIRE((*stream)->next(1));
  CHECK((*stream)->envelope().lot == "L7");
  CHECK((*stream)->envelope().extracted == "2026-06-30");
  CHECK((*stream)->envelope().emitter == "CD99");
  CHECK(refused(envoi("<p:Tete/>", " date='1'"), envelope) == "CH-XML-025 3");
  CHECK(refused(envoi("<p:Tete><p:De code=''/><p:Lot>L7</p:Lot></p:Tete>", " date='2026-06-30'"),
                envelope) == "CH-XML-025 3");
  CHECK(refused(envoi("<p:Enfant/>"), R"("envelope":{"lot":"lot"})") == "CH-XML-025 2");
}

TEST_CASE("an extraction is dated by its day, as its sender wrote it") {
  const std::string_view envelope = R"("envelope":{"extracted":"date"})";
  const auto day = [&](const std::string& written) {
    auto stream = open(options(envelope),
                       base::Payload(envoi("<p:Enfant/>", " date='" + written + "'")), "f");
    REQUIRE(stream);
    REQUIRE((*stream)->next(1));
    return (*stream)->envelope().extracted;
  };
  CHECK(day("2026-06-30T02:00:00+02:00") == "2026-06-30");
  CHECK(day("2026-07-01T00:30:00+02:00") == "2026-07-01");
  CHECK(day("20260630") == "2026-06-30");
  CHECK(day("30/06/2026") == "2026-06-30");
  for (const std::string_view none : {"2026-13-01", "hier", "2026-06-30 02:00", "2026"})
    CHECK(refused(envoi("<p:Enfant/>", " date='" + std::string(none) + "'"), envelope) ==
          "CH-XML-034 2");
}

TEST_CASE("texts, records and depths have limits") {
  const std::string kilobyte(1024, 'x');
  const auto text = [&](std::string_view t) {
    return envoi("<p:Enfant>\n<p:A>" + std::string(t) + "</p:A></p:Enfant>");
  };
  CHECK(read_xml(text(kilobyte), R"("max-text":"1KiB")").code() == "");
  CHECK(refused(text(kilobyte + "x"), R"("max-text":"1KiB")") == "CH-XML-011 4");
  CHECK(refused(envoi("<p:Enfant a='" + kilobyte + "x'/>"), R"("max-text":"1KiB")") ==
        "CH-XML-011 3");
  CHECK(refused(text(kilobyte), R"("max-record":"1KiB")") == "CH-XML-010 3");
  CHECK(refused(envoi("<p:Enfant><p:A>\n<p:B/></p:A></p:Enfant>"), R"("max-depth":3)") ==
        "CH-XML-008 4");
  // A comment that never ends is not waited for.
  CHECK(refused(envoi("<!--" + std::string(300'000, 'x')), R"("max-record":"64KiB")")
            .starts_with("CH-XML-006"));
}

TEST_CASE("base64 above 64 KiB becomes an attachment with the type of its content") {
  const std::string bytes = "%PDF-1.7" + std::string(60'000, '\1');
  std::string folded = base::to_base64(base::as_bytes(bytes));
  for (std::size_t at = 76; at < folded.size(); at += 77) folded.insert(at, 1, '\n');
  const Reading r = read_xml(envoi("<p:Enfant><p:Piece>" + folded + "</p:Piece></p:Enfant>"),
                             R"("max-text":"128KiB")");
  REQUIRE(r.rows.size() == 1);
  const tree::Node& piece = *r.rows[0]->find("Piece");
  REQUIRE(piece.is(tree::Kind::attachment));
  const tree::Attachment& attachment = r.documents[0].attachments()[piece.attachment_index()];
  CHECK(attachment.media_type == "application/pdf");
  CHECK(attachment.bytes.bytes(1 << 20) == bytes);
}

TEST_CASE("what is no XML is refused with its line and reason") {
  CHECK(refused("") == "CH-XML-003 1");
  CHECK(refused("  \n ") == "CH-XML-003 1");
  CHECK(refused(envoi("<p:Enfant><p:A></p:B></p:Enfant>")) == "CH-XML-001 3");
  CHECK(refused(envoi("<p:Enfant a='1' a='2'/>")) == "CH-XML-001 3");
  CHECK(refused(envoi("<p:Enfant>&inconnue;</p:Enfant>")) == "CH-XML-001 3");
  CHECK(refused(envoi("<q:Enfant/>")) == "CH-XML-001 3");
  CHECK(refused(envoi("<p:Enfant>&#1;</p:Enfant>")) == "CH-XML-001 3");
  CHECK(refused(envoi("") + "<p:Suite/>") == "CH-XML-001 5");
  const std::string whole = envoi("<p:Enfant><p:A>a</p:A></p:Enfant>");
  for (std::size_t size = 60; size + 2 < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refused(whole.substr(0, size)).starts_with("CH-XML-002"));
  }
  CHECK(refused(envoi("perdu")) == "CH-XML-013 2");
  CHECK(refused(std::string("PK\x03\x04", 4)) == "CH-TXT-007 1");
  CHECK(read_xml(envoi("")).remarks == Codes{"CH-XML-029"});
}

TEST_CASE("a fault never repeats what the file holds") {
  for (const char* const inside :
       {"<p:Enfant><p:Nom>SECRETO</p:Nem></p:Enfant>", "<p:Enfant>&SECRETO;</p:Enfant>",
        "<SECRETO:Enfant/>", "<p:Enfant SECRETO='1' SECRETO='2'/>"}) {
    const Reading r = read_xml(envoi(inside));
    REQUIRE(r.refused);
    CHECK(base::describe(*r.refused, base::Language::fr).find("SECRETO") == std::string::npos);
  }
}

TEST_CASE("the encoding is the one that the file declares, and is checked") {
  const auto file = [](std::string_view encoding, std::string_view nom) {
    return "<?xml version='1.0' encoding='" + std::string(encoding) +
           "'?>\n<p:Envoi xmlns:p='urn:p'>\n<p:Enfant n='" + std::string(nom) + "'/></p:Envoi>";
  };
  const auto name = [](const Reading& r) { return r.refused ? r.code() : r.cell(0, "n"); };
  CHECK(name(read_xml(file("UTF-8", "\xC3\xA9"))) == "é");
  CHECK(name(read_xml(file("ISO-8859-1", "\xE9"))) == "é");
  CHECK(name(read_xml(file("iso-8859-15", "\xA4"))) == "€");
  CHECK(name(read_xml(file("windows-1252", "\x80"))) == "€");
  CHECK(refused(file("UTF-8", "\xE9")) == "CH-TXT-001 3");
  CHECK(refused(file("ISO-8859-1", "\xC3\xA9")) == "CH-TXT-003 3");
  CHECK(refused(file("UTF-7", "a")) == "CH-XML-004 1");
  CHECK(refused(file("UTF-16", "a")) == "CH-TXT-006 1");
  CHECK(refused("\xEF\xBB\xBF" + file("ISO-8859-1", "a")) == "CH-TXT-006 1");
  CHECK(name(read_xml("\xEF\xBB\xBF" + file("UTF-8", "a"))) == "a");
  const auto wide = [](std::string_view ascii) {
    std::string out("\xFF\xFE", 2);
    for (const char c : ascii) out += {c, '\0'};
    return out;
  };
  CHECK(name(read_xml(wide(file("UTF-16", "a")))) == "a");
  CHECK(refused(wide(file("UTF-8", "a"))) == "CH-TXT-006 1");
}

TEST_CASE("a DTD of any kind and an XInclude are refused before anything is read elsewhere") {
  const auto secret = std::filesystem::temp_directory_path() / "charmille-xml-secret.txt";
  std::ofstream(secret) << "SECRETO";
  const std::string uri = "file://" + secret.string();
  const std::string body = "<p:Envoi xmlns:p='urn:p'><p:Enfant>&f;</p:Enfant></p:Envoi>";
  CHECK(refused("<!DOCTYPE x SYSTEM '" + uri + "'>\n" + body) == "CH-XML-005 1");
  CHECK(refused("<?xml version='1.0'?>\n<!DOCTYPE x [<!ENTITY f SYSTEM '" + uri + "'>]>" + body) ==
        "CH-XML-005 2");
  CHECK(refused("<!DOCTYPE x [<!ENTITY % p SYSTEM '" + uri + "'> %p;]>" + body) == "CH-XML-005 1");
  CHECK(refused("<!DOCTYPE x PUBLIC '-//X' 'http://127.0.0.1:9/x.dtd'>" + body) == "CH-XML-005 1");
  CHECK(refused(envoi("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' parse='text' href='" +
                      uri + "'/>")) == "CH-XML-007 3");
  // The reader below refuses by itself, whatever stands above it.
  XmlReader reader(base::Payload("<!DOCTYPE x [<!ENTITY f SYSTEM '" + uri + "'>]><x>&f;</x>"), "f",
                   {});
  for (;;) {
    const auto event = reader.next();
    if (!event) break;
    REQUIRE(*event != nullptr);
    CHECK((*event)->text.find("SECRETO") == std::string_view::npos);
  }
  std::filesystem::remove(secret);
}

TEST_CASE("what is read does not depend on pieces or batches") {
  const std::string bytes = envoi(
      "<p:Enfant a='1 > 0' b=\"l'été\">\n <p:A>x &amp; y</p:A><!-- > --><?pi >?>\n"
      "<p:B><![CDATA[<]]>]]</p:B></p:Enfant>");
  const auto events = [&](std::size_t piece) {
    XmlReader reader(base::Payload(bytes), "f", {64, 1 << 20, piece});
    std::string all;
    for (;;) {
      const auto event = reader.next();
      if (!event) return all + std::string(event.error().code);
      if (*event == nullptr) return all;
      const XmlEvent& e = **event;
      if (e.kind == XmlEvent::Kind::end) all += "/";
      if (e.kind == XmlEvent::Kind::text) all += e.text;
      if (e.kind != XmlEvent::Kind::start) continue;
      all += '[' + std::string(e.name.local) + '@' + std::to_string(e.line) + ':' +
             std::to_string(e.column);
      for (const XmlAttribute& a : e.attributes)
        all += ' ' + std::string(a.name.local) + '=' + std::string(a.value);
      all += ']';
    }
  };
  const std::string whole = events(1 << 20);
  CHECK(whole.find("[Enfant@3:1 a=1 > 0 b=l'été]") != std::string::npos);
  for (std::size_t piece = 1; piece < 80; ++piece) {
    CAPTURE(piece);
    CHECK(events(piece) == whole);
  }
  std::string many;
  for (int i = 0; i < 500; ++i) many += "<p:Enfant id='" + std::to_string(i) + "'/>";
  const Reading one = read_xml(envoi(many), {}, 1);
  const Reading all = read_xml(envoi(many), {}, 10'000);
  CHECK(one.documents.size() == 501);
  CHECK(one.documents[0].root().find("rows")->items().size() == 1);
  REQUIRE(one.rows.size() == 500);
  REQUIRE(all.rows.size() == 500);
  for (std::size_t i = 0; i < 500; ++i) CHECK(tree::equal(*one.rows[i], *all.rows[i]));
}

TEST_CASE("deep nesting is refused at once, and memory does not grow with the file") {
  std::string deep;
  for (int i = 0; i < 60'000; ++i) deep += "<p:A>";
  CHECK(refused(envoi("<p:Enfant>" + deep)) == "CH-XML-008 3");
  // 64 MiB of records that exist only while they are read.
  class Endless final : public base::Reader {
   public:
    Result<std::size_t> read(std::span<char> buffer) override {
      std::size_t filled = 0;
      for (; filled < buffer.size(); ++filled) {
        if (at_ == piece_.size()) {
          if (count_ == 512 * 1024) break;
          piece_ = count_++ == 0 ? "<p:Envoi xmlns:p='urn:p'>"
                                 : "<p:Enfant id='" + std::to_string(count_) + "'>" +
                                       std::string(90, 'x') + "</p:Enfant>";
          if (count_ == 512 * 1024) piece_ = "</p:Envoi>";
          at_ = 0;
        }
        buffer[filled] = piece_[at_++];
      }
      return filled;
    }

   private:
    std::string piece_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
  };
  const base::Payload payload(64 << 20, []() -> Result<std::unique_ptr<base::Reader>> {
    return std::make_unique<Endless>();
  });
  const auto peak = [] {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
    return 0ULL;
  };
  const auto before = peak();
  auto stream = open(options(), payload, "f");
  REQUIRE(stream);
  std::size_t rows = 0;
  for (bool last = false; !last;) {
    const auto batch = (*stream)->next(1000);
    REQUIRE(batch);
    rows += batch->document.root().find("rows")->items().size();
    last = batch->last;
  }
  CHECK(rows == 512 * 1024 - 2);
  CHECK(peak() - before < 16 * 1024);
}
