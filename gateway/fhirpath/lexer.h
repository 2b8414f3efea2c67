// Expressions as tokens (FHIRPath 2.0.0, appendix B).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace charmille::fhirpath {

enum class TokenKind : std::uint8_t {
  end,
  identifier,  ///< bare
  delimited,   ///< `in backticks`
  text,        ///< 'in quotes', escapes resolved
  number,
  date_time,  ///< after the @
  variable,   ///< after the %
  special,    ///< $this, $index, $total
  symbol,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;         ///< escapes resolved, without marks
  std::uint32_t begin = 0;  ///< bytes from the start of the expression
  std::uint32_t end = 0;
};

/// A mistake in an expression, by its byte; the caller knows where the expression stands.
struct Mistake {
  std::string_view code;
  std::uint32_t at = 0;
  base::Args args;
};

tl::expected<std::vector<Token>, Mistake> lex(std::string_view text);

}  // namespace charmille::fhirpath
