// Routes and their destinations; then what nobody uses.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/config/specification.h"
#include "gateway/config/validation.h"

namespace charmille::config {
namespace {

constexpr std::string_view child_record = "child-record";
/// Placeholders that the engine fills in the name of a file.
constexpr std::array<std::string_view, 7> file_placeholders{"route", "date",     "month",   "time",
                                                            "lot",   "sequence", "delivery"};

/// "06:00" as minutes since midnight.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
  int hour = 0;
  int minute = 0;
  if (text.size() != 5 || text[2] != ':') return {};
  const auto [h, h_error] = std::from_chars(text.data(), text.data() + 2, hour);
  const auto [m, m_error] = std::from_chars(text.data() + 3, text.data() + 5, minute);
  if (h_error != std::errc{} || m_error != std::errc{} || h != text.data() + 2 ||
      m != text.data() + 5)
    return {};
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return {};
  return std::chrono::minutes(hour * 60 + minute);
}

/// The place of `word` among the choices of a field; the first when it is none of them.
template <class Enum, std::size_t N>
Enum choice_of(const std::string& word, const std::array<std::string_view, N>& words) {
  const auto at = std::ranges::find(words, word);
  return static_cast<Enum>(at == words.end() ? 0 : at - words.begin());
}

}  // namespace

void Validation::read_routes(const View& view) {
  for (const auto& [name, entry] : view.members()) {
    check_name(name, entry.key_place());
    if (entry.is(tree::Kind::object)) read_route(name, entry);
  }
}

void Validation::read_route(const std::string& name, const View& view) {
  Route route;
  route.name = name;
  route.place = view.key_place();
  route.from = view["from"].text();
  route.mapping = view["mapping"].text();
  for (const auto& [key, value] : view["vars"].members()) route.vars.emplace(key, value.text());
  const Endpoint* const source = refer_to_endpoint(view["from"], Direction::source);
  if (source != nullptr && source->lot && !source->lot->files.empty()) {
    const auto& files = source->lot->files;
    route.input = view["input"].present() ? view["input"].text() : files.front().name;
    if (std::ranges::find(files, route.input, &LotFile::name) == files.end()) {
      std::vector<std::string_view> names;
      names.reserve(files.size());
      for (const LotFile& file : files) names.push_back(file.name);
      unknown(view["input"], "endpoints." + source->name + ".lot.files", names);
    }
  } else if (source != nullptr && view["input"].present()) {
    add("CH-CFG-074", view["input"].place(), {{"endpoint", source->name}});
  }
  std::vector<const KnownMapping*> readers{refer_to_mapping(view["mapping"], {}, child_record)};
  for (const View& item : view["to"].items()) {
    if (!item.is(tree::Kind::object)) continue;
    readers.push_back(refer_to_mapping(item["mapping"], child_record, {}));
    check_variables(item["vars"], {readers.back()});
    route.to.push_back(read_destination(item, route));
  }
  check_variables(view["vars"], readers);
  parts_.routes.push_back(std::move(route));
}

RouteDestination Validation::read_destination(const View& view, const Route& route) {
  RouteDestination to;
  to.place = view.place();
  to.endpoint = view["endpoint"].text();
  to.mapping = view["mapping"].text();
  to.id = route.name + "/" + to.endpoint + "/" + to.mapping;
  for (const auto& [key, value] : view["vars"].members()) to.vars.emplace(key, value.text());
  to.vars.insert(route.vars.begin(), route.vars.end());
  read_when(view, to);
  to.only = view["for"].text();
  to.file = read_pattern(view["file"]);
  to.retry = read_retry(view["retry"], parts_.retry);
  const Endpoint* const endpoint = refer_to_endpoint(view["endpoint"], Direction::destination);
  const auto format = read_format(view["format"], Direction::destination,
                                  endpoint == nullptr ? std::nullopt : endpoint->format);
  to.format = format.value_or(Format{});
  if (endpoint != nullptr && !view["format"].present() &&
      endpoint->settings->find("format") == nullptr && !endpoint->format)
    add("CH-CFG-033", view["endpoint"].place(), {{"endpoint", to.endpoint}});
  if (endpoint != nullptr)
    if (const auto partner = parts_.partners.find(endpoint->partner);
        partner != parts_.partners.end())
      check_recipient(view["endpoint"], partner->second, to.mode);
  check_destination(view, to, route);
  return to;
}

