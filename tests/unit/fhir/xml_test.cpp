// FHIR in XML: what each rule of §2.6.1 makes of it, both ways, and what is refused, with its
// place.
#include <doctest/doctest.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/xml_reader.h"
#include "gateway/fhir/xml_writer.h"
#include "tests/unit/fhir/conversion.h"

using namespace charmille;
using namespace charmille::fhir::testing;

namespace {

constexpr std::string_view head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view xhtml = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";

/// The XML of `json` is `xml` behind the declaration, and that is `json` again.
void both_ways(std::string_view json, std::string_view xml) {
  CHECK(to_xml(json) == std::string(head) + std::string(xml) + "\n");
  CHECK(to_json(xml) == json);
}

std::string patient(std::string_view inside) {
  return "<Patient xmlns=\"http://hl7.org/fhir\">\n" + std::string(inside) + "\n</Patient>";
}

/// A patient with this div, in XML, read: the fault, or nothing.
std::string narrative(std::string_view div) {
  const std::string xml =
      patient("<text><status value=\"generated\"/>" + std::string(div) + "</text>");
  const std::string json = to_json(xml);
  return json.starts_with('{') ? "" : json;
}

}  // namespace

TEST_CASE("elements come in the order of the definition, values as attributes") {
  both_ways(
      R"({"resourceType":"Patient","id":"p1","active":true,"gender":"female","birthDate":"2014-06"})",
      R"(<Patient xmlns="http://hl7.org/fhir"><id value="p1"/><active value="true"/>)"
      R"(<gender value="female"/><birthDate value="2014-06"/></Patient>)");
  CHECK(
      to_xml(R"({"birthDate":"2014","id":"p1","resourceType":"Patient"})") ==
      std::string(head) +
          R"(<Patient xmlns="http://hl7.org/fhir"><id value="p1"/><birthDate value="2014"/></Patient>)"
          "\n");
  both_ways(R"({"resourceType":"Patient"})", R"(<Patient xmlns="http://hl7.org/fhir"/>)");
}

TEST_CASE("numbers keep their lexeme, and come back as numbers") {
  both_ways(
      R"({"resourceType":"Observation","valueQuantity":{"value":1.00}})",
      R"(<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.00"/></valueQuantity></Observation>)");
  both_ways(R"({"resourceType":"Observation","valueInteger":-3})",
            R"(<Observation xmlns="http://hl7.org/fhir"><valueInteger value="-3"/></Observation>)");
}

TEST_CASE("what repeats is an array, even alone") {
  both_ways(
      R"({"resourceType":"Patient","name":[{"family":"A","given":["B","C"]},{"text":"D"}]})",
      R"(<Patient xmlns="http://hl7.org/fhir"><name><family value="A"/><given value="B"/><given value="C"/></name>)"
      R"(<name><text value="D"/></name></Patient>)");
}

TEST_CASE(
    "what stands beside a primitive is inside of its element, with nulls only for alignment") {
  both_ways(
      R"({"resourceType":"Patient","birthDate":"2014","_birthDate":{"id":"b","extension":[{"url":"u","valueString":"v"}]}})",
      R"(<Patient xmlns="http://hl7.org/fhir"><birthDate value="2014" id="b"><extension url="u"><valueString value="v"/></extension></birthDate></Patient>)");
  both_ways(
      R"({"resourceType":"Patient","name":[{"given":["A",null,"C"],"_given":[null,{"id":"x"},null]}]})",
      R"(<Patient xmlns="http://hl7.org/fhir"><name><given value="A"/><given id="x"/><given value="C"/></name></Patient>)");
  both_ways(
      R"({"resourceType":"Patient","name":[{"_given":[{"id":"x"},{"id":"y"}]}]})",
      R"(<Patient xmlns="http://hl7.org/fhir"><name><given id="x"/><given id="y"/></name></Patient>)");
  both_ways(
      R"({"resourceType":"Patient","id":"p","_id":{"extension":[{"url":"u","valueCode":"c"}]}})",
      R"(<Patient xmlns="http://hl7.org/fhir"><id value="p"><extension url="u"><valueCode value="c"/></extension></id></Patient>)");
}

TEST_CASE("the id of an element and the url of an extension are attributes") {
  both_ways(
      R"({"resourceType":"Patient","extension":[{"id":"e","url":"http://x/y","extension":[{"url":"z","valueBoolean":false}]}],"name":[{"id":"n","family":"A"}]})",
      R"(<Patient xmlns="http://hl7.org/fhir"><extension id="e" url="http://x/y"><extension url="z"><valueBoolean value="false"/></extension></extension><name id="n"><family value="A"/></name></Patient>)");
  // The url of anything else is an element, and so is the url of a resource.
  both_ways(R"({"resourceType":"ValueSet","url":"http://x/v"})",
            R"(<ValueSet xmlns="http://hl7.org/fhir"><url value="http://x/v"/></ValueSet>)");
  both_ways(
      R"({"resourceType":"Patient","photo":[{"url":"http://x/p.png"}]})",
      R"(<Patient xmlns="http://hl7.org/fhir"><photo><url value="http://x/p.png"/></photo></Patient>)");
}

TEST_CASE("a resource inside of another has an element of its own") {
  both_ways(
      R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"},{"resourceType":"Patient"}]})",
      R"(<Patient xmlns="http://hl7.org/fhir"><contained><Organization><id value="o"/></Organization></contained>)"
      R"(<contained><Patient/></contained></Patient>)");
  both_ways(
      R"({"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:x","resource":{"resourceType":"Patient","id":"p"}}]})",
      R"(<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><fullUrl value="urn:x"/>)"
      R"(<resource><Patient><id value="p"/></Patient></resource></entry></Bundle>)");
  both_ways(
      R"({"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"Binary","data":"AA=="}}]}]})",
      R"(<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="a"/><part><name value="b"/>)"
      R"(<resource><Binary><data value="AA=="/></Binary></resource></part></parameter></Parameters>)");
}

TEST_CASE("content that is defined elsewhere is followed") {
  both_ways(
      R"({"resourceType":"Questionnaire","item":[{"linkId":"1","item":[{"linkId":"1.1","answerOption":[{"valueInteger":1}]}]}]})",
      R"(<Questionnaire xmlns="http://hl7.org/fhir"><item><linkId value="1"/><item><linkId value="1.1"/>)"
      R"(<answerOption><valueInteger value="1"/></answerOption></item></item></Questionnaire>)");
}

TEST_CASE("every character that XML can hold comes back") {
  both_ways(
      "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\t a<b & \\\"c\\\"\\r\\n d'é € 🌳>\"}]}",
      "<Patient xmlns=\"http://hl7.org/fhir\"><name><text value=\"&#9; a&lt;b &amp; "
      "&quot;c&quot;&#13;&#10; d'é € 🌳&gt;\"/></name></Patient>");
  both_ways(R"({"resourceType":"Patient","name":[{"text":""}]})",
            R"(<Patient xmlns="http://hl7.org/fhir"><name><text value=""/></name></Patient>)");
}

TEST_CASE("the narrative is kept byte for byte") {
  const std::string div = std::string(xhtml) +
                          "\n <p class='x'  title=\"a\">1 &lt; 2 &#160;<br /><br></br>"
                          "<!-- seen --><![CDATA[x]]></p><img src=\"data:image/png;base64,AA==\" "
                          "alt=\"\"/> <a href=\"#a\">é</a>\r\n</div>";
  tree::Document document;
  const auto root = document.object(
      {{"resourceType", document.text("Patient")},
       {"text",
        document.object({{"status", document.text("generated")}, {"div", document.text(div)}})}});
  document.set_root(root);
  CHECK(difference(document) == "");
  const auto xml = fhir::write_xml(document, root, r4());
  REQUIRE(xml);
  CHECK(xml->find(div) != std::string::npos);
}

TEST_CASE("indented or not, it is the same resource") {
  const std::string json =
      R"({"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"> a </div>"},"active":true})";
  const std::string pretty = to_xml(json, true);
  CHECK(pretty ==
        std::string(head) +
            "<Patient xmlns=\"http://hl7.org/fhir\">\n  <text>\n    <status value=\"empty\"/>\n    "
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"> a </div>\n  </text>\n  <active "
            "value=\"true\"/>\n</Patient>\n");
  CHECK(to_json(pretty) == json);
}

