#include "gateway/record/alerts.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "gateway/record/dates.h"
#include "gateway/record/edit.h"

namespace charmille::record {
namespace {

using tree::Node;

/// The longest that one decision may run, in days; a year counts one more for leap years.
struct Longest {
  std::string_view type;
  int days;
};
constexpr std::array longest_by_type{Longest{"A72H", 3}, Longest{"A5J", 5}};
constexpr Longest longest_administrative{"ADM", 366};
constexpr Longest longest_judicial{"JUD", 731};

/// Full-time placements: two of them at once are a conflict.
constexpr std::array<std::string_view, 8> placements{"AP",     "A72H",    "A5J",     "OPP_PR",
                                                     "OPP_JE", "JAE_ASE", "JAE_DIR", "JAE_TDC"};
/// Measures that go on after 18, or begin there.
constexpr std::array<std::string_view, 3> for_adults{"APJM", "AEJM", "PJM"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  for (const std::string_view one : names)
    if (one == name) return true;
  return false;
}

std::optional<std::chrono::sys_days> day_of(std::string_view date) {
  if (date.size() != 10 || !is_date(date)) return std::nullopt;
  const auto number = [date](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char c : date.substr(from, size)) value = value * 10 + (c - '0');
    return value;
  };
  return std::chrono::sys_days(std::chrono::year(number(0, 4)) / number(5, 2) / number(8, 2));
}

class Alerts {
 public:
  Alerts(const tree::Document& record, std::string_view today) : record_(record), today_(today) {}

  std::vector<Fault> run() {
    const auto measures = items_at(record_.root(), "measures");
    const auto stays = items_at(record_.root(), "stays");
    for (std::size_t i = 0; i < measures.size(); ++i)
      measure(measures[i], "measures[" + std::to_string(i) + "]");
    if (running_placements_ > 1) add("CH-REC-044", measures.front(), "measures");
    for (std::size_t i = 0; i < stays.size(); ++i)
      if (running(stays[i], "entry", "exit") && !any_running_)
        add("CH-REC-040", stays[i], "stays[" + std::to_string(i) + "]");
    return std::move(alerts_);
  }

 private:
  void add(std::string_view code, const Node& at, std::string path) {
    base::Args args{{"field", path}};
    alerts_.push_back(fault(code, record_.place_of(at.origin(), std::move(path)), std::move(args)));
  }

  bool running(const Node& item, std::string_view from, std::string_view to) const {
    const std::string_view start = text_at(item, from);
    const std::string_view end = text_at(item, to);
    return !(is_date(start) && is_after(start, today_)) && !is_over(end, today_);
  }

  void measure(const Node& measure, const std::string& path) {
    duration(measure, path);
    if (!running(measure, "start", "end")) return;
    any_running_ = true;
    const std::string_view type = code_at(measure, "type");
    if (is_one_of(placements, type)) ++running_placements_;
    const std::string_view due = text_at(measure, "due");
    if (is_date(due) && is_after(today_, due)) add("CH-REC-041", measure, path + ".due");
    const Node* birth = find_path(record_.root(), {"identity", "birthDate"});
    if (birth != nullptr && !type.empty() && !is_one_of(for_adults, type) &&
        age_on(birth->chars(), today_).value_or(0) >= 18)
      add("CH-REC-042", measure, path);
  }

  void duration(const Node& measure, const std::string& path) {
    const auto start = day_of(text_at(measure, "start"));
    const auto due = day_of(text_at(measure, "due"));
    if (!start || !due) return;
    int most = 0;
    const std::string_view nature = code_at(measure, "nature");
    if (nature == longest_administrative.type) most = longest_administrative.days;
    if (nature == longest_judicial.type) most = longest_judicial.days;
    for (const Longest& one : longest_by_type)
      if (code_at(measure, "type") == one.type) most = one.days;
    if (most != 0 && (*due - *start).count() > most) add("CH-REC-043", measure, path + ".due");
  }

  const tree::Document& record_;
  const std::string_view today_;
  std::vector<Fault> alerts_;
  std::size_t running_placements_ = 0;
  bool any_running_ = false;
};

}  // namespace

std::vector<Fault> alerts(const tree::Document& record, std::string_view today) {
  return Alerts(record, today).run();
}

}  // namespace charmille::record