void Validation::read_when(const View& view, RouteDestination& to) {
  to.trigger = parse_trigger(view["trigger"].text()).value_or(Trigger::change);
  to.mode = parse_mode(view["mode"].text()).value_or(Mode::shadow);
  to.start = view["start"].text() == "everything" ? Start::everything : Start::from_now;
  to.schedule = read_schedule(view["schedule"]);
  if (view["period"].present())
    to.period = choice_of<Period>(
        view["period"].text(), std::array<std::string_view, 4>{"previous-day", "previous-week",
                                                               "previous-month", "current-month"});
  to.max_change = read_threshold(view["max-change"]);
}

std::optional<Threshold> Validation::read_threshold(const View& view) {
  const std::string text = view.text();
  if (text.empty()) return {};
  if (text.ends_with('%')) {
    if (const auto value = read_percent(view)) return Threshold{true, *value};
  } else if (const auto value = tree::parse_size(text); value && text.find('B') == text.npos) {
    return Threshold{false, *value};
  } else {
    add("CH-CFG-053", view.place(), {{"text", base::printable(text)}});
  }
  return {};
}

std::optional<Schedule> Validation::read_schedule(const View& view) {
  if (!view.is(tree::Kind::object)) return {};
  Schedule schedule;
  if (view["monthly"].present() && view["weekly"].present()) add("CH-CFG-055", view.place());
  if (view["monthly"].present()) {
    schedule.every = Schedule::Every::month;
    schedule.day = static_cast<std::uint8_t>(
        std::clamp<std::int64_t>(view["monthly"].number().value_or(1), 1, 28));
  } else if (view["weekly"].present()) {
    using Days = std::array<std::string_view, 7>;
    schedule.every = Schedule::Every::week;
    schedule.day = static_cast<std::uint8_t>(
        1 + choice_of<std::uint8_t>(view["weekly"].text(),
                                    Days{"monday", "tuesday", "wednesday", "thursday", "friday",
                                         "saturday", "sunday"}));
  }
  const auto at = parse_time_of_day(view["at"].text());
  if (!at && !view["at"].text().empty())
    add("CH-CFG-054", view["at"].place(), {{"text", base::printable(view["at"].text())}});
  schedule.at = at.value_or(std::chrono::minutes{});
  return schedule;
}

void Validation::check_destination(const View& view, const RouteDestination& to,
                                   const Route& route) {
  const bool scheduled = view["trigger"].text() == "schedule";
  if (scheduled && !view["schedule"].present()) add("CH-CFG-028", view["trigger"].place());
  for (const std::string_view field : {"schedule", "period"})
    if (!scheduled && view[field].present())
      add("CH-CFG-029", view[field].place(), {{"field", std::string(field)}});
  if (!scheduled && !view["start"].present()) add("CH-CFG-030", view.place());
  const auto endpoint = parts_.endpoints.find(to.endpoint);
  if (endpoint != parts_.endpoints.end() && endpoint->second.adapter != nullptr &&
      endpoint->second.adapter->shows_latest && to.trigger != Trigger::change)
    add("CH-CFG-095", view["trigger"].place(), {{"endpoint", to.endpoint}});
  for (const RouteDestination& other : route.to)
    if (other.id == to.id && !to.endpoint.empty() && !to.mapping.empty())
      add("CH-CFG-031", view.place());
  if (!to.only.empty() && surroundings_.check_expression)
    if (auto wrong = surroundings_.check_expression(to.only, view["for"].place()))
      faults_.push_back(std::move(*wrong));
  if (!to.file) return;
  for (const std::string& name : to.file->placeholders())
    if (std::ranges::find(file_placeholders, name) == file_placeholders.end())
      add("CH-CFG-042", view["file"].place(), {{"name", name}});
  if (to.file->text().find('*') != std::string::npos)
    add("CH-CFG-042", view["file"].place(), {{"name", "*"}});
}

