#include "gateway/fhir/validator.h"

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::fhir;

namespace {

tree::Document read(std::string_view json) {
  auto document = codec::read_json(json, "test.json");
  REQUIRE_MESSAGE(document, (document ? "" : base::describe(document.error(), base::Language::en)));
  return std::move(*document);
}

/// The base types, and these resources.
std::shared_ptr<const Definitions> definitions_with(
    std::initializer_list<std::string_view> resources) {
  auto definitions = std::make_shared<Definitions>();
  for (const std::string_view json : resources) REQUIRE(definitions->add(read(json)));
  definitions->close();
  return definitions;
}

/// "error CH-FHIR-004 Patient.contact[0]", one a line.
std::string found(const std::shared_ptr<const Definitions>& definitions, std::string_view json,
                  std::initializer_list<std::string> profiles = {}) {
  const tree::Document document = read(json);
  std::string lines;
  for (const Issue& issue : Validator(definitions).validate(document, profiles)) {
    if (issue.severity == Severity::information) continue;
    lines += std::string(name_of(issue.severity)) + ' ' + std::string(issue.fault.code) + ' ' +
             issue.fault.place.path + '\n';
  }
  return lines;
}

std::string found(std::string_view json) {
  static const auto base = definitions_with({});
  return found(base, json);
}

}  // namespace

TEST_CASE("what is right has no fault") {
  CHECK(found(R"({"resourceType":"Patient","id":"a.1","active":true,"name":[{"use":"official",
    "family":"MODÈLE","given":["Camille"]}],"gender":"female","birthDate":"2014-05",
    "_birthDate":{"extension":[{"url":"http://x","valueString":"y"}]},"deceasedBoolean":false,
    "contact":[{"name":{"family":"A"}}],"multipleBirthInteger":2})") == "");
  CHECK(
      found(
          R"({"resourceType":"Patient","name":[{"given":[null,"B"],"_given":[{"id":"x"},null]}]})") ==
      "");
}

TEST_CASE("structure: what is no resource, no element, no list, no value of its type") {
  CHECK(found("[]") == "error CH-FHIR-001 \n");
  CHECK(found(R"({"id":"a"})") == "error CH-FHIR-001 Resource\n");
  CHECK(found(R"({"resourceType":"Enfant"})") == "error CH-FHIR-002 Enfant\n");
  CHECK(found(R"({"resourceType":"Patient","nom":"A"})") == "error CH-FHIR-003 Patient.nom\n");
  CHECK(found(R"({"resourceType":"Patient","name":{"family":"A"}})") ==
        "error CH-FHIR-006 Patient.name\n");
  CHECK(found(R"({"resourceType":"Patient","gender":["male"]})") ==
        "error CH-FHIR-007 Patient.gender\n");
  CHECK(found(R"({"resourceType":"Patient","active":"true"})") ==
        "error CH-FHIR-008 Patient.active\n");
  CHECK(found(R"({"resourceType":"Patient","birthDate":"12/05/2014"})") ==
        "error CH-FHIR-009 Patient.birthDate\n");
  CHECK(found(R"({"resourceType":"Patient","contact":[{}]})")
            .starts_with("error CH-FHIR-012 Patient.contact[0]\n"));
  CHECK(found(R"({"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"})") ==
        "error CH-FHIR-005 Patient.deceased\n");
  CHECK(found(R"({"resourceType":"Patient","deceasedString":"oui"})") ==
        "error CH-FHIR-003 Patient.deceasedString\n");
}

