// The lot keeper: holds the files of a lot until it is complete, then hands them to the importer as
// one job; tells people when one stays incomplete.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "gateway/exchange/alarms.h"
#include "gateway/exchange/importer.h"
#include "gateway/exchange/lots.h"

namespace charmille::exchange {

class LotKeeper {
 public:
  LotKeeper(Context& context, Importer& importer, Alarms& alarms);

  /// A file of a lot is durable: the lot is looked at.
  void arrived(const std::string& endpoint, const LotMatch& match);
  /// Looks at the lots that a stop left open, and from then on at those that time completes.
  void start();

 private:
  using LotName = std::pair<std::string, std::string>;  ///< endpoint, key

  boost::asio::awaitable<void> loop();
  boost::asio::awaitable<void> look(LotName name);
  boost::asio::awaitable<void> hand_over(LotName name, std::vector<store::Exchange> files);
  void look_again(const LotName& name, base::Time at);

  Context& context_;
  Importer& importer_;
  Alarms& alarms_;
  boost::asio::steady_timer timer_;
  std::mutex mutex_;
  std::map<LotName, base::Time> look_at_;  ///< lots to look at, and when
  std::set<LotName> told_;                 ///< overdue ones, told once
};

/// The files that wait under the lot's key, and those whose names tell no lot.
Result<std::vector<store::Exchange>> files_waiting(const Context& context,
                                                   const std::string& endpoint,
                                                   const std::string& key);

/// The import of these files, opened, the lot's lead first. One payload that belongs to no lot is
/// its own lead.
Result<ImportJob> job_of_lot(const Context& context, std::vector<store::Exchange> files);
/// The same for parts that are open: puts them in order, tells which are replaced by a later file
/// of their name, and digests the others.
ImportJob job_of_parts(const Context& context, std::vector<Part> parts);

}  // namespace charmille::exchange
