// The marks of FPML in strings and keys: {{ }}, {[ ]}, {{+ +}}, {% %}.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace charmille::mapping {

/// A string of a template, taken apart. Views point into it.
struct Markers {
  enum class Form : std::uint8_t { literal, single, list, joined };
  struct Piece {
    std::string_view text;  ///< the expression without its marks, or characters
    std::size_t at = 0;     ///< byte of `text` in the string
    bool is_expression = false;
    bool keep_null = false;
  };
  Form form = Form::literal;
  std::vector<Piece> pieces;
};

struct MarkerMistake {
  std::string_view code;
  std::size_t at = 0;
};

tl::expected<Markers, MarkerMistake> scan_markers(std::string_view text);

/// A key of an object of a template.
struct KeyMarker {
  enum class Kind : std::uint8_t { key, context, assign, when, otherwise, each, merge, unknown };
  Kind kind = Kind::key;
  std::string_view text;  ///< the expression; of `key` the name itself, of `unknown` the block
  std::size_t at = 0;     ///< byte of `text` in the key
  std::string_view item;  ///< of `each`: its variables
  std::string_view index;
};

KeyMarker scan_key(std::string_view key);

}  // namespace charmille::mapping
