// The closed lists of words that a configuration uses: recipients, rights, sections of the child
// record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace charmille::config {

/// What a partner is to a child's record: policies speak of recipients, not of partners.
enum class Recipient : std::uint8_t {
  dmp,
  care_team,
  citizen,
  departement,
  justice,
  parents,
  child,
  school,
  other_establishment,
  statistics,
  archives,
  dui,
};

/// What a person may do. None implies another.
enum class Right : std::uint8_t {
  operate,               ///< see, replay, release, cancel
  content_read,          ///< read what a payload or a record holds
  identity_link,         ///< link and unlink identities
  release_confidential,  ///< release a delivery that the scan for secrets stopped
  audit_read,
  audit_reidentify,  ///< from the tag of a child in the audit log to the child
  retention,         ///< holds and purges
  configure,         ///< reload, keys
};

/// When a destination gets something.
enum class Trigger : std::uint8_t { change, lot, schedule };
/// What becomes of what is made for a destination.
enum class Mode : std::uint8_t { shadow, hold, live };

/// The words as configuration writes them, in the order of the enumeration.
std::span<const std::string_view> recipient_names();
std::span<const std::string_view> right_names();
/// The top-level sections of the child record (schemas/child-record.schema.json).
std::span<const std::string_view> section_names();

std::string_view name_of(Recipient recipient);
std::string_view name_of(Right right);
std::string_view name_of(Trigger trigger);
std::string_view name_of(Mode mode);
std::optional<Recipient> parse_recipient(std::string_view name);
std::optional<Right> parse_right(std::string_view name);
std::optional<Trigger> parse_trigger(std::string_view name);
std::optional<Mode> parse_mode(std::string_view name);

}  // namespace charmille::config
