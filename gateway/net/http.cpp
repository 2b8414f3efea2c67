#include "gateway/net/http.h"

#include <algorithm>

#include "gateway/base/catalogue.h"

namespace charmille::net {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace

std::string file_name(std::string_view header) {
  while (!header.empty()) {
    const std::string_view part = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), part.size() + 1));
    const std::string_view pair = trimmed(part);
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos || !equal_ignoring_case(trimmed(pair.substr(0, equals)), "filename"))
      continue;
    std::string_view value = trimmed(pair.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
      value = value.substr(1, value.size() - 2);
    return std::string(value.substr(0, 255));
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decoded(pair.substr(0, equals)) != name) continue;
    return percent_decoded(pair.substr(std::min(pair.size(), equals + 1)));
  }
  return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

std::optional<Target> split_target(std::string_view target) {
  if (!target.starts_with('/')) {
    // Absolute form: who the request is for was decided by the connection, so the authority says
    // nothing.
    const std::size_t scheme = target.find("://");
    if (scheme == target.npos) return std::nullopt;
    const std::size_t path = target.find('/', scheme + 3);
    target = path == target.npos ? std::string_view("/") : target.substr(path);
  }
  if (target.find('#') != target.npos) return std::nullopt;
  Target out;
  const std::size_t mark = target.find('?');
  if (mark != target.npos) out.query = target.substr(mark + 1);
  std::string_view path = target.substr(1, mark == target.npos ? target.npos : mark - 1);
  while (!path.empty()) {
    const std::string_view piece = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), piece.size() + 1));
    if (piece.empty()) continue;
    auto segment = percent_decoded(piece);
    if (!segment || *segment == "." || *segment == "..") return std::nullopt;
    out.segments.push_back(std::move(*segment));
  }
  return out;
}

std::string json_string(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

HttpResponse refusal(int status, const Fault& fault) {
  std::string body = "{\"code\": " + json_string(fault.code) +
                     ", \"text\": " + json_string(base::text_of(fault, base::Language::fr)) +
                     ", \"remedy\": " + json_string(base::remedy_of(fault, base::Language::fr)) +
                     "}\n";
  return {status, {{"Content-Type", "application/json"}}, base::Payload(std::move(body))};
}

}  // namespace charmille::net
