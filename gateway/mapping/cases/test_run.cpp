#include "gateway/mapping/cases/test_run.h"

#include "gateway/mapping/cases/comparison.h"
#include "gateway/mapping/plan.h"

namespace charmille::mapping {
namespace {

using tree::Kind;
using tree::Node;

/// A copy in which numbers and booleans are texts, as the cells of a CSV file are.
Node as_cells(tree::Document& into, const Node& node) {
  switch (node.kind()) {
    case Kind::number:
      return into.text(node.chars(), node.origin());
    case Kind::boolean:
      return into.text(node.boolean_value() ? "true" : "false", node.origin());
    case Kind::array: {
      std::vector<Node> items;
      for (const Node& item : node.items()) items.push_back(as_cells(into, item));
      return into.array(items, node.origin());
    }
    case Kind::object: {
      std::vector<tree::Document::Member> members;
      for (std::size_t i = 0; i < node.items().size(); ++i)
        members.emplace_back(node.key(i), as_cells(into, node.items()[i]));
      return into.object(members, node.origin());
    }
    default:
      return into.copy(node);
  }
}

TestResult run_test(const Mapping& mapping, const Node& test, Coverage* coverage) {
  const Plan& plan = mapping.plan();
  TestResult result;
  result.name = test.find("name")->chars();
  result.place = plan.document.place_of(test.origin());
  Variables variables;
  if (const Node* vars = test.find("vars"))
    for (std::size_t i = 0; i < vars->items().size(); ++i)
      variables.set(vars->key(i), vars->items()[i]);
  Item item = run_input(mapping, *test.find("input"), plan.document.files(), variables, coverage);
  std::vector<std::string> codes;
  const Node* faults = test.find("faults");
  if (faults != nullptr)
    for (const Node& code : faults->items()) codes.emplace_back(code.chars());
  expect_faults(codes, result.place, std::move(item.faults), result);
  const Node* output = test.find("output");
  if (!result.faults.empty() || (output == nullptr && faults != nullptr)) return result;
  const Node nothing = Node::null();
  compare(item, output == nullptr ? &nothing : output, &item.document.root(), "",
          result.differences);
  return result;
}

}  // namespace

Item run_input(const Mapping& mapping, const Node& input, const std::vector<std::string>& files,
               const Variables& variables, Coverage* coverage) {
  tree::Document source;
  for (const std::string& file : files) source.add_file(file);
  source.set_root(empty_is_none(mapping.from()) ? as_cells(source, input) : source.copy(input));
  return apply_one(mapping, source, variables, coverage);
}

std::vector<TestResult> run_tests(const Mapping& mapping, Coverage* coverage) {
  std::vector<TestResult> out;
  for (const Node& test : mapping.plan().tests.items())
    out.push_back(run_test(mapping, test, coverage));
  return out;
}

}  // namespace charmille::mapping
