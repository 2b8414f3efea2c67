#include "adapters/web/message.h"

#include <algorithm>

#include "gateway/net/http.h"

namespace charmille::adapters::web {

std::string_view header_of(const Pairs& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (net::equal_ignoring_case(key, name)) return value;
  return {};
}

std::string media_type(std::string_view content_type) {
  std::string out(net::trimmed(content_type.substr(0, content_type.find(';'))));
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

std::vector<std::string> media_types(std::string_view list) {
  std::vector<std::string> types;
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    types.push_back(media_type(one));
  }
  return types;
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

Pairs parameters_of(std::string_view query) {
  Pairs pairs;
  while (!query.empty()) {
    std::string pair(query.substr(0, query.find('&')));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    std::ranges::replace(pair, '+', ' ');
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = net::percent_decoded(std::string_view(pair).substr(0, equals));
    auto value =
        net::percent_decoded(std::string_view(pair).substr(std::min(pair.size(), equals + 1)));
    if (name && value && !name->empty()) pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

}  // namespace charmille::adapters::web
