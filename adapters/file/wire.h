// The versions of the files of a drop folder. No input or output here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace charmille::adapters::file {

/// One version of one file of a drop folder: another content under the same name is another token.
struct Token {
  std::string name;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
  std::uint64_t size = 0;

  bool operator==(const Token&) const = default;
  /// The oldest is taken first.
  auto order() const { return std::tie(modified_ns, name); }
};

/// "inode-modified-size-name", the name percent-encoded: Metadata::reference.
std::string to_text(const Token& token);
std::optional<Token> parse_token(std::string_view text);

/// 32 hexadecimal digits: the same version of the same file always gives the same key.
std::string idempotency_key(const Token& token);

/// What the version is called once it is filed away.
std::string archive_name(const Token& token);

}  // namespace charmille::adapters::file
