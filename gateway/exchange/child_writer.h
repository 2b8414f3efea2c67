// From one mapped child to what is committed about it: which child it is, which statements are new,
// what the record becomes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gateway/exchange/context.h"
#include "gateway/exchange/outbox.h"
#include "gateway/exchange/work.h"
#include "gateway/record/assemble.h"
#include "gateway/record/identifiers.h"
#include "gateway/record/statement.h"

namespace charmille::exchange {

struct PreviewRoute;

/// How one import writes: where the children came from, and where their changes go.
struct ImportPlan {
  store::Exchange lead;  ///< the exchange that the statements name as their provenance
  const RoutePlan* route = nullptr;
  record::Reading reading;
  bool snapshot = false;
  std::set<std::string>
      covered;                ///< sections that this payload speaks of; others are not withdrawn
  bool hold_changes = false;  ///< max-change is counted at the end of the lot
  /// A route's part of a dry run: what would change is counted there, nothing is made.
  PreviewRoute* preview = nullptr;
  bool check_all =
      false;  ///< resumed: also children without change are held against their destinations
};

/// What one child came to.
struct ChildOutcome {
  base::Uuid child;
  std::vector<std::string> changed;  ///< sections
  bool created = false;
};

class ChildWriter {
 public:
  ChildWriter(Context& context, Outbox& outbox) : context_(context), outbox_(outbox) {}

  /// Adds what the child changes to `work`. Faults: CH-REC-012 (its identifiers lead to different
  /// children: quarantine), CH-EXC-030 (another child of this work took one of its identifiers:
  /// commit first, then ask again), or the store's.
  Result<ChildOutcome> write(const ImportPlan& plan, const tree::Document& child, Work& work);

  /// The child that a mapped one turned out to be.
  struct Target {
    store::ChildRow row;
    Vault::KeyPtr key;
    bool created = false;
  };

 private:
  class StoreLookup;
  Result<Target> find_or_create(const ImportPlan& plan, const record::Claims& claims,
                                StoreLookup& lookup, Work& work);

  Context& context_;
  Outbox& outbox_;
};

/// The record of a child as assembled from the store now.
Result<tree::Document> load_record(const Context& context, const store::ChildRow& child);

}  // namespace charmille::exchange
