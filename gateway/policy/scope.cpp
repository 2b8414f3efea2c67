#include "gateway/policy/scope.h"

#include <algorithm>

#include "gateway/record/edit.h"

namespace charmille::policy {

using config::Recipient;
using record::items_at;
using record::text_at;
using tree::Node;

Scope::Scope(const Node& record, const Addressee& to) : record_(record), to_(to) {
  if (to.kind == Recipient::departement) of_department();
  if (to.kind == Recipient::dui) of_establishments();
}

/// While, or because, it holds a decision on the child: ended measures count, so that it is told of
/// the end.
void Scope::of_department() {
  for (const Node& measure : items_at(record_, "measures")) {
    if (to_.department.empty() || text_at(measure, "department") != to_.department) {
      sole_ = false;
      continue;
    }
    for (const char* name : {"id", "number"})
      if (const std::string_view number = text_at(measure, name); !number.empty())
        measures_.push_back(number);
    times_.push_back({text_at(measure, "start"), text_at(measure, "end")});
  }
  if (times_.empty()) denial_ = "CH-POL-003";
}

bool Scope::own_establishment(std::string_view finess) const {
  return std::ranges::find(to_.finess, finess, [](const std::string& own) {
           return std::string_view(own);
         }) != to_.finess.end();
}

void Scope::of_establishments() {
  for (const Node& stay : items_at(record_, "stays")) {
    if (own_establishment(text_at(stay, "finess"))) {
      times_.push_back({text_at(stay, "entry"), text_at(stay, "exit")});
    } else {
      sole_ = false;
    }
  }
  const bool known_there = std::ranges::any_of(items_at(record_, "ids"), [this](const Node& id) {
    return text_at(id, "system").starts_with("urn:charmille:dui:") && holds_id(id);
  });
  if (times_.empty() && !known_there) denial_ = "CH-POL-004";
}

/// ISO dates compare as text; partial ones by what they have. The day that ends one time may begin
/// another.
bool Scope::in_time(std::string_view start, std::string_view end) const {
  const auto before = [](std::string_view a, std::string_view b) {
    const std::size_t shared = std::min(a.size(), b.size());
    return a.substr(0, shared) < b.substr(0, shared);
  };
  return std::ranges::any_of(times_, [&](const Span& own) {
    const bool ended_before = !end.empty() && !own.start.empty() && before(end, own.start);
    const bool began_after = !start.empty() && !own.end.empty() && before(own.end, start);
    return !ended_before && !began_after;
  });
}

/// A department knows its own numbers and those of the software that answers it; a DUI its own, and
/// the departments'.
bool Scope::holds_id(const Node& id) const {
  constexpr std::string_view department = "urn:charmille:cd:";
  constexpr std::string_view dui = "urn:charmille:dui:";
  const std::string_view system = text_at(id, "system");
  const auto owner = [&](std::string_view prefix) {
    return system.substr(prefix.size(), system.find(':', prefix.size()) - prefix.size());
  };
  // A number whose department is not told is this one's when nobody else holds a decision.
  if (to_.kind == Recipient::departement && system.ends_with(":ase")) return sole_;
  if (to_.kind == Recipient::departement && system.starts_with(department))
    return owner(department) == to_.department;
  if (to_.kind == Recipient::dui && system.starts_with(dui)) return own_establishment(owner(dui));
  return true;
}

bool Scope::holds(std::string_view section, const Node& item) const {
  if (section == "ids") return holds_id(item);
  if (to_.kind == Recipient::departement && section == "measures")
    return text_at(item, "department") == to_.department;
  if (to_.kind == Recipient::dui && section == "stays")
    return own_establishment(text_at(item, "finess"));
  const std::string_view measure = text_at(item, "measure");
  const bool linked = (section == "stays" || section == "deadlines") && !measure.empty();
  if (to_.kind == Recipient::departement && linked)
    return std::ranges::find(measures_, measure) != measures_.end();
  if (sole_ || (to_.kind != Recipient::departement && to_.kind != Recipient::dui)) return true;
  if (section == "deadlines") return false;  // whose it is cannot be told
  if (section == "stays") return in_time(text_at(item, "entry"), text_at(item, "exit"));
  if (section == "presence") return in_time(text_at(item, "month"), text_at(item, "month"));
  if (section == "events") return in_time(text_at(item, "date"), text_at(item, "date"));
  if (section == "visitRights") return in_time(text_at(item, "start"), text_at(item, "end"));
  return true;
}

}  // namespace charmille::policy
