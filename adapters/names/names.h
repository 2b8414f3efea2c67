// Names of files, for every adapter that moves files: what is taken from a folder, what archives
// and deliveries are called. No input or output here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.h"

namespace charmille::adapters::names {

/// `*` stands for any run of characters, `?` for one; case counts.
bool matches(std::string_view pattern, std::string_view name);
/// By one pattern at least.
bool matches_any(const std::vector<std::string>& patterns, std::string_view name);

/// Hidden files and those that are still being written by the habits of the field: ".x", "x.part",
/// "x.tmp", "x.filepart", "x.crdownload", "x~".
bool is_unfinished_name(std::string_view name);

/// A plain name of one file: not empty, no '/', no NUL, not "." or "..", 255 bytes at most.
bool is_plain_name(std::string_view name);

/// Letters, digits, '.', '_' and '-' stay, all else becomes %XX: a name as a field of a text.
std::string percent_encoded(std::string_view text);
/// Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);
/// Takes "NUMBER-" off the front of `text`. False, and `text` as it was, when it is not there.
bool take_number(std::string_view& text, std::int64_t& into);
bool take_number(std::string_view& text, std::uint64_t& into);

/// 32 hexadecimal digits of SHA-256: the key of one version of a file, given its text.
std::string version_key(std::string_view text);

/// "20260630T091203Z-1a2b3c4d-export.csv", from seconds since 1970 and the version's key: a
/// function of the version alone, so that a move which a crash interrupted is found again. At most
/// 255 bytes together with the ending of a report; a longer name loses its middle and keeps its
/// extension.
std::string filed_name(std::int64_t modified, std::string_view key, std::string_view name);

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
  /// The name of a delivery: a route that names its files goes before the endpoint's template.
  Result<std::string> name_of(const Outbound& outbound) const;

 private:
  struct Part {
    std::string text;
    bool variable = false;
  };
  std::vector<Part> parts_;
};

}  // namespace charmille::adapters::names
