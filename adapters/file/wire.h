// Names of files, in and out: what is taken from a drop folder, what archives and deliveries are
// called. No input or output here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.h"

namespace charmille::adapters::file {

/// `*` stands for any run of characters, `?` for one; case counts.
bool matches(std::string_view pattern, std::string_view name);

/// Hidden files and those that are still being written by the habits of the field: ".x", "x.part",
/// "x.tmp", "x.filepart", "x.crdownload", "x~".
bool is_unfinished_name(std::string_view name);

/// A plain name of one file: not empty, no '/', no NUL, not "." or "..", 255 bytes at most.
bool is_plain_name(std::string_view name);

/// One version of one file of a drop folder: another content under the same name is another token.
struct Token {
  std::string name;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
  std::uint64_t size = 0;

  bool operator==(const Token&) const = default;
};

/// "inode-modified-size-name", the name percent-encoded: Metadata::reference.
std::string to_text(const Token& token);
std::optional<Token> parse_token(std::string_view text);

/// 32 hexadecimal digits: the same version of the same file always gives the same key.
std::string idempotency_key(const Token& token);

/// "20260630T091203Z-1a2b3c4d-export.csv": a function of the token alone, so that a move which a
/// crash interrupted is found again. At most 255 bytes; a longer name loses its middle and keeps
/// its extension.
std::string archive_name(const Token& token);

/// "{name}.ok" with the name filled in.
std::string marker_name(std::string_view pattern, std::string_view name);
/// True for names that are markers by that pattern.
bool is_marker(std::string_view pattern, std::string_view name);

/// The name of a delivery: characters other than letters, digits, '.', '_' and '-' become '_'; it
/// never starts with '.'. Fault CH-FILE-014: too long.
Result<std::string> plain_name(std::string_view text);

/// A template of names, "{route}_{date}_{sequence}.csv", cut once.
class NameTemplate {
 public:
  /// Faults: an unclosed brace, a variable that does not exist, a separator of folders, nothing
  /// that differs between two deliveries (`sequence`, `lot` or `delivery`).
  static Result<NameTemplate> parse(std::string_view text);
  /// The name for these variables, as `plain_name` makes it. Fault: a variable has no value.
  Result<std::string> fill(const Pairs& variables) const;

 private:
  struct Part {
    std::string text;
    bool variable = false;
  };
  std::vector<Part> parts_;
};

}  // namespace charmille::adapters::file
