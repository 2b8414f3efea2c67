#include "gateway/policy/scope.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gateway/record/dates.h"
#include "gateway/record/edit.h"
#include "gateway/record/statement.h"

namespace charmille::policy {

using config::Recipient;
using record::items_at;
using record::text_at;
using tree::Node;

namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What is still told of a time that is over: who the child is, and what was held then.
constexpr std::array<std::string_view, 8> told_afterwards{
    "identity", "ids", "measures", "stays", "deadlines", "presence", "events", "documents"};

/// Of a stay that outlasts the recipient's time: what was so while it lasted, and cannot change.
constexpr std::array<std::string_view, 6> lasting_of_stay{"id",   "measure",       "finess",
                                                          "kind", "establishment", "entry"};

/// The last month of the school year "2025-2026"; empty when it is not told so.
std::string end_of_school_year(std::string_view year) {
  return year.size() == 9 ? std::string(year.substr(5)) + "-08" : std::string{};
}

/// The first of these fields that says something.
std::string_view first_of(const Node& item, std::initializer_list<const char*> fields) {
  for (const char* field : fields)
    if (const std::string_view text = text_at(item, field); !text.empty()) return text;
  return {};
}

}  // namespace

Scope::Scope(const Node& record, const Addressee& to, std::string_view today)
    : record_(record), to_(to) {
  if (to.kind == Recipient::departement) of_department(today);
  if (to.kind == Recipient::dui) of_establishments(today);
  if (to.kind == Recipient::school) of_school(today);
  if (to.kind == Recipient::parents) of_parents(today);
}

bool Scope::bounded() const {
  return to_.kind == Recipient::departement || to_.kind == Recipient::dui;
}

/// ISO dates compare as text; partial ones by what they have.
bool Scope::before(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  return a.substr(0, shared) < b.substr(0, shared);
}

/// The day that ends one time may begin another: what lasts and only touches it there is not of it;
/// what is of that one day is.
bool Scope::overlap(const Span& item, const Span& own) {
  const bool ended = !item.end.empty() && !own.start.empty() && before(item.end, own.start);
  const bool later = !item.start.empty() && !own.end.empty() && before(own.end, item.start);
  if (ended || later) return false;
  const bool lasts = item.start.empty() || item.start != item.end;
  const bool own_lasts = own.start.empty() || own.start != own.end;
  const bool touches = (!item.end.empty() && item.end == own.start) ||
                       (!item.start.empty() && item.start == own.end);
  return !(lasts && own_lasts && touches);
}

/// A measure that is over without a day of its end ended at its term at the latest.
Scope::Span Scope::span_of(const Node& measure) {
  const std::string_view start = first_of(measure, {"start", "decidedOn", "receivedOn"});
  std::string_view end = text_at(measure, "end");
  const std::string_view state = text_at(measure, "state");
  if (end.empty() && (state == "ended" || state == "notCarriedOut")) {
    end = text_at(measure, "due");
    if (end.empty()) end = start;
  }
  return {start, end};
}

/// While, or because, it holds a decision on the child: ended measures count, so that it is told of
/// the end.
void Scope::of_department(std::string_view today) {
  bool running = false;
  for (const Node& measure : items_at(record_, "measures")) {
    const Span span = span_of(measure);
    if (to_.department.empty() || text_at(measure, "department") != to_.department) {
      sole_ = false;
      others_.push_back(span);
      continue;
    }
    for (const char* name : {"id", "number"})
      if (const std::string_view number = text_at(measure, name); !number.empty())
        measures_.push_back(number);
    times_.push_back(span);
    running |= !record::is_over(span.end, today);
    if (before(ended_, span.end) || ended_.empty()) ended_ = span.end;
  }
  if (times_.empty()) denial_ = "CH-POL-003";
  if (running) ended_ = {};
  // Whose the time before an undated decision was cannot be told.
  if (!sole_) std::erase_if(times_, [](const Span& own) { return own.start.empty(); });
  join_times();
  add_transmitted();
}

