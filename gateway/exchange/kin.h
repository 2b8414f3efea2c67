// Children who are one: what several authorities call each in their own way, tied by links. The
// record, the deliveries and the audit look at them together; nothing is ever moved from one to the
// other, so that a link can be undone.
#pragma once

#include <string>
#include <vector>

#include "gateway/exchange/context.h"
#include "gateway/record/statement.h"
#include "gateway/tree/document.h"

namespace charmille::exchange {

/// Which links count: a probable one is not good for a health channel (canonical child record §4).
enum class Ties : std::uint8_t { all, certain };

/// One child, by all who know it. At the head the row that the store knew first: it names lanes and
/// what was confirmed.
struct LinkedChild {
  std::vector<store::ChildRow> rows;

  const store::ChildRow& head() const { return rows.front(); }
  bool holds(const base::Uuid& child) const;
  std::vector<base::Uuid> ids() const;
};

/// Rows and the links in force among them.
class Kin {
 public:
  /// The child with everyone to whom links in force tie it, near and far.
  static Result<Kin> around(store::Store& store, const store::ChildRow& child);

  void add(store::ChildRow row);
  void tie(const base::Uuid& a, const base::Uuid& b, bool probable);

  LinkedChild of(const base::Uuid& child, Ties ties) const;
  /// Every group, in the order of their heads.
  std::vector<LinkedChild> groups(Ties ties) const;
  bool has_probable() const;

 private:
  struct Tie {
    base::Uuid a;
    base::Uuid b;
    bool probable = false;
  };
  std::vector<store::ChildRow> rows_;
  std::vector<Tie> ties_;
};

/// The child as links stand in the store; nothing when it is not known.
Result<std::optional<LinkedChild>> linked_child(store::Store& store, const base::Uuid& child,
                                                Ties ties);

/// Whom the child was one with, as links stand in the store, and is no longer; nothing when nobody
/// left.
Result<std::optional<LinkedChild>> parted_from(store::Store& store, const LinkedChild& now,
                                               Ties ties);

/// Today, on the clocks of the organisation: "2026-06-30".
std::string today_of(const Context& context);

/// Which links count for what goes to that destination.
Ties ties_for(const DestinationPlan& plan);

/// Unseals the statements that say something.
Result<std::vector<record::Statement>> open_statements(
    const Context& context, const store::ChildRow& child,
    const std::vector<store::StatementRow>& rows);

/// What all sources of the child say now.
Result<std::vector<record::Statement>> load_statements(const Context& context,
                                                       const LinkedChild& child);

/// The record of a child as assembled from the store now.
Result<tree::Document> load_record(const Context& context, const LinkedChild& child);

/// As that one row's authorities tell it, links apart.
Result<tree::Document> load_own_record(const Context& context, const store::ChildRow& child);

}  // namespace charmille::exchange
