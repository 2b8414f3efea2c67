#include "gateway/record/reconcile.h"

#include <algorithm>
#include <array>
#include <string>

#include "gateway/codec/codec.h"
#include "gateway/record/assemble.h"
#include "gateway/record/dates.h"
#include "gateway/record/edit.h"
#include "gateway/record/identifiers.h"

namespace charmille::record {
namespace {

using tree::Document;
using tree::Node;

/// What one side says of the child, its sources together.
Result<Document> side(std::span<const Told> told, Voice voice) {
  std::vector<Statement> statements;
  for (const Told& one : told)
    if (one.voice == voice) statements.push_back(*one.statement);
  return assemble(statements, {});
}

class Comparison {
 public:
  Comparison(const Node& dui, const Node& department, std::string_view today)
      : dui_(dui), department_(department), today_(today) {}

  std::vector<Fault> run() {
    identity();
    measures();
    places();
    return std::move(faults_);
  }

 private:
  void add(std::string_view code, std::string path) {
    base::Args args{{"field", path}};
    faults_.push_back(fault(code, {{}, 0, 0, std::move(path)}, std::move(args)));
  }

  /// Names are compared as identitovigilance does; a letter that an encoding lost is no difference.
  static bool differ(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty()) return false;
    return a.find('?') == a.npos && b.find('?') == b.npos && a != b;
  }
  void identity() {
    const Traits a = claims_of(dui_, {}).traits;
    const Traits b = claims_of(department_, {}).traits;
    if (differ(a.birth_name, b.birth_name)) add("CH-REC-045", "identity.birthName");
    if (differ(a.first_given_name, b.first_given_name))
      add("CH-REC-045", "identity.birthGivenNames");
    if (differ(a.birth_date, b.birth_date)) add("CH-REC-045", "identity.birthDate");
    if (differ(a.sex, b.sex)) add("CH-REC-045", "identity.sex");
  }

  bool runs(const Node& item, std::string_view from, std::string_view to) const {
    const std::string_view start = text_at(item, from);
    const std::string_view end = text_at(item, to);
    return is_date(start) && !is_after(start, today_) && !is_over(end, today_);
  }
  static bool is_same(const Node& a, const Node& b) {
    const std::string_view number_a = text_at(a, "number");
    const std::string_view number_b = text_at(b, "number");
    if (!number_a.empty() && !number_b.empty()) return number_a == number_b;
    return code_at(a, "type") == code_at(b, "type") && text_at(a, "start") == text_at(b, "start");
  }
  void measures() {
    const auto ours = items_at(dui_, "measures");
    const auto theirs = items_at(department_, "measures");
    if (ours.empty() || theirs.empty()) return;
    const auto path = [](std::size_t i) { return "measures[" + std::to_string(i) + "]"; };
    for (std::size_t i = 0; i < theirs.size(); ++i)
      if (runs(theirs[i], "start", "end") &&
          std::ranges::none_of(ours, [&](const Node& one) { return is_same(one, theirs[i]); }))
        add("CH-REC-046", path(i));
    for (std::size_t i = 0; i < ours.size(); ++i)
      if (runs(ours[i], "start", "end") && std::ranges::none_of(theirs, [&](const Node& one) {
            return is_same(one, ours[i]) && runs(one, "start", "end");
          }))
        add("CH-REC-047", path(i));
  }

  void places() {
    std::vector<std::string_view> theirs;
    for (const Node& stay : items_at(department_, "stays"))
      if (runs(stay, "entry", "exit") && !text_at(stay, "finess").empty())
        theirs.push_back(text_at(stay, "finess"));
    const auto ours = items_at(dui_, "stays");
    for (std::size_t i = 0; i < ours.size(); ++i)
      if (runs(ours[i], "entry", "exit") && !theirs.empty() &&
          std::ranges::find(theirs, text_at(ours[i], "finess")) == theirs.end())
        add("CH-REC-048", "stays[" + std::to_string(i) + "].finess");
  }

  const Node& dui_;
  const Node& department_;
  const std::string_view today_;
  std::vector<Fault> faults_;
};

}  // namespace

Result<std::vector<Fault>> disagreements(std::span<const Told> told, std::string_view today) {
  const auto speaks = [&](Voice voice) {
    return std::ranges::any_of(told, [&](const Told& one) { return one.voice == voice; });
  };
  if (!speaks(Voice::dui) || !speaks(Voice::department)) return std::vector<Fault>{};
  const auto dui = side(told, Voice::dui);
  const auto department = side(told, Voice::department);
  if (!dui) return fail(dui.error());
  if (!department) return fail(department.error());
  return Comparison(dui->root(), department->root(), today).run();
}

}  // namespace charmille::record