TEST_CASE("each primitive type has its form") {
  const auto value = [](std::string_view type, std::string_view json) {
    return found(
        R"({"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://x","value)" +
        std::string(type) + "\":" + std::string(json) + "}]}");
  };
  const std::pair<const char*, const char*> right[] = {
      {"Instant", R"("2026-01-02T03:04:05.123Z")"},
      {"DateTime", R"("2026-01-02T03:04:05+01:00")"},
      {"DateTime", R"("2026")"},
      {"Date", R"("2026-02")"},
      {"Time", R"("03:04:05")"},
      {"Integer", "-2147483648"},
      {"PositiveInt", "1"},
      {"UnsignedInt", "0"},
      {"Decimal", "1.00"},
      {"Code", R"("a b")"},
      {"Id", R"("a-1.B")"},
      {"Oid", R"("urn:oid:1.2.3")"},
      {"Uuid", R"("urn:uuid:c757873d-ec9a-4326-a141-556f43239520")"},
      {"Uri", R"("http://x/é")"},
      {"Base64Binary", R"("QUJD\nRA==")"},
      {"Markdown", R"("a")"},
  };
  for (const auto& [type, json] : right)
    CHECK_MESSAGE(value(type, json) == "", std::string(type), " ", std::string(json));
  const std::pair<const char*, const char*> wrong[] = {
      {"Instant", R"("2026-01-02")"},
      {"DateTime", R"("2026-01-02T03:04:05")"},
      {"DateTime", R"("2026-01-02T03:04Z")"},
      {"Date", R"("2026-02-30")"},
      {"Time", R"("03:04")"},
      {"Integer", "2147483648"},
      {"Integer", "1.0"},
      {"PositiveInt", "0"},
      {"UnsignedInt", "-1"},
      {"Code", R"("a  b")"},
      {"Code", R"(" a")"},
      {"Id", R"("a_1")"},
      {"Oid", R"("1.2.3")"},
      {"Uuid", R"("c757873d-ec9a-4326-a141-556f43239520")"},
      {"Uri", R"("a b")"},
      {"Base64Binary", R"("QUJ")"},
      {"Markdown", R"("  ")"},
      {"String", R"("")"},
  };
  for (const auto& [type, json] : wrong)
    CHECK_MESSAGE(value(type, json) == "error CH-FHIR-009 Basic.extension[0].value\n",
                  std::string(type), " ", std::string(json));
}

TEST_CASE("a narrative is one div of XHTML that shows and does nothing") {
  const auto with = [](std::string_view div) {
    return found(R"({"resourceType":"Basic","text":{"status":"generated","div":")" +
                 std::string(div) + R"("},"code":{"text":"x"}})");
  };
  const std::string open = R"(<div xmlns=\"http://www.w3.org/1999/xhtml\">)";
  CHECK(with(open + "<p>Séjour du 3 au 5</p></div>") == "");
  CHECK(with("<div>sans espace de noms</div>") == "error CH-FHIR-061 Basic.text.div\n");
  CHECK(with(open + "<script>x</script></div>") == "error CH-FHIR-062 Basic.text.div\n");
  CHECK(with(open + R"(<p onclick=\"x\">a</p></div>)") == "error CH-FHIR-063 Basic.text.div\n");
  CHECK(with(open + R"(<a href=\"javascript:x\">a</a></div>)") ==
        "error CH-FHIR-064 Basic.text.div\n");
  CHECK(with(open + "<p>a</div>") == "error CH-FHIR-065 Basic.text.div\n");
}