TEST_CASE("large base64 is an attachment, as in JSON, and large values are read") {
  const std::string data = base::to_base64(base::as_bytes(std::string(11 << 20, 'x')));
  const std::string json = R"({"resourceType":"Binary","data":")" + data + "\"}";
  const auto document = codec::read_json(json, "b.json");
  REQUIRE(document);
  REQUIRE(document->attachments().size() == 1);
  CHECK(difference(*document) == "");
  const auto xml = fhir::write_xml(*document, document->root(), r4());
  REQUIRE(xml);
  const auto again = fhir::read_xml(*xml, "b.xml", r4());
  REQUIRE(again);
  CHECK(again->attachments().size() == 1);
}

TEST_CASE("prefixes, comments, instructions and schema locations are the file's own affair") {
  CHECK(to_json("\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><?x y?><!-- a -->\n"
                "<f:Patient xmlns:f='http://hl7.org/fhir' "
                "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
                "xsi:schemaLocation='http://hl7.org/fhir fhir.xsd'><!-- b --><?x y?>\r\n"
                "<f:active value='true'></f:active></f:Patient><!-- c -->") ==
        R"({"resourceType":"Patient","active":true})");
}

TEST_CASE("values have the places of their tags") {
  const auto document = fhir::read_xml(
      patient(
          " <active value=\"true\"/>\n <name>\n  <given value=\"é\"/><given value=\"f\"/></name>"),
      "p.xml", r4());
  REQUIRE(document);
  const auto place = [&](const tree::Node* node) {
    REQUIRE(node != nullptr);
    const base::Place found = document->place_of(node->origin());
    return found.file + ':' + std::to_string(found.line) + ':' + std::to_string(found.column);
  };
  const tree::Node& root = document->root();
  CHECK(place(&root) == "p.xml:1:1");
  CHECK(place(root.find("active")) == "p.xml:2:2");
  const tree::Node& name = root.find("name")->items()[0];
  CHECK(place(&name) == "p.xml:3:2");
  CHECK(place(&name.find("given")->items()[0]) == "p.xml:4:3");
  CHECK(place(&name.find("given")->items()[1]) == "p.xml:4:21");
}

