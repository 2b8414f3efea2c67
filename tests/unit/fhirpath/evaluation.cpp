#include "tests/unit/fhirpath/evaluation.h"

#include <memory>

#include "gateway/fhirpath/types.h"

namespace charmille::fhirpath::testing {
namespace {

std::string print(const Value& value) {
  switch (value.type()) {
    case Type::text:
      return "'" + std::string(value.chars()) + "'";
    case Type::temporal:
      return (value.temporal().type == Temporal::Type::time ? "@T" : "@") + value.temporal().text();
    case Type::complex:
      return "{object}";
    default:
      return *value.to_text();
  }
}

std::shared_ptr<const Table> sexes() {
  tree::Document codes;
  codes.set_root(codes.object(
      {{"F", codes.text("female")}, {"M", codes.text("male")}, {"", codes.text("unknown")}}));
  return std::make_shared<const Table>("sexe", std::move(codes));
}

Result<std::string> run(std::string_view text, const tree::Document& input,
                        const std::shared_ptr<const Model>& model = nullptr) {
  Scope scope;
  if (model) {
    scope.set_model(model);
    scope.set_resource({model_type(Value::of(input.root()), model.get())});
  }
  scope.set_clock(model != nullptr);
  const std::uint32_t slot = scope.declare("answer");
  scope.add_table(sexes());
  auto expression = compile(text, scope, base::Place{"rule.yaml", 7, 10, {}});
  if (!expression) return fail(expression.error());
  tree::Arena arena;
  Context context(input.files(), arena, scope.slots(), scope.members());
  context.set(slot, Value::integer(42));
  context.set_model(model.get());
  context.set_now(*Temporal::parse_date_time("2026-11-22T10:30:00+01:00"));
  const Value root = Value::of(input.root());
  context.set_resource(root);
  const Collection out = expression->evaluate(context, std::span(&root, 1));
  if (context.failed()) return fail(*context.take_fault());
  std::string printed;
  for (const Value& value : out) printed += (printed.empty() ? "" : ", ") + print(value);
  return printed;
}

}  // namespace

tree::Document child() {
  tree::Document d;
  const std::uint16_t file = d.add_file("child.csv");
  const auto at = [&](std::uint32_t column) { return tree::Origin{file, 2, column}; };
  const auto name = [&](std::string_view use, std::string_view first, std::string_view second) {
    const tree::Node given[] = {d.text(first, at(1)), d.text(second, at(2))};
    return d.object({{"use", d.text(use, at(3))}, {"given", d.array(given)}});
  };
  const tree::Node names[] = {name("official", "Inès", "Zoé"), name("usual", "Nina", "Zoé")};
  const tree::Node inner[] = {d.integer(3, at(7)), d.integer(1, at(8)), d.integer(2, at(9))};
  d.set_root(d.object({{"resourceType", d.text("Child")},
                       {"Nom de naissance", d.text(" d'Été ", at(4))},
                       {"sex", d.text("F", at(5))},
                       {"birth", d.text("2014-03-12", at(6))},
                       {"wrong", d.text("31/02/2014", at(10))},
                       {"weight", d.number("33.80", at(11))},
                       {"numbers", d.array(inner)},
                       {"nothing", tree::Node::null()},
                       {"blank", d.text("", at(12))},
                       {"present", tree::Node::boolean(true, at(13))},
                       {"name", d.array(names)}}));
  return d;
}

std::string evaluate(std::string_view expression, const tree::Document& input) {
  auto out = run(expression, input);
  return out ? *out : std::string(out.error().code);
}

std::string evaluate_r4(std::string_view expression, const tree::Document& input) {
  auto out = run(expression, input, Model::fhir_r4());
  return out ? *out : std::string(out.error().code);
}

Fault fault_of(std::string_view expression) {
  auto out = run(expression, child());
  return out ? Fault{} : out.error();
}

}  // namespace charmille::fhirpath::testing
