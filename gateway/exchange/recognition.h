// Who is who, kept up to date: what a child claims changes, or a person decides, and the links that
// follow are derived again for everyone whom it concerns.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/exchange/kin.h"
#include "gateway/exchange/work.h"
#include "gateway/record/identifiers.h"
#include "gateway/record/links.h"

namespace charmille::exchange {

/// The claims as the store keeps them.
std::vector<store::Claim> keys_of(const Vault& vault, const std::string& organisation,
                                  const record::Claims& claims);

class Recognition {
 public:
  /// `cause`: the exchange that leads here, or nil; stands in the audit leaves.
  Recognition(const Context& context, base::Uuid cause) : context_(context), cause_(cause) {}

  /// The child claims this from now on. `row` may be new.
  void claims(const store::ChildRow& row, std::vector<store::Claim> claims, record::Traits traits);
  /// A person said it; `state` is accepted or refused, or nothing: what was said is taken back.
  void decision(const store::LinkRow& link, std::optional<store::LinkState> state,
                std::string login);

  /// Adds to `work` the links that follow, with their audit leaves, and what must not have changed
  /// meanwhile. Gives everyone concerned, as links stand then. CH-EXC-030: one of them is part of
  /// this work already (commit first, then ask again).
  Result<Kin> derive(Work& work);
  /// After `derive`: children whose company changed.
  const std::set<base::Uuid>& moved() const { return moved_; }

 private:
  struct Circle;
  Result<void> gather(Circle& circle, const Work& work);
  Result<void> add_party(Circle& circle, const base::Uuid& child);
  Result<void> expand(Circle& circle, std::size_t place);
  void settle(const Circle& circle, const std::vector<record::Derived>& derived, Work& work,
              Kin& kin);
  void put(store::LinkRow link, std::optional<store::LinkState> before, Work& work);
  void drop(const store::LinkRow& link, Work& work);
  void note(const store::LinkRow& link, std::string_view from, std::string_view to, Work& work);

  const Context& context_;
  const base::Uuid cause_;
  std::optional<record::Party> changed_;
  std::optional<store::ChildRow> changed_row_;
  std::optional<store::LinkRow> decided_;
  std::optional<store::LinkState> decision_;
  std::string login_;
  std::set<base::Uuid> moved_;
};

}  // namespace charmille::exchange
