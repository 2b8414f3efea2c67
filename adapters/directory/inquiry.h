// One question put to the directory: its searches, page after page, and what they name beside.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/directory/cache.h"
#include "adapters/directory/config.h"
#include "gateway/net/client.h"

namespace charmille::adapters::directory {

/// Lives as long as its `ask` runs; the client and the clock longer.
class Inquiry {
 public:
  Inquiry(std::shared_ptr<const DestinationSettings> settings, net::Client& client,
          const base::Clock& clock)
      : settings_(std::move(settings)), client_(client), clock_(clock) {}

  Deadline until{};
  /// With an earlier answer, only what changed since is asked of what it knows.
  std::optional<Kept> known;

  /// Faults: CH-DIR-005 to -009, and those of `net::Client`.
  Task<Kept> ask(Question question);

 private:
  Task<void> ask_by_ids(std::string type, std::vector<std::string> ids, bool beside);
  Task<void> search(Search one, bool since, bool beside);
  Task<Page> page(std::string url, std::string type);
  Result<Page> judge(const net::HttpAnswer& answer, std::string_view type) const;
  void take(Entry entry);
  bool knows(std::string_view type, const std::string& id) const;
  std::vector<std::string> practitioners() const;

  std::shared_ptr<const DestinationSettings> settings_;
  net::Client& client_;
  const base::Clock& clock_;
  Kept kept_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;  ///< in kept_.entries
};

}  // namespace charmille::adapters::directory
