#include "adapters/file/wire.h"

#include "adapters/names/names.h"

namespace charmille::adapters::file {

std::string to_text(const Token& token) {
  return std::to_string(token.inode) + '-' + std::to_string(token.modified_ns) + '-' +
         std::to_string(token.size) + '-' + names::percent_encoded(token.name);
}

std::optional<Token> parse_token(std::string_view text) {
  Token token;
  if (!names::take_number(text, token.inode) || !names::take_number(text, token.modified_ns) ||
      !names::take_number(text, token.size))
    return std::nullopt;
  auto name = names::percent_decoded(text);
  if (!name || !names::is_plain_name(*name)) return std::nullopt;
  token.name = std::move(*name);
  return token;
}

std::string idempotency_key(const Token& token) {
  return names::version_key(to_text(token));
}

std::string archive_name(const Token& token) {
  return names::filed_name(token.modified_ns / 1'000'000'000, idempotency_key(token), token.name);
}

}  // namespace charmille::adapters::file
