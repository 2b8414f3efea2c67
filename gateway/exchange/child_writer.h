// From one mapped child to what is committed about it: which child it is, which statements are new,
// what the record becomes.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/exchange/context.h"
#include "gateway/exchange/kin.h"
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
      covered;                 ///< sections that this payload speaks of; others are not withdrawn
  std::set<std::string> adds;  ///< sections whose items add to what the source said before
  bool hold_changes = false;   ///< max-change is counted at the end of the lot
  /// A route's part of a dry run: what would change is counted there, nothing is made.
  PreviewRoute* preview = nullptr;
  bool check_all =
      false;  ///< resumed: also children without change are held against their destinations
  const HiddenFamilies* hidden = nullptr;  ///< of the whole payload
  std::string own_prefix;  ///< systems of the identifiers by which this source calls children
};

/// What one child came to.
struct ChildOutcome {
  base::Uuid child;                  ///< as this source knows it
  std::vector<base::Uuid> heads;     ///< of the children whose records changed, links counted
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

 private:
  /// The row that a mapped child turned out to be.
  struct Target {
    store::ChildRow row;
    Vault::KeyPtr key;
    bool created = false;
  };
  /// What its source says of the child now: what stood, less what changes, and the news.
  struct Said {
    std::vector<store::StatementRow> rows;
    std::vector<record::Statement> news;
    std::vector<std::string> changed;
    std::map<std::string, base::Time> redated;  ///< said again: when it was said before, by section
  };

  /// All that its source says of the child, and the record that it makes, links apart, once it was
  /// asked for.
  struct Own {
    std::vector<record::Statement> statements;
    std::optional<tree::Document> record;
  };

  Result<Target> find_or_create(const ImportPlan& plan, const record::Claims& claims, Work& work);
  Result<Said> add_statements(const ImportPlan& plan, const tree::Document& child,
                              const Target& target, Work& work);
  Result<bool> overtakes(const ImportPlan& plan, const Target& target, const Said& said) const;
  Result<const tree::Document*> record_of(Own& own) const;
  Result<Kin> recognise(const ImportPlan& plan, const Target& target, Own& own, bool told,
                        std::set<base::Uuid>& moved, Work& work);
  Result<tree::Document> put_together(const Target& target, const LinkedChild& child,
                                      const Own& own, std::set<std::string>& sources);
  /// What one child's change is, for all who are told of it.
  struct Change {
    const ImportPlan& plan;
    const Target& target;
    bool place = false;      ///< what tells the place, or is hidden with it
    bool documents = false;  ///< with their labels
    std::size_t begin = 0;   ///< of the unit's writes, those before are about other children
  };
  Result<void> tell(const Change& change, const LinkedChild& child, Ties ties, bool regrouped,
                    Own& own, Work& work);
  Result<void> tell_family(const Change& change, const Fresh& fresh, Ties ties, Work& work);
  Result<void> withdraw(const Change& change, const DestinationPlan& to, const LinkedChild& child,
                        const tree::Document& record, const Fresh* sibling, Work& work);

  Context& context_;
  Outbox& outbox_;
};

}  // namespace charmille::exchange
