// What one row cannot tell: the same local id twice, the same national number on two children. Fed
// with digests only.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::record {

/// Two passes over a lot. Pass 1 feeds every row, then `finish`; pass 2 asks about each, in the
/// same order. Memory: 20 bytes a row in pass 1; in pass 2 only what is not alone.
class LotCheck {
 public:
  enum class Answer : std::uint8_t {
    alone,
    first,        ///< repeated with the same content: this one counts
    repeated,     ///< the same again: skip it, and count it
    conflicting,  ///< the same local id with other content: quarantine every one of them
  };

  /// `id` and `content` are keyed digests of the local id and of the row; `number` that of the
  /// national number in the form of `plain_number`, 0 when there is none. A row without a local id
  /// is not fed.
  void feed(std::uint64_t id, std::uint64_t content, std::uint64_t number);
  void finish();

  Answer ask(std::uint64_t id);
  /// The number stands on two different local ids.
  bool is_shared(std::uint64_t number) const;

  std::uint64_t rows() const { return rows_; }
  std::size_t conflicting() const { return conflicting_.size(); }  ///< local ids
  std::size_t shared() const { return shared_.size(); }            ///< numbers

 private:
  using Entry = std::array<std::uint32_t, 5>;  // id (2), content (1), number (2): no padding
  static std::uint64_t id_of(const Entry& e) { return std::uint64_t{e[0]} << 32 | e[1]; }
  static std::uint64_t number_of(const Entry& e) { return std::uint64_t{e[3]} << 32 | e[4]; }

  struct Repeated {
    std::uint64_t id;
    bool seen;
  };

  std::uint64_t rows_ = 0;
  std::deque<Entry> entries_;
  std::vector<std::uint64_t> conflicting_;  // sorted
  std::vector<Repeated> repeated_;          // sorted by id
  std::vector<std::uint64_t> shared_;       // sorted
};

/// A national number as rows are compared by it: its first 13 letters and digits, upper case; empty
/// when there are fewer.
std::string plain_number(std::string_view cell);

}  // namespace charmille::record
