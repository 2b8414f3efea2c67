// A secret is planted in each carrier, and found there; what is none is let through.
#include "gateway/policy/scan.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/text.h"
#include "tests/unit/policy/carriers.h"
#include "tests/unit/policy/secret_child.h"

using namespace charmille;
using namespace charmille::policy;
using namespace std::literals;

namespace {

const std::string secret = "MECS Les Trois Tilleuls, œuvre de l'Écluse";
const std::string harmless = "Rayan va bien ; il a aimé la journée à la piscine.";

/// "les trois tilleuls", "07 67 97 70 68".
const Scanner& scanner() {
  static const Scanner made(
      {{SecretKind::establishment, Spread::own, 0, "stays[0].establishment", {"LESTROISTILLEULS"}},
       {SecretKind::phone, Spread::unique, 0, "persons[0].phones[0]", {"0767977068"}},
       {SecretKind::school, Spread::own, 0, "school[0].establishment", {"OEUVREDELECLUSE"}}});
  return made;
}

ScanResult scan(std::string bytes, std::string_view media_type = {}, ScanLimits limits = {}) {
  const Scanner limited(scanner().secrets(), limits);
  auto result = limited.scan(base::Payload(std::move(bytes)), media_type);
  REQUIRE(result);
  return std::move(*result);
}

bool has(const ScanResult& result, std::uint32_t which, Carrier carrier, std::string_view place) {
  return std::ranges::find(result.hits, Hit{which, carrier, std::string(place)}) !=
         result.hits.end();
}

bool is_held(const ScanResult& result, Obstacle why, std::string_view place = {}) {
  return std::ranges::find(result.unread, Unread{why, std::string(place)}) != result.unread.end();
}

std::string in(codec::Encoding encoding, std::string_view utf8) {
  codec::TextEncoder encoder(encoding);
  std::string out(encoder.mark());
  REQUIRE(encoder.add(utf8, '?', out));
  return out;
}

std::string in_1252(std::string_view utf8) {
  return in(codec::Encoding::windows_1252, utf8);
}

std::string many_words(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += harmless + '\n';
  return text;
}

}  // namespace

