// What files would change, had their partner given them now: a dry run. Nothing is stored, nothing
// is sent.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/exchange/import_job.h"
#include "gateway/exchange/outbox.h"

namespace charmille::exchange {

struct GivenFile {
  std::string name;
  base::Payload payload;
};

/// The records of one route; a child that is given twice counts once.
struct PreviewRoute {
  /// Children at one destination.
  struct Destination {
    std::string endpoint = {};
    std::string mapping = {};
    config::Mode mode = config::Mode::live;
    std::string limit = {};      ///< max-change as it is written: "10%"; empty when there is none
    std::uint64_t known = 0;     ///< children of whom it was told until now
    bool flood = false;          ///< the changes are more than `limit`: all would wait for a person
    std::uint64_t fresh = 0;     ///< it would hear of them for the first time
    std::uint64_t changed = 0;   ///< it would get them again, changed
    std::uint64_t same = 0;      ///< nothing would be sent
    std::uint64_t withheld = 0;  ///< the policy or the mapping leaves nothing
  };
  std::string name = {};
  std::uint64_t created = 0;
  std::uint64_t changed = 0;
  std::uint64_t same = 0;
  std::uint64_t refused = 0;
  std::uint64_t pending = 0;  ///< records that wait for a child who is not known yet
  std::vector<Destination> destinations = {};
  std::set<std::string> seen = {};  ///< lookups of the identifiers that children were counted by

  Destination& at(const DestinationPlan& plan);
};

struct Preview {
  static constexpr std::size_t most_faults = 100;

  std::vector<PreviewRoute> routes;
  std::vector<Fault> faults;         ///< of refused records, the first ones
  std::vector<std::string> missing;  ///< files without which the lot would wait
  /// The last lot of this name that was done was these files: given now, they would change
  /// nothing. What is counted is what a replay of it would do.
  bool already_done = false;
};

/// The files as the import of one payload or lot sees them, given in this order. CH-API-010 for an
/// endpoint that is no source; CH-EXC-014 for a file that its lot does not declare; CH-EXC-015 for
/// files of two lots.
Result<ImportJob> job_of(const Context& context, const std::string& endpoint,
                         std::vector<GivenFile> files);

/// Counts what a child's change comes to at each destination of these ties that is told of changes
/// or lots.
Result<void> count_differences(const Outbox& outbox, const RoutePlan& route,
                               const ChangedChild& child, Ties ties, PreviewRoute& into);

}  // namespace charmille::exchange