TEST_CASE("XML that is none, or asks for more, is refused") {
  CHECK(to_json("") == "CH-XML-003 1:0 ");
  CHECK(to_json("<Patient xmlns='http://hl7.org/fhir'>") == "CH-XML-002 1:0 ");
  CHECK(to_json(patient("<name></nam>")).starts_with("CH-XML-001 2:"));
  CHECK(to_json(patient("<name><text value='&nbsp;'/></name>")).starts_with("CH-XML-001 2:"));
  CHECK(to_json("<!DOCTYPE Patient [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n" + patient(""))
            .starts_with("CH-XML-005 1:"));
  CHECK(to_json("<?xml version='1.0' encoding='iso-8859-1'?>" + patient("")) == "CH-FHIR-051 1:0 ");
  CHECK(to_json(patient("<active value='\xE9'/>")).starts_with("CH-TXT-001 2:"));
  CHECK(told(fhir::read_xml(std::string(fhir::most_xml_bytes + 1, ' '), "r.xml", r4()).error()) ==
        "CH-FHIR-050 0:0 ");
}

TEST_CASE("what FHIR does not know is refused where it stands") {
  CHECK(to_json("<Patient/>") == "CH-FHIR-052 1:1 Patient");
  CHECK(to_json(patient("<name xmlns='urn:x'/>")) == "CH-FHIR-052 2:1 Patient.name");
  CHECK(to_json(patient("<x:name xmlns:x='urn:x'/>")) == "CH-FHIR-052 2:1 Patient.name");
  CHECK(to_json("<Patent xmlns='http://hl7.org/fhir'/>") == "CH-FHIR-002 1:1 Patent");
  CHECK(to_json("<Resource xmlns='http://hl7.org/fhir'/>") == "CH-FHIR-002 1:1 Resource");
  CHECK(to_json("<HumanName xmlns='http://hl7.org/fhir'/>") == "CH-FHIR-002 1:1 HumanName");
  CHECK(to_json(patient("<name>\n <famly value='x'/></name>")) ==
        "CH-FHIR-053 3:2 Patient.name[0].famly");
  CHECK(to_json(patient("<deceasedString value='x'/>")) ==
        "CH-FHIR-053 2:1 Patient.deceasedString");
  CHECK(to_json(patient("<active valeur='true'/>")) == "CH-FHIR-054 2:1 Patient.active");
  CHECK(to_json(patient("<name value='x'/>")) == "CH-FHIR-054 2:1 Patient.name[0]");
  CHECK(to_json("<Patient xmlns='http://hl7.org/fhir' id='p'/>") == "CH-FHIR-054 1:1 Patient");
  CHECK(to_json(patient("<name url='x'/>")) == "CH-FHIR-054 2:1 Patient.name[0]");
  CHECK(to_json(patient("<name><id value='x'/></name>")) == "CH-FHIR-057 2:7 Patient.name[0].id");
  CHECK(to_json(patient("<extension><url value='x'/></extension>")) ==
        "CH-FHIR-057 2:12 Patient.extension[0].url");
  CHECK(to_json(patient("<active>true</active>")) == "CH-FHIR-055 2:1 Patient.active");
  CHECK(to_json(patient("nom")) == "CH-FHIR-055 1:1 Patient");
  const auto near = fhir::read_xml(patient("<name><famly value='x'/></name>"), "r.xml", r4());
  REQUIRE_FALSE(near);
  CHECK(base::argument(near.error(), "nearest") == "family");
}

