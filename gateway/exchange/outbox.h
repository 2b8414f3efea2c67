// The outbox: what a change of a child makes leave, for each destination: policy, mapping,
// encoding, and the decision whether the destination has it already.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/exchange/documents.h"
#include "gateway/exchange/family.h"
#include "gateway/exchange/kin.h"
#include "gateway/exchange/work.h"
#include "gateway/policy/scan.h"
#include "gateway/record/statement.h"

namespace charmille::exchange {

/// What one destination would get about one child.
struct Rendering {
  policy::Projection projection;        ///< denied: nothing below
  std::vector<tree::Document> results;  ///< of the destination's mapping
  std::string digest;  ///< keyed, of the results: what was confirmed is compared with it
  /// Documents that a person let go to this recipient, and those whose contents are in the results.
  policy::Cleared cleared;
  policy::Cleared contents;
  /// The child's own towards this recipient, and those of siblings whose place it shares: nothing
  /// that leaves may hold them.
  std::vector<policy::Secret> secrets;
};

/// A child as it stands after a change.
struct ChangedChild {
  const LinkedChild* child = nullptr;  ///< its head's tag names lanes, and what was confirmed
  const tree::Document* record = nullptr;
  bool created = false;  ///< no destination can know it yet
  /// Whom it was one with until now, or nullptr: what was told of them all is in doubt, and what
  /// corrects it waits for a person.
  const LinkedChild* parted = nullptr;
  const Fresh* sibling = nullptr;          ///< of this work too: told because of it
  const HiddenFamilies* hidden = nullptr;  ///< of the payload under way, applied or not
};

/// Whether a destination would get more changes at once than it may without a person (max-change);
/// `known`: the children it has been told of so far.
bool is_flood(const DestinationPlan& plan, std::uint64_t changes, std::uint64_t known);

/// The bytes as they leave, and the names that go with them, hold no secret; else CH-POL-010 to
/// -013. What cannot be read of the `cleared` documents is no obstacle.
Result<void> scan_leaving(std::vector<policy::Secret> secrets, const policy::Cleared& cleared,
                          const adapters::Prepared& prepared);

class Outbox {
 public:
  Outbox(Context& context, Lanes& lanes) : context_(context), lanes_(lanes) {}

  /// Whether the destination ever held something about the child for its partner to see.
  Result<bool> has_shown(const DestinationPlan& plan, const LinkedChild& child) const;

  /// Trigger `change`: adds to `work` the delivery that the child's change makes, if it makes one.
  /// `held`: a flood is possible, the delivery waits for the count at the end of the lot. Gives
  /// whether a delivery was made.
  Result<bool> add_change(const DestinationPlan& plan, const store::Exchange& cause,
                          const ChangedChild& child, bool held, Work& work);

  /// What the destination gets of that child. `change` is the value of %change ("new", "changed");
  /// a mapping that does not read it gives the same with any.
  /// What `unit` is about to commit counts as there.
  Result<Rendering> render(const DestinationPlan& plan, const ChangedChild& child,
                           const std::string& change, const config::Variables& more,
                           const store::Unit* unit = nullptr) const;

  /// What the child's change would make at the destination, compared with what it was last told or
  /// is about to be.
  enum class Difference : std::uint8_t { withheld, same, fresh, changed };
  Result<Difference> difference(const DestinationPlan& plan, const ChangedChild& child) const;

  /// Triggers `lot` and `schedule`: one delivery about many children, streamed child by child into
  /// one payload. Children whose rendering is confirmed already are left out when `only_changed`.
  /// Nothing is made when no child is left.
  struct Collection {
    std::vector<base::Uuid> children;  ///< those who are not the head of theirs are left out
    std::set<base::Uuid> stale;        ///< of them: marked so in the store
    bool only_changed = true;
    config::Variables variables;  ///< for the mapping, beside those of the configuration
    std::string lot;              ///< for names and the row
    std::uint64_t known = 0;      ///< children of this destination so far, for max-change
  };
  Result<std::optional<store::Exchange>> add_collection(const DestinationPlan& plan,
                                                        const store::Exchange& cause,
                                                        const Collection& collection, Work& work);

 private:
  struct Collecting;

  Result<std::vector<tree::Document>> translate(const DestinationPlan& plan,
                                                const tree::Document& projection,
                                                const std::string& change,
                                                const config::Variables& more) const;
  std::string digest_of_results(const DestinationPlan& plan, Rendering& rendering,
                                const Contents& contents) const;
  store::Exchange new_delivery(const DestinationPlan& plan, const store::Exchange& cause) const;
  /// What the destination's adapter prepares, prepared.
  Result<adapters::Prepared> prepare(const DestinationPlan& plan, const store::Exchange& delivery,
                                     base::Payload payload, Work& work);
  Result<std::string> next_sequence(const DestinationPlan& plan, Work& work);
  void add_row(store::Exchange& delivery, Vault::Sealed sealed, const adapters::Prepared& prepared,
               const DestinationPlan& plan, bool at_once, Work& work);
  /// What stands in a lane when one more is to join it.
  struct Queue {
    bool occupied = false;  ///< one is under way, and stays
    bool may_have_arrived =
        false;              ///< of one that is under way, or was replaced after a lost answer
    bool replaced = false;  ///< something was
  };
  Result<Queue> supersede(const std::string& lane, bool stale, Work& work);
  Result<void> supersede_others(const DestinationPlan& plan, const LinkedChild& child, bool stale,
                                Work& work);
  bool leaves_at_once(store::Exchange& delivery, bool occupied);
  Result<store::ProjectionRow> standing(const DestinationPlan& plan,
                                        const LinkedChild& child) const;
  void add_failure(const DestinationPlan& plan, const store::Exchange& cause, std::string lane,
                   const Fault& fault, Work& work);
  Result<bool> try_change(const DestinationPlan& plan, const store::Exchange& cause,
                          const ChangedChild& child, bool held, Work& work);
  Result<void> collect(const DestinationPlan& plan, const store::Exchange& cause,
                       const Collection& collection, const base::Uuid& child, Collecting& into,
                       Work& work);
  Result<void> try_collect(const DestinationPlan& plan, const Collection& collection,
                           const base::Uuid& child, Collecting& into);
  Result<std::string> last_intended(const store::ProjectionRow& row) const;

  Context& context_;
  Lanes& lanes_;
  std::mutex sequence_mutex_;
  std::map<std::string, std::uint64_t> sequences_;  ///< the last number given, by destination
};

}  // namespace charmille::exchange
