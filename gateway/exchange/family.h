// Brothers and sisters whose secret place a child shares: what tells where this one is tells where
// they are (canonical child record §5, C6).
#pragma once

#include <set>
#include <vector>

#include "gateway/exchange/kin.h"

namespace charmille::exchange {

/// What leads from one child to the others of its family: the identifiers of the siblings that it
/// names, and the department's family file.
std::vector<store::Claim> family_claims(const Vault& vault, const std::string& organisation,
                                        const tree::Node& record);

/// A child of the work under way, as it will be once that is committed.
struct Fresh {
  const LinkedChild* child = nullptr;
  const tree::Document* record = nullptr;
};

/// What a child's family means for what may be told of its place.
struct Family {
  std::vector<tree::Document> hidden;  ///< siblings with a secret place, where this child is too
  bool unknown = false;  ///< a sibling that it names is not known yet: its place may be secret
  bool shares_secret_place() const { return unknown || !hidden.empty(); }
};

/// Children of a lot under way whose place is secret, by what ties them to a family: they are
/// minded before the store knows them.
class HiddenFamilies {
 public:
  /// Adds the child if its place is secret.
  void add(const tree::Node& record, std::string_view today);
  /// Is one of them of that child's family, where it is too?
  bool touch(const tree::Node& record, std::string_view today) const;

 private:
  std::set<std::size_t> ties_;  ///< hashes of an identifier, of theirs or of a sibling, and a place
};

/// Named by either side, or in one family file. `fresh`, when given, stands for its rows in the
/// store. `today` as for `policy::project`.
Result<Family> family_of(const Context& context, const tree::Node& record, const Fresh* fresh,
                         std::string_view today);

/// Everyone of the family whom the store knows, as these links make them one, but for those who
/// are, or in the store still are, one with the child.
Result<std::vector<LinkedChild>> relatives(const Context& context, const tree::Node& record,
                                           const LinkedChild& child, Ties ties);

/// Another child of this unit is of the family, or may be: the store must know it first, so that
/// each is told of with the other in mind.
bool has_sibling_in(const Context& context, const store::Unit& unit, const tree::Node& record,
                    const base::Uuid& own);

/// Nobody else came to the family since it was read.
Result<void> hold_family(const Context& context, const tree::Node& record, store::Unit& unit);

}  // namespace charmille::exchange