/// A decision that is renewed late leaves no gap, unless another department held one meanwhile.
void Scope::join_times() {
  std::ranges::sort(times_, {}, &Span::start);
  std::vector<Span> joined;
  for (const Span& own : times_) {
    if (joined.empty()) {
      joined.push_back(own);
      continue;
    }
    Span& last = joined.back();
    const bool gap = !last.end.empty() && before(last.end, own.start);
    const bool taken = gap && std::ranges::any_of(others_, [&](const Span& other) {
                         return (other.start.empty() || before(other.start, own.start)) &&
                                (other.end.empty() || before(last.end, other.end));
                       });
    if (taken) {
      joined.push_back(own);
    } else if (!last.end.empty() && (own.end.empty() || before(last.end, own.end))) {
      last.end = own.end;
    }
  }
  times_ = std::move(joined);
}

/// What was before it had the child, or had it back, as far as a written decision opens it: up to
/// the time that ran, or was to come, when the decision was taken.
void Scope::add_transmitted() {
  if (times_.empty() || times_.front().start.empty()) return;
  for (const Node& given : items_at(record_, record::transmissions_section)) {
    if (text_at(given, "department") != to_.department) continue;
    const std::string_view decided = text_at(given, "decidedOn");
    const auto own = std::ranges::find_if(times_, [&](const Span& time) {
      return time.end.empty() || decided.empty() || !before(time.end, decided);
    });
    const std::string_view until = own == times_.end() ? times_.back().start : own->start;
    if (const std::string_view from = text_at(given, "from"); from.empty() || before(from, until))
      given_.push_back({from, until});
  }
  std::ranges::copy(given_, std::back_inserter(times_));
}

bool Scope::own_establishment(std::string_view finess) const {
  return std::ranges::find(to_.finess, finess, [](const std::string& own) {
           return std::string_view(own);
         }) != to_.finess.end();
}

void Scope::of_establishments(std::string_view today) {
  bool present = false;
  for (const Node& stay : items_at(record_, "stays")) {
    if (!own_establishment(text_at(stay, "finess"))) {
      sole_ = false;
      continue;
    }
    const Span span{text_at(stay, "entry"), text_at(stay, "exit")};
    times_.push_back(span);
    present |= !record::is_over(span.end, today);
    if (before(ended_, span.end) || ended_.empty()) ended_ = span.end;
  }
  if (present) ended_ = {};
  if (!times_.empty()) return;
  const bool known_there = std::ranges::any_of(items_at(record_, "ids"), [this](const Node& id) {
    return text_at(id, "system").starts_with("urn:charmille:dui:") && holds_id(id);
  });
  if (!known_there) denial_ = "CH-POL-004";
  // A file is opened there before the entry is told: nobody else has the child.
  if (known_there && sole_) times_.push_back({});
}

/// The pupils that it has, or is to have: their record names it for a school year that is not over.
void Scope::of_school(std::string_view today) {
  const auto has = [&](const Node& school) {
    const std::string end = end_of_school_year(text_at(school, "year"));
    return std::ranges::find(to_.uai, text_at(school, "uai")) != to_.uai.end() &&
           !(record::is_date(end) && record::is_after(today, end));
  };
  if (std::ranges::none_of(items_at(record_, "school"), has)) denial_ = "CH-POL-007";
}

/// Parental authority ends at eighteen (C. civ. 371-1, 388).
void Scope::of_parents(std::string_view today) {
  const Node* identity = record_.find("identity");
  const auto age =
      identity == nullptr ? std::nullopt : record::age_on(text_at(*identity, "birthDate"), today);
  if (age && *age >= 18) denial_ = "CH-POL-008";
}

bool Scope::in_time(std::string_view start, std::string_view end) const {
  return std::ranges::any_of(times_, [&](const Span& own) { return overlap({start, end}, own); });
}

