// The sheet for the safe: the master key on paper, in a form that a person can type back.
//
// The key stands on four lines of sixteen characters of Crockford's base 32 (no I, L, O, U): eight
// bytes of key and two of check, so that a line with a mistake is named. The check is bound to the
// key's id and to the line's number: lines of two sheets, or in another order, do not pass.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "gateway/base/time.h"
#include "gateway/crypto/key.h"

namespace charmille::crypto {

/// The printable text of a sheet; wiped when it goes.
class Sheet {
 public:
  explicit Sheet(std::string text) : text_(std::move(text)) {}
  Sheet(Sheet&&) = default;
  Sheet& operator=(Sheet&&) = default;
  ~Sheet() { wipe(text_); }
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};

/// French then English, plain UTF-8, lines of at most 78 characters.
Sheet sheet_of(const Key& master, base::Time now);

/// The key of a sheet's text, or of its five key lines alone; small letters, spaces and hyphens do
/// not matter, and O, I and L are read as 0 and 1. CH-KEY-020 names the line with a mistake,
/// CH-KEY-021 the one that lacks, CH-KEY-022 the id.
Result<Key> key_of_sheet(std::string_view text);

/// `keys init`: makes a master key, writes it to `path` and gives the sheet to print.
Result<Sheet> create_master(const std::filesystem::path& path, base::Random& random,
                            base::Time now);
/// `keys init --from-sheet`: writes the key of a sheet to `path`.
Result<void> restore_master(const std::filesystem::path& path, std::string_view sheet);

}  // namespace charmille::crypto
