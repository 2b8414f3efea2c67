// Which files of a drop folder are complete: those that stayed unchanged for long enough.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/file/wire.h"

namespace charmille::adapters::file {

class Stability {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Stability(std::chrono::microseconds wait) : wait_(wait) {}

  /// Notes what the folder holds now, and gives what has been unchanged since `wait` ago, oldest
  /// first.
  std::vector<Token> observe(const std::vector<Token>& present, Time now);
  /// When the next file may become complete; nothing when none is being watched.
  std::optional<Time> next_due() const;

 private:
  struct Seen {
    Token token;
    Time since;
    bool given = false;
  };
  std::chrono::microseconds wait_;
  std::map<std::string, Seen> seen_;
};

}  // namespace charmille::adapters::file
