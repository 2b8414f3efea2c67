// The words and numbers that must not come out again, in constant memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace charmille::mapping {

/// Words of two letters or more (without case or accents) and numbers of three digits or more. A
/// Bloom filter: it never forgets one, and now and then takes a new one for seen, which costs
/// another try.
class Seen {
 public:
  Seen() : bits_(words) {}

  /// A cell as a whole, apart from its words.
  void add_value(std::string_view cell) { add_token(cell); }
  bool has_value(std::string_view cell) const { return holds(cell); }
  /// Every word and number of `text`.
  void add(std::string_view text);
  /// Whether one of the words and numbers of `text` was added.
  bool clashes(std::string_view text) const;

 private:
  static constexpr std::size_t words = 1U << 20;  // of 64 bits: 8 MiB
  static constexpr int probes = 4;
  void add_token(std::string_view token);
  bool holds(std::string_view token) const;

  std::vector<std::uint64_t> bits_;
};

}  // namespace charmille::mapping