TEST_CASE("order and number are those of the definition") {
  CHECK(to_json(patient("<birthDate value='2014'/>\n<active value='true'/>")) ==
        "CH-FHIR-056 3:1 Patient.active");
  CHECK(to_json(patient("<name><text value='a'/></name><active value='true'/><name/>")) ==
        "CH-FHIR-056 2:31 Patient.active");
  CHECK(to_json(patient("<active value='true'/>\n<active value='true'/>")) ==
        "CH-FHIR-005 3:1 Patient.active");
  CHECK(to_json(patient("<deceasedBoolean value='true'/><deceasedDateTime value='2014'/>")) ==
        "CH-FHIR-005 2:32 Patient.deceased");
}

TEST_CASE("empty elements and values of another kind are refused") {
  CHECK(to_json(patient("<name/>")) == "CH-FHIR-012 2:1 Patient.name[0]");
  CHECK(to_json(patient("<active/>")) == "CH-FHIR-012 2:1 Patient.active");
  CHECK(to_json(patient("<active value='oui'/>")) == "CH-FHIR-009 2:1 Patient.active");
  CHECK(to_json(patient("<multipleBirthInteger value='02'/>")) ==
        "CH-FHIR-009 2:1 Patient.multipleBirth");
  CHECK(to_json(patient("<contained/>")) == "CH-FHIR-058 2:1 Patient.contained[0]");
  CHECK(to_json(patient("<contained><Patient/><Patient/></contained>")) ==
        "CH-FHIR-058 2:22 Patient.contained[0]");
  CHECK(to_json(patient("<contained id='c'><Patient/></contained>")) ==
        "CH-FHIR-054 2:1 Patient.contained[0]");
}

TEST_CASE("a hundred levels, and no more") {
  const auto nested = [](std::size_t levels) {
    std::string xml;
    for (std::size_t i = 0; i < levels; ++i) xml += "<extension url='u'>";
    xml += "<valueBoolean value='true'/>";
    for (std::size_t i = 0; i < levels; ++i) xml += "</extension>";
    return to_json(patient(xml));
  };
  CHECK(nested(98).starts_with('{'));
  CHECK(to_xml(nested(98)).starts_with("<?xml"));
  CHECK(nested(99).starts_with("CH-FHIR-013 2:"));
  CHECK(nested(2000).starts_with("CH-FHIR-013 2:"));
}

