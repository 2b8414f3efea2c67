#include "gateway/exchange/recognition.h"

#include <algorithm>

#include "gateway/exchange/events.h"

namespace charmille::exchange {
namespace {

using store::Claim;
using store::ClaimKind;
using store::LinkRow;
using store::LinkState;

/// So many children whom claims tie together, one after the other, are looked at; beyond, somebody
/// writes the same word for everyone.
constexpr std::size_t most_parties = 64;

bool is_decided(LinkState state) {
  return state == LinkState::accepted || state == LinkState::refused;
}
bool is_in_force(LinkState state) {
  return state == LinkState::linked || state == LinkState::accepted;
}

bool is_pair(const LinkRow& link, const base::Uuid& a, const base::Uuid& b) {
  return (link.a == a && link.b == b) || (link.a == b && link.b == a);
}

}  // namespace

std::vector<Claim> keys_of(const Vault& vault, const std::string& organisation,
                           const record::Claims& claims) {
  std::vector<Claim> keys;
  const auto add = [&](ClaimKind kind, std::string_view system, std::string_view value) {
    keys.push_back({kind, vault.lookup(organisation, system, value)});
  };
  for (const record::Identifier& id : claims.own) add(ClaimKind::own, id.system, id.value);
  for (const record::Identifier& id : claims.cited) add(ClaimKind::identifier, id.system, id.value);
  if (!claims.matricule.empty()) add(ClaimKind::ins, "urn:oid:" + claims.oid, claims.matricule);
  if (const std::string all = record::traits_key(claims.traits); !all.empty())
    add(ClaimKind::traits, "traits", all);
  for (const std::string& some : record::likeness_keys(claims.traits))
    add(ClaimKind::likeness, "likeness", some);
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

/// Everyone whom claims and links tie to the child that changes.
struct Recognition::Circle {
  std::vector<store::ChildRow> rows;
  std::vector<record::Party> parties;  ///< one for each row
  std::map<std::uint64_t, LinkRow> links;
  std::set<store::Bytes> seen;
  std::set<store::Bytes> crowded;
  std::vector<store::ClaimsAt> as_read;

  bool knows(const base::Uuid& child) const {
    return std::ranges::find(parties, child, &record::Party::child) != parties.end();
  }
  const LinkRow* link_of(const base::Uuid& a, const base::Uuid& b) const {
    for (const auto& [number, link] : links)
      if (is_pair(link, a, b)) return &link;
    return nullptr;
  }
};

void Recognition::claims(const store::ChildRow& row, std::vector<Claim> claims,
                         record::Traits traits) {
  changed_row_ = row;
  changed_ = record::Party{row.id, row.authority, std::move(claims), std::move(traits)};
}

void Recognition::decision(const LinkRow& link, std::optional<LinkState> state, std::string login) {
  decided_ = link;
  decision_ = state;
  login_ = std::move(login);
}

Result<void> Recognition::add_party(Circle& circle, const base::Uuid& child) {
  if (circle.knows(child) || circle.parties.size() >= most_parties) return {};
  if (changed_ && changed_->child == child) {
    circle.rows.push_back(*changed_row_);
    circle.parties.push_back(*changed_);
    return {};
  }
  auto row = context_.store.child(child);
  if (!row) return fail(row.error());
  if (!*row) return {};
  auto claims = context_.store.claims(child);
  if (!claims) return fail(claims.error());
  const auto own = load_own_record(context_, **row);
  if (!own) return fail(own.error());
  circle.parties.push_back(
      {child, (*row)->authority, std::move(*claims), record::claims_of(own->root(), {}).traits});
  circle.rows.push_back(std::move(**row));
  return {};
}

/// Everyone who shares a claim with the party, or is tied to it by a link.
Result<void> Recognition::expand(Circle& circle, std::size_t place) {
  const base::Uuid child = circle.parties[place].child;
  std::vector<Claim> claims = circle.parties[place].claims;
  // What it claimed until now tied it to others who must be looked at again.
  if (changed_ && changed_->child == child && changed_row_->version != 0) {
    auto former = context_.store.claims(child);
    if (!former) return fail(former.error());
    std::ranges::copy(*former, std::back_inserter(claims));
  }
  for (const Claim& claim : claims) {
    if (claim.kind == ClaimKind::family) continue;
    if (!circle.seen.insert(claim.key).second) continue;
    auto who = context_.store.claimants(claim.key);
    if (!who) return fail(who.error());
    const bool crowd = who->size() >= store::most_claimants;
    if (crowd) circle.crowded.insert(claim.key);
    // A candidate who is missed by a hair's breadth is found at the next change.
    if (claim.kind != ClaimKind::likeness) circle.as_read.push_back({claim.key, *who});
    if (crowd) continue;
    for (const base::Uuid& other : *who)
      if (auto added = add_party(circle, other); !added) return added;
  }
  if (changed_ && changed_->child == child && changed_row_->version == 0) return {};
  auto links = context_.store.links_of(child);
  if (!links) return fail(links.error());
  for (LinkRow& link : *links) {
    const base::Uuid other = link.a == child ? link.b : link.a;
    circle.links.emplace(link.number, std::move(link));
    if (auto added = add_party(circle, other); !added) return added;
  }
  return {};
}

Result<void> Recognition::gather(Circle& circle, const Work& work) {
  const auto begin = [&](const base::Uuid& child) { return add_party(circle, child); };
  if (changed_)
    if (auto added = begin(changed_->child); !added) return added;
  if (decided_)
    for (const base::Uuid& child : {decided_->a, decided_->b})
      if (auto added = begin(child); !added) return added;
  for (std::size_t place = 0; place < circle.parties.size(); ++place)
    if (auto expanded = expand(circle, place); !expanded) return expanded;
  for (const record::Party& party : circle.parties) {
    const bool own = changed_ && party.child == changed_->child;
    const bool busy = std::ranges::any_of(work.unit.preconditions, [&](const auto& one) {
      const auto* at = std::get_if<store::ChildAt>(&one);
      return at != nullptr && at->id == party.child;
    });
    if (busy && !own) return fail("CH-EXC-030");
  }
  return {};
}

Result<Kin> Recognition::derive(Work& work) {
  Circle circle;
  if (auto gathered = gather(circle, work); !gathered) return fail(gathered.error());
  for (const store::ChildRow& row : circle.rows)
    if (!changed_ || row.id != changed_->child)
      work.unit.preconditions.emplace_back(store::ChildAt{row.id, row.version});
  for (store::ClaimsAt& read : circle.as_read)
    work.unit.preconditions.emplace_back(std::move(read));

  std::vector<record::Decision> decisions;
  for (const auto& [number, link] : circle.links)
    if (is_decided(link.state) && !(decided_ && decided_->number == number))
      decisions.push_back({link.a, link.b, link.state == LinkState::accepted});
  if (decided_ && decision_)
    decisions.push_back({decided_->a, decided_->b, *decision_ == LinkState::accepted});

  record::MatchOptions options;
  options.by_traits = context_.site->config->match_by_traits;
  const auto derived = record::derive_links(circle.parties, decisions, circle.crowded, options);
  Kin kin;
  for (const store::ChildRow& row : circle.rows) kin.add(row);
  settle(circle, derived, work, kin);
  return kin;
}

/// What is derived, against what stands: links are put, dropped, shown again to a person.
void Recognition::settle(const Circle& circle, const std::vector<record::Derived>& derived,
                         Work& work, Kin& kin) {
  std::set<std::uint64_t> kept;
  for (const record::Derived& one : derived) {
    LinkRow link;
    link.a = circle.parties[one.a].child;
    link.b = circle.parties[one.b].child;
    link.rule = record::name_of(one.rule);
    link.score = one.score;
    link.state = one.linked ? LinkState::linked : LinkState::proposed;
    const LinkRow* const known = circle.link_of(link.a, link.b);
    if (known != nullptr) {
      kept.insert(known->number);
      // A person is told that it held once.
      if (!one.linked &&
          (known->state == LinkState::linked || known->state == LinkState::suspended))
        link.state = LinkState::suspended;
    }
    if (one.linked) kin.tie(link.a, link.b, record::is_probable(link.rule));
    if (known == nullptr || known->state != link.state || known->rule != link.rule)
      put(std::move(link), known != nullptr ? std::optional(known->state) : std::nullopt, work);
  }
  for (const auto& [number, link] : circle.links) {
    const bool now_decided = decided_ && decided_->number == number;
    if (now_decided && decision_) {
      LinkRow said = link;
      said.state = *decision_;
      said.by = login_;
      if (said.state == LinkState::accepted) kin.tie(said.a, said.b, false);
      put(std::move(said), link.state, work);
      continue;
    }
    if (kept.contains(number)) continue;
    if (is_decided(link.state) && !now_decided) {
      if (link.state == LinkState::accepted) kin.tie(link.a, link.b, false);
      continue;
    }
    drop(link, work);
  }
}

void Recognition::put(LinkRow link, std::optional<LinkState> before, Work& work) {
  link.since = context_.clock.now();
  if (is_in_force(link.state) != (before && is_in_force(*before))) moved_.insert({link.a, link.b});
  note(link, before ? store::name_of(*before) : "none", store::name_of(link.state), work);
  work.unit.writes.emplace_back(store::PutLink{std::move(link)});
}

void Recognition::drop(const LinkRow& link, Work& work) {
  if (is_in_force(link.state)) moved_.insert({link.a, link.b});
  note(link, store::name_of(link.state), "none", work);
  work.unit.writes.emplace_back(store::DropLink{link.a, link.b});
}

/// One leaf for each of the two children, so that either's history shows it.
void Recognition::note(const LinkRow& link, std::string_view from, std::string_view to,
                       Work& work) {
  for (const auto& [child, other] : {std::pair(link.a, link.b), std::pair(link.b, link.a)})
    work.unit.audit.push_back(
        events::link(child, other, link.rule, from, to, cause_, login_, context_));
}

}  // namespace charmille::exchange
