#include "gateway/base/time.h"

#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace charmille::base {
namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

/// Reads exactly `width` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + width, value);
  return error == std::errc{} && end == text.data() + at + width && text[at] != '-' ? value : -1;
}

tl::unexpected<Fault> not_a_time() {
  return fail("CH-SYS-002");
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string to_rfc3339(Time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss clock(t - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string to_date(Time t) {
  return to_rfc3339(t).substr(0, 10);
}

Result<Time> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const std::array fields{digits(text, 0, 4),  digits(text, 5, 2),  digits(text, 8, 2),
                          digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)};
  for (const int field : fields)
    if (field < 0) return not_a_time();
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
    return not_a_time();
  const year_month_day ymd{year(fields[0]), month(static_cast<unsigned>(fields[1])),
                           day(static_cast<unsigned>(fields[2]))};
  if (!ymd.ok() || fields[3] > 23 || fields[4] > 59 || fields[5] > 60) return not_a_time();
  std::size_t at = 19;
  std::int64_t fraction = 0;
  if (text[at] == '.') {
    std::size_t count = 0;
    for (++at; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
         ++at, ++count)
      if (count < 6) fraction = fraction * 10 + (text[at] - '0');
    if (count == 0 || count > 9) return not_a_time();
    for (; count < 6; ++count) fraction *= 10;
  }
  minutes offset{0};
  const std::string_view zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    const int h = digits(zone, 1, 2);
    const int m = digits(zone, 4, 2);
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || h < 0 ||
        h > 23 || m < 0 || m > 59)
      return not_a_time();
    offset = minutes((h * 60 + m) * (zone[0] == '-' ? -1 : 1));
  }
  return sys_days(ymd) + hours(fields[3]) + minutes(fields[4]) + seconds(fields[5]) +
         microseconds(fraction) - offset;
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error == std::errc{} && count >= 0 && count <= 1'000'000'000) {
    if (unit == "ms") return std::chrono::milliseconds(count);
    if (unit == "s") return std::chrono::seconds(count);
    if (unit == "m") return std::chrono::minutes(count);
    if (unit == "h") return std::chrono::hours(count);
    if (unit == "d") return std::chrono::days(count);
  }
  return fail("CH-SYS-003", {}, {{"text", std::string(text)}});
}

std::string to_text(Duration d) {
  const std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  if (ms % 86'400'000 == 0 && ms != 0) return fmt::format("{}d", ms / 86'400'000);
  if (ms % 3'600'000 == 0 && ms != 0) return fmt::format("{}h", ms / 3'600'000);
  if (ms % 60'000 == 0 && ms != 0) return fmt::format("{}m", ms / 60'000);
  if (ms % 1'000 == 0) return fmt::format("{}s", ms / 1'000);
  return fmt::format("{}ms", ms);
}

}  // namespace charmille::base
