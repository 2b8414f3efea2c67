// FHIR R4 as expressions see it.
#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "tests/unit/fhirpath/evaluation.h"

using namespace charmille;
using namespace charmille::fhirpath;
using charmille::fhirpath::testing::evaluate_r4;

namespace {

tree::Node extension(tree::Document& d, std::string_view url, std::string_view value) {
  return d.object({{"url", d.text(url)}, {"valueString", d.text(value)}});
}

/// A patient with two given names, the second of which has only an extension; a birth date with
/// one; a contained organisation; a deceased choice.
tree::Document patient() {
  tree::Document d;
  const tree::Node given[] = {d.text("Inès"), tree::Node::null()};
  const tree::Node of_second[] = {extension(d, "http://example.org/secret", "yes")};
  const tree::Node beside_given[] = {tree::Node::null(),
                                     d.object({{"extension", d.array(of_second)}})};
  const tree::Node names[] = {
      d.object({{"given", d.array(given)}, {"_given", d.array(beside_given)}})};
  const tree::Node of_birth[] = {extension(d, "http://example.org/hour", "10:30")};
  const tree::Node contained[] = {d.object(
      {{"resourceType", d.text("Organization")}, {"id", d.text("o1")}, {"name", d.text("MECS")}})};
  d.set_root(d.object({{"resourceType", d.text("Patient")},
                       {"active", tree::Node::boolean(true)},
                       {"name", d.array(names)},
                       {"gender", d.text("female")},
                       {"birthDate", d.text("2014-03-12")},
                       {"_birthDate", d.object({{"extension", d.array(of_birth)}})},
                       {"deceasedBoolean", tree::Node::boolean(false)},
                       {"managingOrganization", d.object({{"reference", d.text("#o1")}})},
                       {"contained", d.array(contained)}}));
  return d;
}

struct Case {
  std::string_view expression;
  std::string_view result;
};

template <std::size_t n>
void check(const Case (&cases)[n]) {
  const tree::Document input = patient();
  for (const Case& c : cases) {
    CAPTURE(c.expression);
    CHECK(evaluate_r4(c.expression, input) == c.result);
  }
}

}  // namespace

TEST_CASE("a choice is read by its short name") {
  check({{"deceased", "false"},
         {"deceased is boolean", "true"},
         {"deceased.ofType(dateTime)", ""},
         {"Patient.deceased.type().name", "'boolean'"},
         {"deceasedBoolean", "CH-PATH-026"}});
}

TEST_CASE("types follow the model") {
  check({{"$this is Patient", "true"},
         {"$this is DomainResource", "true"},
         {"gender is code", "true"},
         {"gender is string", "true"},
         {"gender is System.String", "false"},
         {"'female' is String", "true"},
         {"birthDate is date", "true"},
         {"name is HumanName", "true"},
         {"contained.ofType(Organization).name", "'MECS'"},
         {"contained.ofType(Practitioner)", ""},
         {"gender is Colour", "CH-PATH-020"}});
}

TEST_CASE("what stands beside a primitive belongs to it") {
  check({{"birthDate.extension('http://example.org/hour').value", "'10:30'"},
         {"birthDate.extension.url", "'http://example.org/hour'"},
         {"birthDate = @2014-03-12", "true"},
         {"name.given.count()", "2"},
         {"name.given.hasValue()", "false"},
         {"name.given[1].hasValue()", "false"},
         {"name.given[1].extension('http://example.org/secret').value", "'yes'"},
         {"name.given.where(hasValue())", "'Inès'"},
         {"active.not()", "false"}});
}

TEST_CASE("dates of the input are dates") {
  check({{"birthDate < @2015", "true"},
         {"birthDate + 18 years", "@2032-03-12"},
         {"birthDate = @2014", ""},
         {"today() > birthDate", "true"}});
}

TEST_CASE("a path that leads nowhere is told before it runs") {
  check({{"name.givenn", "CH-PATH-026"},
         {"Encounter.status", "CH-PATH-026"},
         {"name.where(givenn = 'x')", "CH-PATH-026"},
         {"name.first().family", ""},
         {"contained.anything", ""},
         {"(deceased as Period).start", ""},
         {"(deceased as Period).unit", "CH-PATH-026"},
         {"resourceType", "'Patient'"}});
}

TEST_CASE("what is right is not refused") {
  check({{"name.defineVariable('x', given).select(%x.count())", "2"},
         {"name.aggregate($total & given.first(), gender)", "'femaleInès'"},
         {"contained.repeat(anything | other)", ""},
         {"name.ofType(Element).given.first()", "'Inès'"},
         {"(name as Element).given.first()", "'Inès'"},
         {"(Patient.name | Patient.contact).select(HumanName.given.first())", "'Inès'"},
         {"name.select(%context.gender)", "'female'"}});
}

TEST_CASE("references are resolved inside the resource") {
  check({{"managingOrganization.resolve().name", "'MECS'"},
         {"managingOrganization.resolve() is Organization", "true"},
         {"'#nobody'.resolve()", ""},
         {"conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "true"},
         {"conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", "false"},
         {"conformsTo('http://example.org/Child')", "CH-PATH-035"}});
}

TEST_CASE("every type of the table leads to its base, and every element to types") {
  const auto model = Model::fhir_r4();
  const TypeId element = model->find("Element");
  const TypeId resource = model->find("Resource");
  std::size_t resources = 0;
  for (const std::string_view name : model->type_names()) {
    CAPTURE(std::string(name));
    const TypeId id = model->find(name);
    CHECK((model->is_a(id, element) || model->is_a(id, resource)));
    resources += model->is_resource(id) ? 1 : 0;
    for (const Model::Element& one : model->type(id).elements) CHECK_FALSE(one.forms.empty());
  }
  CHECK(resources == 149);  // Resource and DomainResource included
  CHECK(model->is_a(model->find("Age"), model->quantity()));
  CHECK(model->element(model->find("Patient.contact"), "modifierExtension") != nullptr);
}
