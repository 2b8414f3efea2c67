// Where each character of a YAML scalar stands in its file, whatever its style.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/tree/node.h"

namespace charmille::mapping {

/// The lines of a YAML file.
class Positions {
 public:
  explicit Positions(std::string_view yaml);

  /// The place of the byte `at` of a scalar's value; `scalar` is where the scalar begins (its quote
  /// or `|` included). Exact for plain, quoted and block styles; the scalar's own place when the
  /// file does not show it (aliases).
  tree::Origin locate(tree::Origin scalar, std::size_t at) const;

 private:
  std::size_t offset_of(tree::Origin origin) const;
  tree::Origin origin_of(std::size_t offset, std::uint16_t file) const;

  std::string_view yaml_;
  std::vector<std::size_t> lines_;
};

}  // namespace charmille::mapping
