#include "gateway/mapping/coverage.h"

#include <map>

#include "gateway/mapping/plan.h"

namespace charmille::mapping {
namespace {

/// The rules that can be touched, in the order of the file.
class Lines {
 public:
  void add(const Rule& rule) {
    for (const auto& [slot, value] : rule.assigns) add(*value);
    for (const Rule::Member& member : rule.members) add(*member.rule);
    for (const RulePtr& body : rule.bodies) add(*body);
    switch (rule.kind) {
      case Rule::Kind::choice:
        add(rule.origin, rule.path, "{% if %}");
        if (rule.bodies.size() > 1) add(rule.other, rule.path, "{% else %}");
        break;
      case Rule::Kind::each:
        add(rule.origin, rule.path, "{% for %}");
        break;
      case Rule::Kind::context:
        add(rule.origin, rule.path, "{{ }}");
        break;
      case Rule::Kind::literal:
      case Rule::Kind::single:
      case Rule::Kind::list:
      case Rule::Kind::joined:
        add(rule.origin, rule.path);
        break;
      case Rule::Kind::object:
      case Rule::Kind::array:
      case Rule::Kind::merge:
        break;  // only hold others
    }
  }

  void report(const Plan& plan, const Coverage& coverage, CoverageReport& into) const {
    std::map<std::uint32_t, bool> lines;
    for (const auto& [at, rule] : rules_) {
      const bool touched = coverage.lines.contains(at);
      const auto known = lines.emplace(at.first, touched).first;
      known->second = known->second && touched;
      if (!touched) into.rules.push_back({plan.document.place_of(rule.origin), rule.what});
    }
    into.lines.total = lines.size();
    for (const auto& [line, touched] : lines) into.lines.touched += touched ? 1 : 0;
  }

 private:
  struct Named {
    tree::Origin origin;
    std::string what;
  };

  void add(tree::Origin origin, std::string what, std::string_view block = {}) {
    if (!what.empty() && !block.empty()) what += ' ';
    rules_.try_emplace({origin.line, origin.column}, Named{origin, what.append(block)});
  }

  std::map<std::pair<std::uint32_t, std::uint32_t>, Named> rules_;
};

}  // namespace

CoverageReport report(const Mapping& mapping, const Coverage& coverage) {
  const Plan& plan = mapping.plan();
  CoverageReport out;
  Lines lines;
  lines.add(*plan.root);
  lines.report(plan, coverage, out);
  for (const auto& table : plan.tables) {
    const tree::Node& codes = table->codes().root();
    out.rows.total += codes.items().size();
    for (std::size_t i = 0; i < codes.items().size(); ++i) {
      const tree::Node& value = codes.items()[i];
      if (coverage.codes.contains(&value))
        ++out.rows.touched;
      else
        out.codes.push_back({table->codes().place_of(value.origin()),
                             table->name() + "/" + std::string(codes.key(i))});
    }
  }
  return out;
}

}  // namespace charmille::mapping
