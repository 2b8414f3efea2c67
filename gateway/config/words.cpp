#include "gateway/config/words.h"

#include <algorithm>
#include <array>

namespace charmille::config {
namespace {

constexpr std::array<std::string_view, 12> recipients{
    "dmp",    "care-team",           "citizen",    "departement", "justice", "parents", "child",
    "school", "other-establishment", "statistics", "archives",    "dui"};

constexpr std::array<std::string_view, 8> rights{
    "operate",    "content.read",     "identity.link", "release.confidential",
    "audit.read", "audit.reidentify", "retention",     "configure"};

constexpr std::array<std::string_view, 19> sections{
    "identity", "ins",       "ids",       "persons",     "parentalAuthority",
    "siblings", "measures",  "stays",     "visitRights", "school",
    "coverage", "health",    "transport", "deadlines",   "ppe",
    "presence", "documents", "events",    "notes"};

constexpr std::array<std::string_view, 3> triggers{"change", "lot", "schedule"};
constexpr std::array<std::string_view, 3> modes{"shadow", "hold", "live"};

template <class Word>
std::optional<Word> parse(std::span<const std::string_view> names, std::string_view name) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return {};
  return static_cast<Word>(at - names.begin());
}

}  // namespace

std::span<const std::string_view> recipient_names() {
  return recipients;
}
std::span<const std::string_view> right_names() {
  return rights;
}
std::span<const std::string_view> section_names() {
  return sections;
}

std::string_view name_of(Recipient recipient) {
  return recipients.at(static_cast<std::size_t>(recipient));
}
std::string_view name_of(Right right) {
  return rights.at(static_cast<std::size_t>(right));
}
std::string_view name_of(Trigger trigger) {
  return triggers.at(static_cast<std::size_t>(trigger));
}
std::string_view name_of(Mode mode) {
  return modes.at(static_cast<std::size_t>(mode));
}

std::optional<Recipient> parse_recipient(std::string_view name) {
  return parse<Recipient>(recipients, name);
}
std::optional<Right> parse_right(std::string_view name) {
  return parse<Right>(rights, name);
}
std::optional<Trigger> parse_trigger(std::string_view name) {
  return parse<Trigger>(triggers, name);
}
std::optional<Mode> parse_mode(std::string_view name) {
  return parse<Mode>(modes, name);
}

}  // namespace charmille::config
