// Secrets: named by reference in a configuration, read once, never printed.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace charmille::config {

/// Where a secret is kept: a file, or a variable of the environment. Exactly one of both is set.
struct SecretReference {
  std::filesystem::path file;
  std::string variable;
  base::Place place;  ///< in the configuration

  /// Whether both name the same secret.
  bool same_as(const SecretReference& other) const {
    return file == other.file && variable == other.variable;
  }
};

/// A value that cannot be printed: no conversion, no operator<<, no formatter. Its memory is wiped
/// when it ends.
class Secret {
 public:
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  /// The value, for the one call that uses it.
  std::string_view reveal() const { return value_; }

 private:
  void wipe() noexcept;

  std::string value_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

/// Reads a secret; one final end of line is not part of it. Refused: a file that others than its
/// owner may read (but for credentials that systemd hands over), that is not a regular file, that
/// belongs to neither root nor this process's user, that is empty or larger than 64 KiB; a variable
/// that is absent or empty.
Result<Secret> read_secret(const SecretReference& reference);

/// A token shorter than this can be guessed.
constexpr std::size_t least_token_length = 24;

}  // namespace charmille::config
