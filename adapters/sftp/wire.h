// What an SFTP server says of a folder, and what we call its files. No input or output here.
//
// SFTP 3 gives a listing twice: as attributes, which libcurl keeps to itself, and as lines "for
// people" in the form of `ls -l`. Of those only the type, the size and the name are believed; the
// date is a mark that changes, nothing more. What is exact (size, seconds) is asked for each file
// that is going to be taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::adapters::sftp {

/// A plain file as one line of a listing shows it.
struct Entry {
  std::string name;
  std::uint64_t size = 0;
  std::string date;  ///< as the server writes it

  bool operator==(const Entry&) const = default;
  /// The server's dates cannot be compared: files are taken by their names.
  const std::string& order() const { return name; }
};

struct Listing {
  std::vector<Entry> files;  ///< folders, links and devices are left out
  std::size_t lines = 0;     ///< in all
  std::size_t not_understood = 0;
};

/// Never fails: a line that is not of a known form is counted.
Listing parse_listing(std::string_view text);

/// One version of one remote file: another content under the same name is another token, as far as
/// the server's clock tells.
struct Token {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< seconds since 1970

  bool operator==(const Token&) const = default;
};

/// "modified-size-name", the name percent-encoded: Metadata::reference and what is remembered.
std::string to_text(const Token& token);
std::optional<Token> parse_token(std::string_view text);

/// 32 hexadecimal digits: the same version of the same file always gives the same key.
std::string idempotency_key(const Token& token);
/// What the version is called once it is filed away.
std::string archive_name(const Token& token);

/// A plain name (no folder) that can be asked for: no control characters either.
bool is_fit(std::string_view name);

/// `name` below `folder`.
std::string path_in(std::string_view folder, std::string_view name);
/// `path`, which counts from `folder` unless it starts with '/'.
std::string path_from(std::string_view folder, std::string_view path);

}  // namespace charmille::adapters::sftp
