// Which files of a folder are complete: those that stayed unchanged for long enough.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace charmille::adapters::names {

/// `Version` is what a look at a file sees: it has a `name`, can be compared, and `order()` says
/// which of two is taken first.
template <class Version>
class Stability {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Stability(std::chrono::microseconds wait) : wait_(wait) {}

  /// Notes what the folder holds now, and gives what has been unchanged since `wait` ago, in order.
  std::vector<Version> observe(const std::vector<Version>& present, Time now) {
    std::map<std::string, Seen> next;
    std::vector<Version> ready;
    for (const Version& version : present) {
      const auto before = seen_.find(version.name);
      const bool same = before != seen_.end() && before->second.version == version;
      Seen seen{version, same ? before->second.since : now};
      seen.given = now - seen.since >= wait_;
      if (seen.given) ready.push_back(version);
      next.emplace(version.name, std::move(seen));
    }
    seen_ = std::move(next);
    std::ranges::sort(ready, {}, &Version::order);
    return ready;
  }

  /// When the next file may become complete; nothing when none is being watched.
  std::optional<Time> next_due() const {
    std::optional<Time> due;
    for (const auto& [name, seen] : seen_)
      if (!seen.given && (!due || seen.since + wait_ < *due)) due = seen.since + wait_;
    return due;
  }

 private:
  struct Seen {
    Version version;
    Time since;
    bool given = false;
  };
  std::chrono::microseconds wait_;
  std::map<std::string, Seen> seen_;
};

}  // namespace charmille::adapters::names