TEST_CASE("a rule that its values are too vague for is told as undecided") {
  CHECK(
      found(
          R"({"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://x","valuePeriod":{"start":"2020-02","end":"2020"}}]})") ==
      "warning CH-FHIR-032 Basic.extension[0].value\n");
}

TEST_CASE("cardinality, codes and constraints of the base types") {
  CHECK(found(R"({"resourceType":"Encounter"})") ==
        "error CH-FHIR-004 Encounter.status\nerror CH-FHIR-004 Encounter.class\n");
  CHECK(found(R"({"resourceType":"Patient","gender":"F"})") ==
        "error CH-FHIR-014 Patient.gender\n");
  CHECK(found(R"({"resourceType":"Patient","contact":[{"gender":"female"}]})") ==
        "error CH-FHIR-025 Patient.contact[0]\n");
  CHECK(
      found(
          R"({"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://x","valuePeriod":{"start":"2020-02","end":"2020-01"}}]})") ==
      "error CH-FHIR-025 Basic.extension[0].value\n");
  CHECK(found(R"({"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://x"}]})") ==
        "error CH-FHIR-015 Basic.extension[0]\n");
  CHECK(
      found(
          R"({"resourceType":"Basic","code":{"text":"x"},"modifierExtension":[{"url":"http://x","valueBoolean":true}]})") ==
      "error CH-FHIR-016 Basic.modifierExtension[0]\n");
  CHECK(
      found(
          R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x","contained":[{"resourceType":"Organization","name":"y"}]}],"managingOrganization":{"reference":"#o"}})") ==
      "error CH-FHIR-030 Patient.contained[0].contained[0]\nerror CH-FHIR-025 Patient\n");
}

TEST_CASE("references lead to something, of a type that is allowed") {
  CHECK(found(R"({"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"}})") ==
        "error CH-FHIR-019 Patient.managingOrganization\n");
  CHECK(found(R"({"resourceType":"Patient","managingOrganization":{"reference":"#o"}})") ==
        "error CH-FHIR-017 Patient.managingOrganization\n");
  const auto bundle = [](std::string_view reference, std::string_view url) {
    return found(R"({"resourceType":"Bundle","type":"transaction","entry":[
      {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Organization","id":"o","name":"x"},"request":{"method":"POST","url":"Organization"}},
      {"fullUrl":"urn:uuid:22222222-2222-4222-8222-222222222222","resource":{"resourceType":"Patient","managingOrganization":{"reference":")" +
                 std::string(reference) + R"("}},"request":{"method":"POST","url":")" +
                 std::string(url) + R"("}}]})");
  };
  const std::string at = " Bundle.entry[1].resource.managingOrganization\n";
  CHECK(bundle("urn:uuid:11111111-1111-4111-8111-111111111111", "Patient") == "");
  CHECK(bundle("Organization/o", "Patient") == "");
  CHECK(bundle("urn:uuid:33333333-3333-4333-8333-333333333333", "Patient") ==
        "error CH-FHIR-018" + at);
  CHECK(bundle("Organization/9", "Patient") == "warning CH-FHIR-018" + at);
  CHECK(bundle("urn:uuid:22222222-2222-4222-8222-222222222222", "Patient") ==
        "error CH-FHIR-019" + at);
  CHECK(bundle("Organization/o", "MonPatient") == "warning CH-FHIR-029 Bundle.entry[1]\n");
  CHECK(found(R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"http://x/Organization/1","resource":{"resourceType":"Organization","name":"x"}},
      {"fullUrl":"http://x/Organization/1","resource":{"resourceType":"Organization","name":"y"}}]})")
            .starts_with("error CH-FHIR-021 Bundle"));
}

namespace {

constexpr std::string_view pupil =
    R"json({"resourceType":"StructureDefinition","url":"http://test/pupil",
  "kind":"resource","type":"Patient","derivation":"constraint","snapshot":{"element":[
  {"id":"Patient","path":"Patient","min":0,"max":"*","constraint":[{"key":"p-1","severity":"error","human":"a name or a number","expression":"name.exists() or identifier.exists()"
}]
},
  {"id":"Patient.meta","path":"Patient.meta","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"Meta"}]},
  {"id":"Patient.identifier","path":"Patient.identifier","min":1,"max":"*","base":{"max":"*"},"type":[{"code":"Identifier"}],
   "slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
  {"id":"Patient.identifier:pi","path":"Patient.identifier","sliceName":"pi","min":1,"max":"1","base":{"max":"*"},"type":[{"code":"Identifier"}]},
  {"id":"Patient.identifier:pi.system","path":"Patient.identifier.system","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"uri"}],"fixedUri":"http://pi"},
  {"id":"Patient.identifier:pi.value","path":"Patient.identifier.value","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"string"}]},
  {"id":"Patient.identifier:other","path":"Patient.identifier","sliceName":"other","min":0,"max":"*","base":{"max":"*"},"type":[{"code":"Identifier"}]},
  {"id":"Patient.identifier:other.system","path":"Patient.identifier.system","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"uri"}],"patternUri":"http://other"},
  {"id":"Patient.identifier:other.value","path":"Patient.identifier.value","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"string"}]},
  {"id":"Patient.name","path":"Patient.name","min":0,"max":"1","base":{"max":"*"},"type":[{"code":"HumanName"}]},
  {"id":"Patient.gender","path":"Patient.gender","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"code"}],"binding":{"strength":"required","valueSet":"http://test/sexes|1"}},
  {"id":"Patient.birthDate","path":"Patient.birthDate","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"date"}]},
  {"id":"Patient.birthDate.extension","path":"Patient.birthDate.extension","min":1,"max":"*","base":{"max":"*"},"type":[{"code":"Extension"}],
   "slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
  {"id":"Patient.birthDate.extension:order","path":"Patient.birthDate.extension","sliceName":"order","min":1,"max":"1","base":{"max":"*"},"type":[{"code":"Extension","profile":["http://test/order"]}]},
  {"id":"Patient.maritalStatus","path":"Patient.maritalStatus","min":0,"max":"0","base":{"max":"1"},"type":[{"code":"CodeableConcept"}]},
  {"id":"Patient.multipleBirth[x]","path":"Patient.multipleBirth[x]","min":0,"max":"1","base":{"max":"1"},"type":[{"code":"integer"}]}]
}
})json";
constexpr std::string_view order =
    R"({"resourceType":"StructureDefinition","url":"http://test/order",
  "kind":"complex-type","type":"Extension","derivation":"constraint","snapshot":{"element":[
  {"id":"Extension","path":"Extension","min":0,"max":"*"},
  {"id":"Extension.url","path":"Extension.url","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"http://hl7.org/fhirpath/System.String"}],"fixedUri":"http://test/order"},
  {"id":"Extension.value[x]","path":"Extension.value[x]","min":1,"max":"1","base":{"max":"1"},"type":[{"code":"string"}]}]}})";
constexpr std::string_view sexes =
    R"({"resourceType":"ValueSet","url":"http://test/sexes","compose":
  {"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]}],"exclude":[{"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"other"}]}]}})";

std::string as_pupil(std::string_view rest) {
  static const auto definitions = definitions_with({pupil, order, sexes});
  return found(definitions,
               R"({"resourceType":"Patient","meta":{"profile":["http://test/pupil|1.0"]})" +
                   std::string(rest) + "}");
}

}  // namespace

TEST_CASE("a profile: slices, fixed values, bindings, extensions of primitives, its own rules") {
  const std::string pi = R"(,"identifier":[{"system":"http://pi","value":"1"}])";
  CHECK(as_pupil(pi) == "");
  CHECK(as_pupil("") ==
        "error CH-FHIR-004 Patient.identifier\nerror CH-FHIR-027 Patient.identifier\n"
        "error CH-FHIR-025 Patient\n");
  CHECK(
      as_pupil(R"(,"identifier":[{"system":"http://pi","value":"1"},{"system":"http://other"}])") ==
      "");
  CHECK(as_pupil(R"(,"identifier":[{"system":"http://pi"}])") ==
        "error CH-FHIR-004 Patient.identifier[0].value\n");
  CHECK(
      as_pupil(
          R"(,"identifier":[{"system":"http://pi","value":"1"},{"system":"http://pi","value":"2"}])") ==
      "error CH-FHIR-028 Patient.identifier\n");
  CHECK(
      as_pupil(R"(,"identifier":[{"system":"http://pi","value":"1"},{"system":"http://third"}])") ==
      "error CH-FHIR-026 Patient.identifier[1]\n");
  CHECK(as_pupil(pi + R"(,"gender":"female")") == "");
  CHECK(as_pupil(pi + R"(,"gender":"other")") == "error CH-FHIR-014 Patient.gender\n");
  CHECK(as_pupil(pi + R"(,"maritalStatus":{"text":"x"})") ==
        "error CH-FHIR-005 Patient.maritalStatus\n");
  CHECK(as_pupil(pi + R"(,"multipleBirthBoolean":true)") ==
        "error CH-FHIR-003 Patient.multipleBirthBoolean\n");
  CHECK(as_pupil(pi + R"(,"name":[{"family":"A"},{"family":"B"}])") ==
        "error CH-FHIR-005 Patient.name\n");
  const std::string born = pi + R"(,"birthDate":"2014-05-06")";
  CHECK(as_pupil(born) ==
        "error CH-FHIR-004 Patient.birthDate.extension\n"
        "error CH-FHIR-027 Patient.birthDate.extension\n");
  CHECK(as_pupil(
            born +
            R"(,"_birthDate":{"extension":[{"url":"http://test/order","valueString":"042"}]})") ==
        "");
  CHECK(as_pupil(born +
                 R"(,"_birthDate":{"extension":[{"url":"http://test/order","valueInteger":42}]})")
            .find("CH-FHIR-003") != std::string::npos);
}

TEST_CASE("profiles that are not known, or made for another type, are told") {
  const auto definitions = definitions_with({pupil, order, sexes});
  CHECK(found(definitions,
              R"({"resourceType":"Patient","meta":{"profile":["http://test/unknown"]}})") ==
        "warning CH-FHIR-022 Patient\n");
  CHECK(found(definitions, R"({"resourceType":"Organization","name":"x"})",
              {"http://test/pupil"}) == "error CH-FHIR-023 Organization\n");
}

TEST_CASE("faults stand where the document has them, and quote nothing of it") {
  static const auto base = definitions_with({});
  const tree::Document document = read(
      "{\"resourceType\": \"Patient\",\n \"gender\": \"SECRET\",\n \"birthDate\": \"SECRET\"}");
  const auto issues = Validator(base).validate(document);
  REQUIRE(issues.size() == 2);
  CHECK(issues[0].fault.place.line == 2);
  CHECK(issues[0].fault.place.column == 12);
  for (const Issue& issue : issues)
    for (const auto language : {base::Language::fr, base::Language::en})
      CHECK(base::describe(issue.fault, language).find("SECRET") == std::string::npos);
}
