#include "adapters/web/status.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

#include "gateway/net/http.h"

namespace charmille::adapters::web {

using std::chrono::seconds;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || at != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

Verdict judge(int status) {
  if (status >= 200 && status < 300) return Verdict::delivered;
  if (status >= 300 && status < 400) return Verdict::redirected;
  if (status == 401 || status == 403 || status == 407) return Verdict::credentials;
  if (status == 408 || status == 425 || status == 429 || status >= 500) return Verdict::retry;
  if (status == 409) return Verdict::conflict;
  return Verdict::refused;
}

std::optional<seconds> retry_after(std::string_view value, base::Time now) {
  constexpr seconds most{86'400};
  value = net::trimmed(value);
  if (const auto plain = whole_number(value))
    return std::min(seconds(std::min<std::int64_t>(*plain, 86'400)), most);
  std::tm parts{};
  const std::string text(value);
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const auto at = base::Time(seconds(::timegm(&parts)));
  return std::clamp(std::chrono::ceil<seconds>(at - now), seconds(0), most);
}

tl::unexpected<base::Fault> later(std::string_view code, base::Args args,
                                  std::string_view retry_after_header, base::Time now) {
  if (const auto wait = retry_after(retry_after_header, now))
    args.emplace_back("retry-after", std::to_string(wait->count()) + "s");
  return fail(code, {}, std::move(args));
}

}  // namespace charmille::adapters::web
