#include "adapters/names/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <openssl/sha.h>

#include "gateway/base/bytes.h"

namespace charmille::adapters::names {
namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_delivery = 200;  // leaves room for the temporary name

constexpr std::string_view variables[] = {"route",    "date",      "time",    "lot",
                                          "sequence", "extension", "delivery"};

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

template <class Number>
bool take(std::string_view& text, Number& into) {
  const std::size_t end = text.find('-', text.starts_with('-') ? 1 : 0);
  if (end == text.npos) return false;
  const auto [at, error] = std::from_chars(text.data(), text.data() + end, into);
  if (error != std::errc{} || at != text.data() + end) return false;
  text.remove_prefix(end + 1);
  return true;
}

/// Cuts after `size` bytes, never inside a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = pattern.npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns,
                             [name](const auto& pattern) { return matches(pattern, name); });
}

bool is_unfinished_name(std::string_view name) {
  if (name.starts_with('.')) return true;
  return std::ranges::any_of(std::array{".part", ".tmp", ".filepart", ".crdownload", "~"},
                             [name](std::string_view end) { return name.ends_with(end); });
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name != "." && name != ".." &&
         name.find('/') == name.npos && name.find('\0') == name.npos;
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_safe(c)) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = i + 2 < text.size() ? base::from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (!byte) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

bool take_number(std::string_view& text, std::int64_t& into) {
  return take(text, into);
}
bool take_number(std::string_view& text, std::uint64_t& into) {
  return take(text, into);
}

std::string version_key(std::string_view text) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base::to_hex(std::span(digest).first(16));
}

std::string filed_name(std::int64_t modified, std::string_view key, std::string_view name) {
  const std::time_t seconds = static_cast<std::time_t>(modified);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char date[32];
  const std::size_t size = std::strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &parts);
  std::string out(date, size);
  out.append("-").append(key.substr(0, 8)).append("-");
  // ".rapport.json" must still fit beside the archived file.
  const std::size_t room = longest_name - out.size() - std::string_view(".rapport.json").size();
  if (name.size() <= room) return out.append(name);
  const std::size_t dot = name.rfind('.');
  std::string_view extension = dot == name.npos ? std::string_view{} : name.substr(dot);
  if (extension.size() > 16) extension = {};
  out += cut(name, room - extension.size());
  return out += extension;
}

std::string marker_name(std::string_view pattern, std::string_view name) {
  const std::size_t at = pattern.find("{name}");
  if (at == pattern.npos) return std::string(pattern);
  return std::string(pattern.substr(0, at)).append(name).append(pattern.substr(at + 6));
}

bool is_marker(std::string_view pattern, std::string_view name) {
  const std::size_t at = pattern.find("{name}");
  if (at == pattern.npos) return name == pattern;
  const std::string_view tail = pattern.substr(at + 6);
  return name.size() > at + tail.size() && name.starts_with(pattern.substr(0, at)) &&
         name.ends_with(tail);
}

Result<NameTemplate> NameTemplate::parse(std::string_view text) {
  NameTemplate out;
  bool differs = false;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    if (open > 0) out.parts_.push_back({std::string(text.substr(0, open)), false});
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    if (close == text.npos) return fail("CH-FILE-010", {}, {{"reason", "{"}});
    const std::string_view name = text.substr(1, close - 1);
    if (std::ranges::find(variables, name) == std::end(variables))
      return fail("CH-FILE-011", {},
                  {{"name", base::printable(name)}, base::suggestion(name, variables)});
    differs = differs || name == "sequence" || name == "lot" || name == "delivery";
    out.parts_.push_back({std::string(name), true});
    text.remove_prefix(close + 1);
  }
  for (const Part& part : out.parts_)
    if (!part.variable && !std::ranges::all_of(part.text, is_safe))
      return fail("CH-FILE-010", {}, {{"reason", base::printable(part.text)}});
  if (!differs) return fail("CH-FILE-012");
  return out;
}

Result<std::string> NameTemplate::fill(const Pairs& values) const {
  std::string out;
  for (const Part& part : parts_) {
    if (!part.variable) {
      out += part.text;
      continue;
    }
    const auto at =
        std::ranges::find(values, part.text, [](const auto& pair) { return pair.first; });
    if (at == values.end() || at->second.empty())
      return fail("CH-FILE-013", {}, {{"name", part.text}});
    out += at->second;
  }
  return plain_name(out);
}

Result<std::string> NameTemplate::name_of(const Outbound& outbound) const {
  const auto given = std::ranges::find(
      outbound.variables, "name", [](const auto& pair) { return std::string_view(pair.first); });
  if (given != outbound.variables.end()) return plain_name(given->second);
  Pairs values = outbound.variables;
  values.emplace_back("delivery", outbound.delivery.text());
  return fill(values);
}

Result<std::string> plain_name(std::string_view text) {
  std::string out;
  for (const char c : text) out += is_safe(c) ? c : '_';
  if (out.starts_with('.')) out.front() = '_';
  if (out.size() > longest_delivery)
    return fail(
        "CH-FILE-014", {},
        {{"size", std::to_string(out.size())}, {"limit", std::to_string(longest_delivery)}});
  return out;
}

}  // namespace charmille::adapters::names
