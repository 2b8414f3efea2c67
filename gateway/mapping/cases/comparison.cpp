#include "gateway/mapping/cases/comparison.h"

#include <algorithm>

#include "gateway/codec/codec.h"
#include "gateway/fhirpath/decimal.h"

namespace charmille::mapping {
namespace {

using tree::Kind;
using tree::Node;

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
  Comparison(const Item& item, const std::string& prefix, std::vector<Difference>& into)
      : item_(item), prefix_(prefix), into_(into) {}

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
    const bool dot = !prefix_.empty() && !path.empty() && !path.starts_with('[');
    into_.push_back({prefix_ + (dot ? "." : "") + path, rule_of(path), item_.source,
                     print(expected), print(got)});
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
  const std::string& prefix_;
  std::vector<Difference>& into_;
};

}  // namespace

void compare(const Item& item, const Node* wanted, const Node* got, const std::string& prefix,
             std::vector<Difference>& into) {
  Comparison(item, prefix, into).compare(wanted, got, "");
}

void expect_faults(const std::vector<std::string>& wanted, const base::Place& place,
                   std::vector<Fault> came, TestResult& result) {
  for (const std::string& code : wanted) {
    const auto at = std::ranges::find_if(came, [&](const Fault& f) { return f.code == code; });
    if (at == came.end())
      result.differences.push_back({"faults", place, {}, code, "(absent)"});
    else
      came.erase(at);
  }
  result.faults = std::move(came);
}

}  // namespace charmille::mapping
