#include "gateway/config/scalar.h"

#include <utf8proc.h>

namespace charmille::config {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes digits off the front; false when there is none.
bool take_digits(std::string_view& text) {
  if (text.empty() || !digit(text.front())) return false;
  while (!text.empty() && digit(text.front())) text.remove_prefix(1);
  return true;
}

bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!take_digits(text)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

}  // namespace

tree::Node plain_scalar(tree::Document& document, std::string_view chars, tree::Origin origin) {
  if (chars.empty() || chars == "~" || chars == "null" || chars == "Null" || chars == "NULL")
    return tree::Node::null(origin);
  if (chars == "true" || chars == "True" || chars == "TRUE")
    return tree::Node::boolean(true, origin);
  if (chars == "false" || chars == "False" || chars == "FALSE")
    return tree::Node::boolean(false, origin);
  return is_json_number(chars) ? document.number(chars, origin) : document.text(chars, origin);
}

std::size_t first_unreadable(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7F) {
      if (byte != '\t' && byte != '\n' && byte != '\r') return at;
      ++at;
      continue;
    }
    utf8proc_int32_t character = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
    const auto length =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    if (length <= 0) return at;
    at += static_cast<std::size_t>(length);
  }
  return text.npos;
}

}  // namespace charmille::config
