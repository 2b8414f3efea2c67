// Relays: what comes in leaves again, judged by the program's own rules.
#include <algorithm>
#include <array>

#include "gateway/config/validation.h"

namespace charmille::config {
namespace {

/// Placeholders that the engine fills in the name of a relayed file.
constexpr std::array<std::string_view, 4> file_placeholders{"date", "month", "time", "delivery"};

bool allows(const std::vector<Policy>& policies, std::string_view extraction) {
  const auto policy = std::ranges::find(policies, Recipient::statistics, &Policy::recipient);
  return policy != policies.end() &&
         std::ranges::find(policy->lines, extraction, &PolicyLine::extraction) !=
             policy->lines.end();
}

}  // namespace

void Validation::read_relays(const View& view) {
  for (const auto& [name, entry] : view.members()) {
    check_name(name, entry.key_place());
    if (entry.is(tree::Kind::object)) read_relay(name, entry);
  }
}

void Validation::read_relay(const std::string& name, const View& view) {
  Relay relay;
  relay.name = name;
  relay.place = view.key_place();
  relay.from = view["from"].text();
  relay.extraction = view["extraction"].text();
  relay.to = view["to"].text();
  relay.mode = parse_mode(view["mode"].text()).value_or(Mode::hold);
  relay.file = read_pattern(view["file"]);
  check_relay(view, relay, refer_to_endpoint(view["from"], Direction::source),
              refer_to_endpoint(view["to"], Direction::destination));
  parts_.relays.push_back(std::move(relay));
}

void Validation::check_relay(const View& view, const Relay& relay, const Endpoint* source,
                             const Endpoint* to) {
  if (source != nullptr && source->lot)
    add("CH-CFG-078", view["from"].place(), {{"endpoint", relay.from}});
  if (std::ranges::find(parts_.routes, relay.from, &Route::from) != parts_.routes.end())
    add("CH-CFG-076", view["from"].place(), {{"endpoint", relay.from}});
  const auto partner = to == nullptr ? parts_.partners.end() : parts_.partners.find(to->partner);
  if (partner != parts_.partners.end() && partner->second.recipient != Recipient::statistics)
    add("CH-CFG-075", view["to"].place(),
        {{"extraction", relay.extraction}, {"partner", partner->first}});
  if (!relay.extraction.empty() && !allows(parts_.policies, relay.extraction))
    add("CH-CFG-077", view["extraction"].place(), {{"extraction", relay.extraction}});
  if (!relay.file) return;
  for (const std::string& placeholder : relay.file->placeholders())
    if (std::ranges::find(file_placeholders, placeholder) == file_placeholders.end())
      add("CH-CFG-042", view["file"].place(), {{"name", placeholder}});
  if (relay.file->text().find('*') != std::string::npos)
    add("CH-CFG-042", view["file"].place(), {{"name", "*"}});
}

}  // namespace charmille::config