TEST_CASE("a narrative that acts or leads elsewhere is refused where it does") {
  const auto in_div = [](std::string_view inside) {
    return narrative(std::string(xhtml) + "\n " + std::string(inside) + "</div>");
  };
  CHECK(in_div("<p>é &lt; <a href='https://x.fr/?a=1:2' name='n'>x</a></p>") == "");
  CHECK(in_div("<a href='mailto:a@b.fr'/><a href='tel:+33'/><a href='Patient/1'/>") == "");
  CHECK(in_div("<td style='background: url(data:image/png;base64,AA==)'/>") == "");
  CHECK(in_div("<script>alert(1)</script>") == "CH-FHIR-062 3:2 Patient.text.div");
  for (const char* element : {"iframe", "object", "form", "input", "link", "base", "svg", "style",
                              "SCRIPT", "video", "head", "body", "embed", "applet"})
    CHECK(in_div('<' + std::string(element) + "/>") == "CH-FHIR-062 3:2 Patient.text.div");
  CHECK(in_div("<p onclick='x()'/>") == "CH-FHIR-063 3:2 Patient.text.div");
  CHECK(in_div("<p OnLoad='x()'/>") == "CH-FHIR-063 3:2 Patient.text.div");
  CHECK(in_div("<p xmlns:l='http://www.w3.org/1999/xlink' l:href='x'/>") ==
        "CH-FHIR-063 3:2 Patient.text.div");
  CHECK(in_div("<p xml:lang='fr'/>") == "");
  CHECK(in_div("<p xml:base='http://x'/>") == "CH-FHIR-063 3:2 Patient.text.div");
  for (const char* address : {"javascript:x()", " java\tscript:x()", "JAVA&#10;SCRIPT:x()",
                              "vbscript:x", "file:///etc/passwd", "data:text/html,x"})
    CHECK(in_div("<a href='" + std::string(address) + "'/>") == "CH-FHIR-064 3:2 Patient.text.div");
  CHECK(in_div("<img src='data:text/html,x'/>") == "CH-FHIR-064 3:2 Patient.text.div");
  CHECK(in_div("<img src='ftp://x/y'/>") == "CH-FHIR-064 3:2 Patient.text.div");
  CHECK(in_div("<p style='width: expression(x())'/>") == "CH-FHIR-064 3:2 Patient.text.div");
  CHECK(in_div("<p style='background: URL( \"javascript:x()\")'/>") ==
        "CH-FHIR-064 3:2 Patient.text.div");
  CHECK(narrative(std::string(xhtml) + "<p onclick='x()'/></div>") ==
        "CH-FHIR-063 2:76 Patient.text.div");
}

TEST_CASE("a narrative is one div of XHTML that stands for itself") {
  CHECK(narrative("<div>x</div>") == "CH-FHIR-052 2:34 Patient.text.div");
  CHECK(narrative("<p xmlns='http://www.w3.org/1999/xhtml'/>") ==
        "CH-FHIR-052 2:34 Patient.text.p");
  CHECK(narrative("<h:div xmlns:h='http://www.w3.org/1999/xhtml'>x</h:div>") ==
        "CH-FHIR-061 2:34 Patient.text.div");
  CHECK(narrative(std::string(xhtml) + "<p xmlns='urn:x'/></div>") ==
        "CH-FHIR-061 2:76 Patient.text.div");
  // The namespace of this div is said outside of it.
  CHECK(to_json("<f:Patient xmlns:f='http://hl7.org/fhir' xmlns='http://www.w3.org/1999/xhtml'>"
                "<f:text><div>x</div></f:text></f:Patient>") ==
        "CH-FHIR-061 1:87 Patient.text.div");
}

namespace {

std::string of_div(std::string_view div) {
  tree::Document document;
  document.set_root(document.object(
      {{"resourceType", document.text("Patient")},
       {"text",
        document.object({{"status", document.text("generated")}, {"div", document.text(div)}})}}));
  const auto xml = fhir::write_xml(document, document.root(), r4());
  return xml ? "" : told(xml.error());
}

}  // namespace

TEST_CASE("a narrative of JSON is judged before it is written") {
  const std::string div(xhtml);
  CHECK(of_div(div + "x</div>") == "");
  CHECK(of_div(div + "a & b</div>") == "CH-FHIR-065 0:0 Patient.text.div");
  CHECK(of_div(div + "&nbsp;</div>") == "CH-FHIR-065 0:0 Patient.text.div");
  CHECK(of_div(div) == "CH-FHIR-065 0:0 Patient.text.div");
  CHECK(of_div(div + "</div><p/>") == "CH-FHIR-065 0:0 Patient.text.div");
  CHECK(of_div(div + "</div><!-- x -->") == "CH-FHIR-061 0:0 Patient.text.div");
  CHECK(of_div(' ' + div + "</div>") == "CH-FHIR-061 0:0 Patient.text.div");
  CHECK(of_div(div + "</div>\n") == "CH-FHIR-061 0:0 Patient.text.div");
  CHECK(of_div("<div>x</div>") == "CH-FHIR-061 0:0 Patient.text.div");
  CHECK(of_div("x") == "CH-FHIR-061 0:0 Patient.text.div");
  CHECK(of_div(div + "<script/></div>") == "CH-FHIR-062 0:0 Patient.text.div");
  CHECK(of_div("<divx xmlns='http://www.w3.org/1999/xhtml'/>") ==
        "CH-FHIR-062 0:0 Patient.text.div");
}