TEST_CASE("plain text and CSV are read in every encoding that a reader could open them in") {
  using enum codec::Encoding;
  for (const auto encoding : {utf8, windows_1252, iso_8859_15, utf16le, utf16be}) {
    CAPTURE(codec::name_of(encoding));
    const ScanResult result =
        scan(in(encoding, "nom;lieu\r\nRAYAN;" + secret + "\r\n"), "text/csv");
    CHECK(has(result, 0, Carrier::text, ""));
    CHECK(has(result, 2, Carrier::text, ""));
    CHECK(result.unread.empty());
    CHECK(scan(in(encoding, "nom;lieu\r\nRAYAN;" + harmless), "text/csv").clear());
  }
  CHECK(has(scan(in(cp850, "à l'école : Les Trois Tilleuls")), 0, Carrier::text, ""));
  // No mark, one line in another encoding than the rest, a character that ends no chunk.
  CHECK(has(scan(in(utf16le, secret).substr(2)), 2, Carrier::text, ""));
  CHECK(has(scan(harmless + '\n' + in_1252(secret)), 2, Carrier::text, ""));
  CHECK(has(scan(many_words(65'500) + secret), 2, Carrier::text, ""));
}

TEST_CASE("what is near a secret is none") {
  for (const char* text :
       {"Les Trois Tilleulsons", "Les Tilleuls", "trois tilleuls", "1076797706812", "076797706"})
    CHECK_MESSAGE(scan(text).clear(), text);
}

TEST_CASE("a text in which somebody put HTML is also read as a person sees it") {
  for (const char* text :
       {"MECS Les <b>Trois</b> Tilleuls", "Les<br/>Trois<span class=\"a\">&nbsp;Tilleuls</span>",
        "les&#32;trois&#x20;tilleuls", "&OElig;uvre de l&rsquo;&Eacute;cluse",
        "au 07&nbsp;67 <i>97</i> 70 68", "<p title='Les Trois Tilleuls'>x</p>"}) {
    CHECK_MESSAGE(!scan(text).clear(), text);
  }
  CHECK(has(scan("{\"a\":\"Les <b>Trois</b> Tilleuls\"}"), 0, Carrier::text, ""));
  CHECK(has(scan("<a><![CDATA[Les <b>Trois</b> Tilleuls]]></a>", "application/xml"), 0,
            Carrier::text, ""));
  CHECK(has(scan(many_words(65'500) + "Les <b>Trois</b> Tilleuls"), 0, Carrier::text, ""));
  CHECK(has(scan(harmless + " Les Trois <b>Tilleuls</b>"), 0, Carrier::text, ""));
}

TEST_CASE("signs that only look like marks hide nothing and part nothing") {
  CHECK(has(scan("moins < de 3 Les Trois Tilleuls"), 0, Carrier::text, ""));
  CHECK(has(scan("R&D les trois tilleuls <3"), 0, Carrier::text, ""));
  CHECK(has(scan("<i" + std::string(5000, 'x') + " Les Trois Tilleuls"), 0, Carrier::text, ""));
  CHECK(has(scan("<Les Trois Tilleuls"), 0, Carrier::text, ""));
  CHECK(has(scan("&Les Trois Tilleuls"), 0, Carrier::text, ""));
  CHECK(scan("Les <b>Trois</b> petits Tilleuls &eacute; &#xFFFFFFFF; &;<>").clear());
}

TEST_CASE("JSON is read with its escapes, in values, keys and numbers, and over several fields") {
  for (const char* json :
       {R"({"a":{"b":["x","Les Trois Tilleuls"]}})",
        R"({"a":"Les\u0020Trois\nTi\u006c\u006Ceuls"})", R"({"les-trois-tilleuls":1})",
        R"({"a":"les trois","b":"tilleuls"})", "{\"a\":1}\n{\"a\":\"les trois tilleuls\"}\n",
        R"([{"a":"\u004cES TR\u00f4IS TILLEULS"}])"})
    CHECK_MESSAGE(has(scan(json), 0, Carrier::text, ""), json);
  CHECK(has(scan(R"({"a":0767977068})", "text/plain"), 1, Carrier::text, ""));
  CHECK(scan(R"({"a":"Trois","b":["tilleuls",null,true,-1.5e3]})").clear());
  CHECK(scan("[Note] " + harmless).clear());
  CHECK(scan("[]", "application/json").clear());
}

TEST_CASE("JSON that is damaged, or in another encoding, is held, and searched as text") {
  for (const std::string& json :
       {R"({"a":"les trois tilleuls")"s, "{\"é\":1,}"s, in_1252("{\"a\":\"\xC3\xA9\"}")})
    CHECK(is_held(scan(json), Obstacle::damaged));
  CHECK(has(scan(R"({"a":"les trois tilleuls")"), 0, Carrier::text, ""));
  CHECK(is_held(scan(std::string(200'000, '[')), Obstacle::damaged));
}

TEST_CASE(
    "XML is read with references, CDATA, attributes and comments, and over several elements") {
  for (const char* xml :
       {"<a><b>Les Trois Tilleuls</b></a>", "<a>L&#101;s Tr&#xF4;is&#10;Tilleuls</a>",
        "<a><![CDATA[les trois]]> tilleuls</a>", "<a lieu='les trois tilleuls'/>",
        "<a><b>les trois</b><c>tilleuls</c></a>", "<a v='les trois'><b v='tilleuls'/></a>",
        "<a><!-- les trois tilleuls --></a>", "<?xml version='1.0'?><?x les trois tilleuls?><a/>",
        "<les-trois-tilleuls/>", "<a xmlns:x='urn:les-trois-tilleuls'/>"})
    CHECK_MESSAGE(has(scan(xml), 0, Carrier::text, ""), std::string(xml));
  CHECK(has(scan(in(codec::Encoding::iso_8859_15,
                    "<?xml version='1.0' encoding='ISO-8859-15'?><a>" + secret + "</a>")),
            2, Carrier::text, ""));
  CHECK(has(scan(in(codec::Encoding::utf16le,
                    "<?xml version='1.0' encoding='UTF-16'?><a>" + secret + "</a>")),
            2, Carrier::text, ""));
  CHECK(scan("<a b='trois'>" + harmless + "<b>&lt;tilleuls&gt;</b></a>").clear());
}

TEST_CASE("XML with a document type, unknown entities or without an end is held") {
  for (const char* xml :
       {"<!DOCTYPE a [<!ENTITY x 'les trois tilleuls'>]><a>&x;</a>", "<a>&x;</a>", "<a>", "<a></b>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><a/>", "<html><p>x<br></html>"})
    CHECK_MESSAGE(is_held(scan(xml), Obstacle::damaged), xml);
}

TEST_CASE("base64 inside XML, JSON and text is decoded and read as a document of its own") {
  const std::string pdf = pdf_of({.content = text_operators({in_1252(secret)})});
  std::string lines = base64(pdf);
  for (std::size_t at = 76; at < lines.size(); at += 78) lines.insert(at, "\r\n");
  const std::string place = "base64[1].pdf.page[1]";
  CHECK(has(scan("<a><b>" + base64(pdf) + "</b></a>"), 0, Carrier::text, place));
  CHECK(has(scan("<a>\n" + lines + "\n</a>"), 0, Carrier::text, place));
  CHECK(has(scan("<data value='" + base64(pdf) + "'/>"), 0, Carrier::text, place));
  CHECK(has(scan("{\"data\":\"" + base64(pdf) + "\"}"), 0, Carrier::text, place));
  CHECK(has(scan("{\"url\":\"data:application/pdf;base64," + base64(pdf) + "\"}"), 0, Carrier::text,
            place));
  CHECK(has(scan("Content-Transfer-Encoding: base64\r\n\r\n" + lines + "\r\n\r\n-- "), 0,
            Carrier::text, "base64[2].pdf.page[1]"));  // the header is long enough for a run
  CHECK(has(scan("OBX|1|ED|PDF||^application^pdf^Base64^" + base64(pdf) + "|"), 0, Carrier::text,
            place));
  CHECK(has(scan("<a>" + base64(secret) + "</a>"), 2, Carrier::text, "base64[1]"));
  CHECK(has(scan("<a>" + base64("<b>&#76;es Trois Tilleuls</b>") + "</a>"), 0, Carrier::text,
            "base64[1]"));
  CHECK(is_held(scan("<a>" + base64("\x89PNG\r\n\x1A\n" + std::string(50, 'x')) + "</a>"),
                Obstacle::image, "base64[1]"));
  CHECK(is_held(scan("<a>" + base64("\x1F\x8B" + std::string(5000, '\x01')) + "</a>"),
                Obstacle::unknown_format, "base64[1]"));
}

TEST_CASE("long words, digests and certificates are not taken for documents") {
  const std::string digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(scan("<a>" + digest + "</a><!-- -->").clear());
  CHECK(scan(digest + ';' + digest + "\nanticonstitutionnellement/anticonstitutionnellement\n")
            .clear());
  CHECK(scan("<a>" + base64("\x30\x82\x03\x01" + std::string(900, '\x02')) + "</a>").clear());
  std::string words;
  for (int i = 0; i < 3000; ++i)
    words += base64(std::to_string(i * 7919) + "identifiant" + std::to_string(i)) + '\n';
  CHECK(scan(words).clear());
}

TEST_CASE("members of zip archives are read, with their names, one archive inside another too") {
  CHECK(has(scan(zip_of({{"a.txt", harmless}, {"b.csv", in_1252(secret)}})), 2, Carrier::text,
            "zip[2]"));
  CHECK(has(scan(zip_of({{"Les_Trois_Tilleuls.txt", harmless}})), 0, Carrier::name, "zip[1]"));
  CHECK(has(scan(zip_of({{"in.zip", zip_of({{"a.json", R"({"a":"les trois tilleuls"})"}})}})), 0,
            Carrier::text, "zip[1]/zip[1]"));
  // An office document: the words of one sentence are in elements of their own.
  CHECK(has(scan(zip_of({{"word/document.xml",
                          "<w:p xmlns:w='w'><w:t>Les </w:t><w:t>Trois Tilleuls</w:t></w:p>"}})),
            0, Carrier::text, "zip[1]"));
  CHECK(scan(zip_of({{"a.txt", harmless}, {"dossier/", ""}, {"b.xml", "<a/>"}})).clear());
}

TEST_CASE("archives that cannot be read to their end are held") {
  const std::string plain = zip_of({{"a.txt", many_words(4000)}});
  CHECK(is_held(scan(zip_of({{"a.txt", harmless}}, "password")), Obstacle::encrypted, "zip[1]"));
  CHECK(is_held(scan(plain.substr(0, plain.size() / 2)), Obstacle::damaged));
  std::string broken = plain;
  broken[60] = static_cast<char>(broken[60] ^ 0x55);
  CHECK(is_held(scan(broken), Obstacle::damaged, "zip[1]"));
  CHECK(is_held(scan(zip_of({{"a.bin", std::string(100'000, '\0')}}), {}, {.document = 50'000}),
                Obstacle::too_large, "zip[1]"));
  CHECK(is_held(scan(zip_of({{"1", "x"}, {"2", "x"}, {"3", "x"}}), {}, {.members = 2}),
                Obstacle::too_large, "zip[3]"));
  std::string nested = zip_of({{"a.txt", harmless}});
  for (int i = 0; i < 5; ++i) nested = zip_of({{"a.zip", nested}});
  CHECK(is_held(scan(nested), Obstacle::too_deep, "zip[1]/zip[1]/zip[1]/zip[1]"));
}

TEST_CASE("images and formats that the scan does not read are held, whatever they are called") {
  CHECK(is_held(scan("\x89PNG\r\n\x1A\n" + std::string(50, 'x')), Obstacle::image));
  CHECK(is_held(scan("\xFF\xD8\xFF\xE0 Les Trois Tilleuls"), Obstacle::image));
  CHECK(has(scan("\xFF\xD8\xFF\xE0 Les Trois Tilleuls"), 0, Carrier::text, ""));
  CHECK(is_held(scan("x", "image/jpeg"), Obstacle::image));
  for (const std::string& bytes :
       {"\x1F\x8B\x08"s, "\xD0\xCF\x11\xE0"s, "{\\rtf1 x}"s, "\x01\x02\x00\x03"s})
    CHECK(is_held(scan(bytes), Obstacle::unknown_format));
}

TEST_CASE("beyond a limit of size or time the rest counts as unread, never as clear") {
  CHECK(is_held(scan(many_words(300'000), {}, {.total = 100'000}), Obstacle::too_large));
  CHECK(is_held(scan(many_words(300'000), {}, {.time = std::chrono::milliseconds(-1)}),
                Obstacle::too_long));
  CHECK(is_held(scan("<a>" + base64(std::string(60'000, 'x')) + "</a>", {}, {.document = 30'000}),
                Obstacle::too_large));
}

TEST_CASE("names and headers are read in any encoding, and behind percent signs") {
  for (const std::string& name : {"Rapport Les_Trois_Tilleuls.pdf"s, "les%20trois%20tilleuls.pdf"s,
                                  "Re: LES TROIS TILLEULS"s})
    CHECK_MESSAGE(has(scanner().scan_name(name), 0, Carrier::name, ""), name);
  CHECK(has(scanner().scan_name(in_1252("Œuvre de l'Écluse")), 2, Carrier::name, ""));
  CHECK(has(scanner().scan_name(in(codec::Encoding::cp850, "oeuvre de l'Écluse")), 2, Carrier::name,
            ""));
  CHECK(scanner().scan_name("ETAT_PRESENCE_202606.csv").clear());
}

TEST_CASE("a tree is searched before it is encoded, with its keys and its attachments") {
  tree::Document document;
  const auto index = document.add_attachment(
      {base::Payload(zip_of({{"a.txt", in_1252(secret)}})), "application/zip"});
  document.set_root(document.object(
      {{"a", document.array(std::array{document.text("les trois"), document.text("tilleuls")})},
       {"tel 07.67.97.70.68", document.integer(1)},
       {"b", tree::Node::attachment(index)}}));
  const auto result = scanner().scan(document);
  REQUIRE(result);
  CHECK(has(*result, 0, Carrier::text, ""));
  CHECK(has(*result, 1, Carrier::text, ""));
  CHECK(has(*result, 2, Carrier::text, "attachment[1]/zip[1]"));
}

TEST_CASE("the fault of a result tells kind, field and carrier, and nothing of the secret") {
  const auto told = [](const ScanResult& result, base::Language language) {
    const auto fault = scanner().fault_of(result);
    REQUIRE(fault);
    CHECK(fault->action == base::Action::hold);
    return base::describe(*fault, language);
  };
  const std::string text = told(scan(secret), base::Language::fr);
  CHECK(text.find("nom de l'établissement") != text.npos);
  CHECK(text.find("stays[0].establishment") != text.npos);
  CHECK(text.find("aucun droit ne libère") != text.npos);
  CHECK(text.find("illeul") == text.npos);
  CHECK(text.find('{') == text.npos);
  CHECK(told(scanner().scan_name("0767977068"), base::Language::en).find("CH-POL-011") !=
        std::string::npos);
  const std::string unread = told(scan("x", "image/png"), base::Language::fr);
  CHECK(unread.find("une image") != unread.npos);
  CHECK_FALSE(scanner().fault_of({}).has_value());
}

TEST_CASE("without a secret nothing is read and everything is clear") {
  const Scanner nothing({});
  const base::Payload unreadable(
      10, []() -> Result<std::unique_ptr<base::Reader>> { return fail("CH-SYS-004"); });
  CHECK(nothing.scan(unreadable)->clear());
  CHECK_FALSE(scanner().scan(unreadable).has_value());
}