/// What sends nothing, a destination tried in shadow, needs no policy yet.
void Validation::check_recipient(const View& view, const Partner& partner, Mode mode) {
  if (!partner.recipient) return add("CH-CFG-025", view.place(), {{"partner", partner.name}});
  const auto policy = std::ranges::find(parts_.policies, *partner.recipient, &Policy::recipient);
  if (policy != parts_.policies.end()) return;
  base::Args args{{"recipient", std::string(name_of(*partner.recipient))},
                  {"partner", partner.name}};
  if (mode == Mode::shadow)
    warn("CH-CFG-062", view.place(), std::move(args));
  else
    add("CH-CFG-062", view.place(), std::move(args));
}

/// The endpoint that a route names; a fault and nullptr when there is none, or when it goes the
/// other way.
const Endpoint* Validation::refer_to_endpoint(const View& view, Direction wanted) {
  const std::string name = view.text();
  if (name.empty()) return nullptr;
  const auto at = parts_.endpoints.find(name);
  if (at == parts_.endpoints.end()) {
    std::vector<std::string_view> names;
    for (const auto& [known, endpoint] : parts_.endpoints) names.push_back(known);
    if (!broken_.contains(name)) unknown(view, "endpoints", names);
    return nullptr;
  }
  const Endpoint& endpoint = at->second;
  if (broken_.contains(name)) return nullptr;
  if (endpoint.direction == wanted && wanted == Direction::destination &&
      endpoint.adapter->only_asked) {
    add("CH-CFG-094", view.place(),
        {{"endpoint", name}, {"adapter", std::string(endpoint.adapter->name)}});
    return nullptr;
  }
  if (endpoint.direction == wanted) return &endpoint;
  add(wanted == Direction::source ? "CH-CFG-022" : "CH-CFG-023", view.place(),
      {{"endpoint", name}, {"adapter", std::string(endpoint.adapter->name)}});
  return nullptr;
}

const KnownMapping* Validation::refer_to_mapping(const View& view, std::string_view from,
                                                 std::string_view to) {
  if (!surroundings_.mappings || view.text().empty()) return nullptr;
  const auto at = std::ranges::find(*surroundings_.mappings, view.text(), &KnownMapping::name);
  if (at == surroundings_.mappings->end()) {
    std::vector<std::string_view> names;
    for (const KnownMapping& mapping : *surroundings_.mappings) names.push_back(mapping.name);
    unknown(view, "mappings", names);
    return nullptr;
  }
  const bool reads = from.empty() || at->from == from;
  const bool gives = to.empty() || at->to == to;
  if (reads && gives) return &*at;
  add(reads ? "CH-CFG-045" : "CH-CFG-044", view.place(),
      {{"name", at->name}, {"from", at->from}, {"to", at->to}});
  return nullptr;
}

/// A variable that none of its mappings has is a slip of the pen. Nothing is told when one of them
/// is not known.
void Validation::check_variables(const View& vars,
                                 const std::vector<const KnownMapping*>& readers) {
  if (std::ranges::find(readers, nullptr) != readers.end()) return;
  std::vector<std::string_view> names;
  std::vector<std::string_view> mappings;
  for (const KnownMapping* mapping : readers) {
    names.insert(names.end(), mapping->vars.begin(), mapping->vars.end());
    mappings.push_back(mapping->name);
  }
  for (const auto& [name, value] : vars.members()) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const std::string_view near = base::nearest(name, names);
    add(near.empty() ? "CH-CFG-034" : "CH-CFG-046", value.key_place(),
        {{"name", base::printable(name)},
         {"mapping", fmt::format("{}", fmt::join(mappings, ", "))},
         {"near", std::string(near)}});
  }
}

void Validation::check_uses() {
  std::set<std::string, std::less<>> partners;
  for (const auto& [name, endpoint] : parts_.endpoints) {
    partners.insert(endpoint.partner);
    const bool asked = endpoint.adapter != nullptr && !endpoint.adapter->queries.empty();
    if (!asked && !sources_.contains(name) && !destinations_.contains(name))
      warn("CH-CFG-060", endpoint.place, {{"name", name}});
  }
  for (const auto& [name, partner] : parts_.partners)
    if (!partners.contains(name)) warn("CH-CFG-061", partner.place, {{"name", name}});
}

}  // namespace charmille::config
