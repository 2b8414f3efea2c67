// Regular expressions in linear time (RE2), for patterns that people write in mappings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace charmille::fhirpath {

class Regex {
 public:
  /// Nothing when the pattern is wrong or needs more than 1 MiB; `.` also matches line ends
  /// (FHIRPath 2.0.0 §5.6.8).
  static std::shared_ptr<const Regex> compile(std::string_view pattern);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  bool empty() const;  ///< no pattern at all
  bool found_in(std::string_view text) const;
  bool matches_all_of(std::string_view text) const;
  /// Every match replaced; `$1` to `$9` and `${name}` in `substitution` stand for groups. Nothing
  /// when the substitution names a group that the pattern has not.
  std::optional<std::string> replace_all(std::string_view text, std::string_view substitution,
                                         std::size_t limit) const;

 private:
  struct Impl;
  explicit Regex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace charmille::fhirpath