bool Scope::is_shared(std::string_view day) const {
  const auto has = [&](const Span& span) { return overlap({day, day}, span); };
  return std::ranges::any_of(others_, has) && std::ranges::none_of(given_, has);
}

bool Scope::in_time_of_another(std::string_view day) const {
  return !in_time(day, day) && std::ranges::any_of(others_, [&](const Span& other) {
    return overlap({day, day}, other);
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

bool Scope::opens(std::string_view section) const {
  if (!bounded()) return true;
  // Known in a DUI whose establishments never had the child: who it is, and nothing of its life.
  if (times_.empty() && to_.kind == Recipient::dui)
    return section == "identity" || section == "ids";
  return ended_.empty() || is_one_of(told_afterwards, section);
}

bool Scope::holds(std::string_view section, const Node& item) const {
  if (section == "ids") return holds_id(item);
  if (!bounded()) return true;
  const bool department = to_.kind == Recipient::departement;
  if (section == "measures")
    return department ? text_at(item, "department") == to_.department
                      : in_time(span_of(item).start, span_of(item).end);
  if (!department && section == "stays") return own_establishment(text_at(item, "finess"));
  const std::string_view measure = text_at(item, "measure");
  if (department && !measure.empty() && (section == "stays" || section == "deadlines") &&
      std::ranges::find(measures_, measure) != measures_.end())
    return true;
  if (section == "deadlines") return measure.empty() && sole_ && ended_.empty();
  return holds_dated(section, item);
}

/// By its dates; what should have one and has none is seen only where nobody else has a part.
bool Scope::holds_dated(std::string_view section, const Node& item) const {
  const std::string_view entry = text_at(item, "entry"), exit = text_at(item, "exit");
  if (section == "stays") return entry.empty() && exit.empty() ? sole_ : in_time(entry, exit);
  const std::string_view start = text_at(item, "start"), end = text_at(item, "end");
  // What is told without a day holds now: it is theirs whose time is now.
  if (section == "visitRights" || section == "parentalAuthority" || section == "coverage")
    return start.empty() && end.empty() ? sole_ || (ended_.empty() && !times_.empty())
                                        : in_time(start, end);
  const auto on = [&](std::string_view day) { return day.empty() ? sole_ : in_time(day, day); };
  if (section == "presence") return sole_ || on(text_at(item, "month"));
  if (section == "events") return on(text_at(item, "date"));
  // A judgment of the time of another department may be its own.
  if (section == "documents")
    return on(text_at(item, "date")) &&
           !(to_.kind == Recipient::departement && is_shared(text_at(item, "date")));
  if (section == "ppe") return on(text_at(item, "made"));
  if (section != "school") return true;
  const std::string_view year = text_at(item, "year");  // "2025-2026"
  if (year.size() != 9) return true;
  return in_time(std::string(year.substr(0, 4)) + "-09", end_of_school_year(year));
}

bool Scope::shows(std::string_view section, const Node& item, std::string_view field) const {
  if (section != "stays" || to_.kind != Recipient::departement) return true;
  if (field == "entry") return !in_time_of_another(text_at(item, "entry"));
  const std::string_view exit = text_at(item, "exit");
  if (field == "exit" || field == "exitReason") return !in_time_of_another(exit);
  const bool outlasts = exit.empty() ? !ended_.empty() : !in_time(exit, exit);
  return !outlasts || is_one_of(lasting_of_stay, field);
}

std::vector<std::size_t> Scope::foreign_days(const Node& presence) const {
  std::vector<std::size_t> days;
  if (!bounded()) return days;
  const std::string_view month = text_at(presence, "month");
  const auto told = items_at(presence, "days");
  for (std::size_t i = 0; i < told.size(); ++i) {
    const std::string day = fmt::format("{}-{:02}", month, i + 1);
    if (month.empty() || in_time(day, day) || (sole_ && told[i].chars() == "UNKNOWN")) continue;
    days.push_back(i);
  }
  return days;
}

}  // namespace charmille::policy
