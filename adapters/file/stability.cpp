#include "adapters/file/stability.h"

#include <algorithm>
#include <tuple>

namespace charmille::adapters::file {

std::vector<Token> Stability::observe(const std::vector<Token>& present, Time now) {
  std::map<std::string, Seen> next;
  std::vector<Token> ready;
  for (const Token& token : present) {
    const auto before = seen_.find(token.name);
    const bool same = before != seen_.end() && before->second.token == token;
    Seen seen{token, same ? before->second.since : now};
    seen.given = now - seen.since >= wait_;
    if (seen.given) ready.push_back(token);
    next.emplace(token.name, std::move(seen));
  }
  seen_ = std::move(next);
  std::ranges::sort(ready, {}, [](const Token& t) { return std::tie(t.modified_ns, t.name); });
  return ready;
}

std::optional<Stability::Time> Stability::next_due() const {
  std::optional<Time> due;
  for (const auto& [name, seen] : seen_)
    if (!seen.given && (!due || seen.since + wait_ < *due)) due = seen.since + wait_;
  return due;
}

}  // namespace charmille::adapters::file