TEST_CASE("what XML has no place for is refused, with the place in the JSON") {
  CHECK(to_xml("[]") == "CH-FHIR-001 1:1 Resource");
  CHECK(to_xml(R"({"resourceType":"Patent"})") == "CH-FHIR-002 1:17 Patent");
  CHECK(to_xml(R"({"resourceType":"Patient","nom":1})") == "CH-FHIR-003 1:33 Patient.nom");
  CHECK(to_xml(R"({"resourceType":"Patient","name":[{"x":1}]})") ==
        "CH-FHIR-003 1:40 Patient.name[0].x");
  CHECK(to_xml(R"({"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2014"})") ==
        "CH-FHIR-005 1:69 Patient.deceased");
  CHECK(to_xml(R"({"resourceType":"Patient","name":{}})") == "CH-FHIR-006 1:34 Patient.name");
  CHECK(to_xml(R"({"resourceType":"Patient","active":[true]})") ==
        "CH-FHIR-007 1:36 Patient.active");
  CHECK(to_xml(R"({"resourceType":"Patient","active":"true"})") ==
        "CH-FHIR-008 1:36 Patient.active");
  CHECK(to_xml(R"({"resourceType":"Patient","active":null})") == "CH-FHIR-008 1:36 Patient.active");
  CHECK(to_xml(R"({"resourceType":"Patient","birthDate":2014})") ==
        "CH-FHIR-008 1:39 Patient.birthDate");
  CHECK(to_xml(R"({"resourceType":"Patient","name":["A"]})") == "CH-FHIR-008 1:35 Patient.name[0]");
  CHECK(to_xml(R"({"resourceType":"Patient","name":[{}]})") == "CH-FHIR-012 1:35 Patient.name[0]");
  CHECK(to_xml(R"({"resourceType":"Patient","name":[]})") == "CH-FHIR-012 1:34 Patient.name");
  CHECK(to_xml(R"({"resourceType":"Patient","name":[{"given":[null]}]})") ==
        "CH-FHIR-012 1:44 Patient.name[0].given[0]");
  CHECK(to_xml(R"({"resourceType":"Patient","_birthDate":{}})") ==
        "CH-FHIR-012 1:40 Patient.birthDate");
  CHECK(to_xml(R"({"resourceType":"Patient","_birthDate":"x"})") ==
        "CH-FHIR-008 1:40 Patient.birthDate");
  CHECK(to_xml(R"({"resourceType":"Patient","_name":[{"id":"x"}]})") ==
        "CH-FHIR-059 1:36 Patient.name[0]");
  CHECK(to_xml(R"({"resourceType":"Patient","name":[{"_id":{"id":"x"}}]})") ==
        "CH-FHIR-059 1:42 Patient.name[0].id");
  CHECK(to_xml(R"({"resourceType":"Patient","birthDate":"\u0001"})") ==
        "CH-FHIR-060 1:39 Patient.birthDate");
  CHECK(to_xml(R"({"resourceType":"Patient","birthDate":"\uFFFF"})") ==
        "CH-FHIR-060 1:39 Patient.birthDate");
  CHECK(to_xml(R"({"resourceType":"Patient","contained":[{"id":"x"}]})") ==
        "CH-FHIR-001 1:40 Patient.contained[0]");
}

TEST_CASE("what has too many levels to be read is not written either") {
  const auto nested = [](int levels) {
    std::string json = R"({"url":"u","valueBoolean":true})";
    for (int i = 1; i < levels; ++i) json = R"({"url":"u","extension":[)" + json + "]}";
    return to_xml(R"({"resourceType":"Patient","extension":[)" + json + "]}");
  };
  CHECK(to_json(nested(98)).starts_with('{'));
  CHECK(nested(99).starts_with("CH-FHIR-013 1:"));
}
