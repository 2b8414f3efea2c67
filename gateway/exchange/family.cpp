#include "gateway/exchange/family.h"

#include <algorithm>
#include <set>

#include "gateway/policy/projection.h"
#include "gateway/record/dates.h"
#include "gateway/record/edit.h"

namespace charmille::exchange {
namespace {

using record::items_at;
using record::text_at;
using tree::Node;

constexpr std::string_view family_file = ":famille";

std::string sibling_key(const Vault& vault, const std::string& organisation, const Node& id) {
  return vault.lookup(organisation, "sibling|" + std::string(text_at(id, "system")),
                      text_at(id, "value"));
}

/// By which others of the family claim this child.
std::set<store::Bytes> keys_to(const Context& context, const Node& record) {
  const std::string& organisation = context.site->config->organisation.id;
  std::set<store::Bytes> keys;
  for (const Node& id : items_at(record, "ids"))
    keys.insert(
        text_at(id, "system").ends_with(family_file)
            ? context.vault.lookup(organisation, text_at(id, "system"), text_at(id, "value"))
            : sibling_key(context.vault, organisation, id));
  return keys;
}

/// Of the siblings that the child names.
std::set<store::Bytes> identifiers_named(const Context& context, const Node& record) {
  const std::string& organisation = context.site->config->organisation.id;
  std::set<store::Bytes> identifiers;
  for (const Node& sibling : items_at(record, "siblings"))
    for (const Node& id : items_at(sibling, "ids"))
      identifiers.insert(
          context.vault.lookup(organisation, text_at(id, "system"), text_at(id, "value")));
  return identifiers;
}

std::set<std::string_view> running_places(const Node& record, std::string_view today) {
  std::set<std::string_view> places;
  for (const Node& stay : items_at(record, "stays"))
    if (!record::is_over(text_at(stay, "exit"), today) && !text_at(stay, "finess").empty())
      places.insert(text_at(stay, "finess"));
  return places;
}

/// Its identifiers and those of the siblings that it names, each with each place where it is.
template <class Take>
void for_each_tie(const Node& record, std::string_view today, Take take) {
  const std::set<std::string_view> places = running_places(record, today);
  if (places.empty()) return;
  const auto of = [&](const Node& id) {
    for (const std::string_view place : places)
      take(std::hash<std::string>{}(std::string(text_at(id, "system")) + '|' +
                                    std::string(text_at(id, "value")) + '|' + std::string(place)));
  };
  for (const Node& id : items_at(record, "ids")) of(id);
  for (const Node& sibling : items_at(record, "siblings"))
    for (const Node& id : items_at(sibling, "ids")) of(id);
}

struct Rows {
  std::set<base::Uuid> known;
  bool unknown = false;  ///< one that is named has no row
};

/// Is it an identifier of the child of the work under way, whom the store does not know by it yet?
bool is_of(const Fresh* fresh, const Node& id) {
  if (fresh == nullptr) return false;
  return std::ranges::any_of(items_at(fresh->record->root(), "ids"), [&](const Node& own) {
    return text_at(own, "system") == text_at(id, "system") &&
           text_at(own, "value") == text_at(id, "value");
  });
}

/// The rows of everyone of the family; `fresh` is known, though it may have no row yet.
Result<Rows> rows_of(const Context& context, const Node& record, const Fresh* fresh) {
  const std::string& organisation = context.site->config->organisation.id;
  Rows rows;
  for (const Node& sibling : items_at(record, "siblings"))
    for (const Node& id : items_at(sibling, "ids")) {
      auto child = context.store.child_by_identifier(
          context.vault.lookup(organisation, text_at(id, "system"), text_at(id, "value")));
      if (!child) return fail(child.error());
      if (*child) {
        rows.known.insert(**child);
      } else if (!is_of(fresh, id)) {
        rows.unknown = true;
      }
    }
  for (const store::Bytes& key : keys_to(context, record)) {
    auto others = context.store.claimants(key);
    if (!others) return fail(others.error());
    rows.known.insert(others->begin(), others->end());
  }
  return rows;
}

}  // namespace

void HiddenFamilies::add(const Node& record, std::string_view today) {
  if (!policy::place_is_secret(record, today)) return;
  for_each_tie(record, today, [&](std::size_t tie) { ties_.insert(tie); });
}

bool HiddenFamilies::touch(const Node& record, std::string_view today) const {
  if (ties_.empty()) return false;
  bool found = false;
  for_each_tie(record, today, [&](std::size_t tie) { found = found || ties_.contains(tie); });
  return found;
}

std::vector<store::Claim> family_claims(const Vault& vault, const std::string& organisation,
                                        const Node& record) {
  std::vector<store::Claim> claims;
  for (const Node& sibling : items_at(record, "siblings"))
    for (const Node& id : items_at(sibling, "ids"))
      claims.push_back({store::ClaimKind::family, sibling_key(vault, organisation, id)});
  for (const Node& id : items_at(record, "ids"))
    if (text_at(id, "system").ends_with(family_file))
      claims.push_back({store::ClaimKind::family,
                        vault.lookup(organisation, text_at(id, "system"), text_at(id, "value"))});
  return claims;
}

Result<Family> family_of(const Context& context, const Node& record, const Fresh* fresh,
                         std::string_view today) {
  Family family;
  const std::set<std::string_view> ours = running_places(record, today);
  if (ours.empty()) return family;
  const auto rows = rows_of(context, record, fresh);
  if (!rows) return fail(rows.error());
  family.unknown = rows->unknown;
  std::set<base::Uuid> seen;
  const auto judge = [&](tree::Document theirs) {
    const bool shares = std::ranges::any_of(running_places(theirs.root(), today),
                                            [&](auto place) { return ours.contains(place); });
    if (shares && policy::place_is_secret(theirs.root(), today))
      family.hidden.push_back(std::move(theirs));
  };
  for (const base::Uuid& member : rows->known) {
    if (fresh != nullptr && fresh->child->holds(member)) continue;
    const auto child = linked_child(context.store, member, Ties::all);
    if (!child) return fail(child.error());
    if (!*child || (*child)->head().key.empty() || !seen.insert((*child)->head().id).second)
      continue;
    auto theirs = load_record(context, **child);
    if (!theirs) return fail(theirs.error());
    judge(std::move(*theirs));
  }
  if (fresh != nullptr) {
    tree::Document copy;
    copy.set_root(copy.copy(fresh->record->root()));
    judge(std::move(copy));
  }
  return family;
}

Result<std::vector<LinkedChild>> relatives(const Context& context, const Node& record,
                                           const LinkedChild& child, Ties ties) {
  const auto rows = rows_of(context, record, nullptr);
  if (!rows) return fail(rows.error());
  std::vector<LinkedChild> all;
  for (const base::Uuid& member : rows->known) {
    if (child.holds(member)) continue;
    const bool seen = std::ranges::any_of(all, [&](const auto& one) { return one.holds(member); });
    if (seen) continue;
    auto linked = linked_child(context.store, member, ties);
    if (!linked) return fail(linked.error());
    if (!*linked || (*linked)->head().key.empty()) continue;
    const bool parting = std::ranges::any_of(
        child.rows, [&](const store::ChildRow& row) { return (*linked)->holds(row.id); });
    if (!parting) all.push_back(std::move(**linked));
  }
  return all;
}

bool has_sibling_in(const Context& context, const store::Unit& unit, const Node& record,
                    const base::Uuid& own) {
  const std::set<store::Bytes> named = identifiers_named(context, record);
  const std::set<store::Bytes> keys = keys_to(context, record);
  return std::ranges::any_of(unit.writes, [&](const store::Write& write) {
    if (const auto* put = std::get_if<store::PutIdentifier>(&write))
      return put->child != own && named.contains(put->lookup);
    const auto* put = std::get_if<store::PutClaims>(&write);
    return put != nullptr && put->child != own &&
           std::ranges::any_of(put->claims, [&](const store::Claim& claim) {
             return claim.kind == store::ClaimKind::family && keys.contains(claim.key);
           });
  });
}

Result<void> hold_family(const Context& context, const Node& record, store::Unit& unit) {
  for (const store::Bytes& lookup : identifiers_named(context, record)) {
    const auto child = context.store.child_by_identifier(lookup);
    if (!child) return fail(child.error());
    if (!*child) unit.preconditions.emplace_back(store::IdentifierFree{lookup});
  }
  for (const store::Bytes& key : keys_to(context, record)) {
    auto others = context.store.claimants(key);
    if (!others) return fail(others.error());
    unit.preconditions.emplace_back(store::ClaimsAt{key, std::move(*others)});
  }
  return {};
}

}  // namespace charmille::exchange
