// Times as people read and write them: in the organisation's time zone.
#include <array>
#include <sstream>

#include <date/tz.h>

#include "gateway/base/bytes.h"
#include "gateway/base/time.h"
#include "gateway/cli/session.h"

namespace charmille::cli {
namespace {

/// The zone of that name, or nullptr: the library throws where the machine has no such zone.
const date::time_zone* zone_of(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

const date::time_zone* zone_of(Session& session) {
  const auto site = session.load_configuration();
  return site ? zone_of(site->organisation.time_zone) : nullptr;
}

/// "2026-06-30", with or without "T14:00" or "T14:00:30" (a blank does as well).
std::optional<date::local_seconds> local_time(const std::string& text) {
  static constexpr std::array forms = {"%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
                                       "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"};
  for (const char* form : forms) {
    std::istringstream in(text);
    date::local_seconds time;
    in >> date::parse(form, time);
    if (!in.fail() && in.peek() == std::istringstream::traits_type::eof()) return time;
  }
  return std::nullopt;
}

}  // namespace

std::string Session::time_zone() {
  const date::time_zone* zone = zone_of(*this);
  return zone == nullptr ? "UTC" : zone->name();
}

std::string Session::timed(std::string_view french, std::string_view english) {
  return std::string(say(french, english)) + " (" + time_zone() + ")";
}

std::string Session::moment(const std::string& rfc3339) {
  const auto time = base::parse_rfc3339(rfc3339);
  if (!time) return rfc3339;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  const date::time_zone* zone = zone_of(*this);
  if (zone == nullptr) return date::format("%d/%m/%Y %H:%M:%S", seconds);
  return date::format("%d/%m/%Y %H:%M:%S", zone->to_local(seconds));
}

Result<std::string> Session::time_given(const std::string& text) {
  if (text.empty() || base::parse_rfc3339(text)) return text;
  const auto local = local_time(text);
  if (!local)
    return fail("CH-CLI-021", {}, {{"text", base::printable(text, 40)}, {"zone", time_zone()}});
  const date::time_zone* zone = zone_of(*this);
  // A time that the clock skips or repeats is taken at its first moment.
  const auto time = zone == nullptr ? date::sys_seconds(local->time_since_epoch())
                                    : zone->to_sys(*local, date::choose::earliest);
  return base::to_rfc3339(time);
}

}  // namespace charmille::cli
