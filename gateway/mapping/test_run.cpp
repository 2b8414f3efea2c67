#include "gateway/mapping/test_run.h"

#include <algorithm>

#include "gateway/codec/codec.h"
#include "gateway/mapping/plan.h"
#include "gateway/mapping/runner.h"

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

bool same_scalar(const Node& a, const Node& b) {
  if (a.is(Kind::number) && b.is(Kind::number)) {
    const auto x = fhirpath::Decimal::parse(a.chars());
    const auto y = fhirpath::Decimal::parse(b.chars());
    if (x && y) return x->compare(*y) == 0;
  }
  return tree::equal(a, b);
}

/// Finds every difference between the tree wanted and the tree got.
class Comparison {
 public:
  Comparison(const Item& item, std::vector<Difference>& into) : item_(item), into_(into) {}

  void compare(const Node* expected, const Node* got, const std::string& path) {
    if (expected != nullptr && got != nullptr) {
      if (expected->is(Kind::object) && got->is(Kind::object))
        return objects(*expected, *got, path);
      if (expected->is(Kind::array) && got->is(Kind::array)) return arrays(*expected, *got, path);
      if (same_scalar(*expected, *got)) return;
    }
    const auto print = [](const Node* node) {
      return node == nullptr ? std::string("(absent)") : codec::write_json(*node);
    };
    into_.push_back({path, rule_of(path), print(expected), print(got)});
  }

 private:
  void objects(const Node& expected, const Node& got, const std::string& path) {
    const auto below = [&](std::string_view key) {
      return path.empty() ? std::string(key) : path + "." + std::string(key);
    };
    for (std::size_t i = 0; i < expected.items().size(); ++i)
      compare(&expected.items()[i], got.find(expected.key(i)), below(expected.key(i)));
    for (std::size_t i = 0; i < got.items().size(); ++i)
      if (expected.find(got.key(i)) == nullptr)
        compare(nullptr, &got.items()[i], below(got.key(i)));
  }

  void arrays(const Node& expected, const Node& got, const std::string& path) {
    const std::size_t longest = std::max(expected.items().size(), got.items().size());
    for (std::size_t i = 0; i < longest; ++i)
      compare(i < expected.items().size() ? &expected.items()[i] : nullptr,
              i < got.items().size() ? &got.items()[i] : nullptr,
              path + "[" + std::to_string(i) + "]");
  }

  /// The rule that made the value at `path`, or what holds it, or what lies in it.
  base::Place rule_of(const std::string& path) const {
    const Explained* best = nullptr;
    for (const Explained& one : item_.explained) {
      if (one.path == path) return one.rule;
      const bool holds = path.starts_with(one.path);
      const bool held = one.path.starts_with(path);
      if ((holds || held) && (best == nullptr || one.path.size() > best->path.size())) best = &one;
    }
    return best == nullptr ? base::Place{} : best->rule;
  }

  const Item& item_;
  std::vector<Difference>& into_;
};

Item run_item(const Plan& plan, const Mapping& mapping, const Node& input,
              const Variables& variables) {
  tree::Document source;
  for (const std::string& file : plan.document.files()) source.add_file(file);
  source.set_root(plan.from == From::csv ? as_cells(source, input) : source.copy(input));
  return apply_one(mapping, source, variables);
}

/// Takes the codes that the test wants from the faults that came.
void expect_faults(const Node& wanted, const base::Place& place, std::vector<Fault> came,
                   TestResult& result) {
  for (const Node& code : wanted.items()) {
    const auto at =
        std::ranges::find_if(came, [&](const Fault& f) { return f.code == code.chars(); });
    if (at == came.end())
      result.differences.push_back({"faults", place, std::string(code.chars()), "(absent)"});
    else
      came.erase(at);
  }
  result.faults = std::move(came);
}

}  // namespace

std::vector<TestResult> run_tests(const Mapping& mapping) {
  const Plan& plan = mapping.plan();
  std::vector<TestResult> out;
  for (const Node& test : plan.tests.items()) {
    TestResult& result = out.emplace_back();
    result.name = test.find("name")->chars();
    result.place = plan.document.place_of(test.origin());
    Variables variables;
    if (const Node* vars = test.find("vars"))
      for (std::size_t i = 0; i < vars->items().size(); ++i)
        variables.set(vars->key(i), vars->items()[i]);
    Item item = run_item(plan, mapping, *test.find("input"), variables);
    const Node* output = test.find("output");
    if (const Node* wanted = test.find("faults")) {
      expect_faults(*wanted, result.place, std::move(item.faults), result);
    } else {
      result.faults = std::move(item.faults);
    }
    if (!result.faults.empty() || (output == nullptr && test.find("faults") != nullptr)) continue;
    const Node nothing = Node::null();
    Comparison(item, result.differences)
        .compare(output == nullptr ? &nothing : output, &item.document.root(), "");
  }
  return out;
}

}  // namespace charmille::mapping
