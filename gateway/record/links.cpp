#include "gateway/record/links.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace charmille::record {
namespace {

using store::Claim;
using store::ClaimKind;

/// Disjoint sets of places.
class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  std::size_t of(std::size_t place) const {
    while (parent_[place] != place) place = parent_[place];
    return place;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t x = of(a);
    const std::size_t y = of(b);
    parent_[std::max(x, y)] = std::min(x, y);
  }

 private:
  std::vector<std::size_t> parent_;
};

using Pair = std::pair<std::size_t, std::size_t>;

class Derivation {
 public:
  Derivation(std::span<const Party> parties, std::span<const Decision> decisions,
             const std::set<store::Bytes>& crowded, const MatchOptions& options)
      : parties_(parties), options_(options), groups_(parties.size()), same_(parties.size()) {
    for (const Decision& decision : decisions) decide(decision);
    for (std::size_t i = 0; i < parties.size(); ++i)
      for (const Claim& claim : parties[i].claims)
        if (!crowded.contains(claim.key)) claimants_[as_told(claim)].push_back(i);
  }

  std::vector<Derived> run() {
    apply(LinkRule::identifier, ClaimKind::identifier);
    apply(LinkRule::ins, ClaimKind::ins);
    apply(LinkRule::traits, ClaimKind::traits);
    propose_likely();
    std::vector<Derived> all;
    for (const auto& [pair, derived] : found_) all.push_back(derived);
    return all;
  }

 private:
  /// Whose identifier it is makes no difference here.
  static Claim as_told(const Claim& claim) {
    return {claim.kind == ClaimKind::own ? ClaimKind::identifier : claim.kind, claim.key};
  }

  void decide(const Decision& decision) {
    const auto a = std::ranges::find(parties_, decision.a, &Party::child);
    const auto b = std::ranges::find(parties_, decision.b, &Party::child);
    if (a == parties_.end() || b == parties_.end()) return;
    const auto x = static_cast<std::size_t>(a - parties_.begin());
    const auto y = static_cast<std::size_t>(b - parties_.begin());
    const Pair pair = std::minmax(x, y);
    decided_.insert(pair);
    if (!decision.same) {
      apart_.push_back(pair);
      return;
    }
    groups_.join(pair.first, pair.second);
    same_.join(pair.first, pair.second);
  }

  /// Two of these are one authority's, and no person said that they are one.
  bool names_two_of_one_authority(const std::vector<std::size_t>& places) const {
    for (std::size_t i = 0; i < places.size(); ++i)
      for (std::size_t j = i + 1; j < places.size(); ++j)
        if (are_rivals(places[i], places[j])) return true;
    return false;
  }
  bool are_rivals(std::size_t a, std::size_t b) const {
    return parties_[a].authority == parties_[b].authority && same_.of(a) != same_.of(b);
  }

  bool fits(LinkRule rule, const Traits& a, const Traits& b) const {
    if (rule == LinkRule::identifier) return !traits_contradict(a, b);
    if (rule == LinkRule::ins) return traits_agree(a, b);
    return options_.by_traits;
  }

  void propose(const Pair& pair, LinkRule rule) {
    if (decided_.contains(pair) || groups_.of(pair.first) == groups_.of(pair.second)) return;
    found_.try_emplace(pair, Derived{pair.first, pair.second, rule, false, score(pair)});
  }
  unsigned score(const Pair& pair) const {
    return likeness(parties_[pair.first].traits, parties_[pair.second].traits);
  }

  /// Every pair that a key of this kind ties, as a link where it may be one.
  void apply(LinkRule rule, ClaimKind kind) {
    std::set<Pair> ties;
    std::set<Pair> doubtful;
    for (const auto& [claim, places] : claimants_) {
      if (claim.kind != kind) continue;
      const bool unclear = names_two_of_one_authority(places);
      for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t j = i + 1; j < places.size(); ++j) {
          const Pair pair = std::minmax(places[i], places[j]);
          if (parties_[pair.first].authority == parties_[pair.second].authority) {
            if (rule != LinkRule::traits) doubtful.insert(pair);
            continue;
          }
          const bool good =
              !unclear && fits(rule, parties_[pair.first].traits, parties_[pair.second].traits);
          (good ? ties : doubtful).insert(pair);
        }
    }
    std::erase_if(ties, [&](const Pair& pair) {
      return decided_.contains(pair) || groups_.of(pair.first) == groups_.of(pair.second);
    });
    for (const Pair& pair : join(ties))
      found_[pair] = {pair.first, pair.second, rule, true, score(pair)};
    for (const Pair& pair : ties) propose(pair, rule);
    for (const Pair& pair : doubtful)
      if (!has_its_own(pair)) propose(pair, rule);
  }

  /// Joins what the ties would join, but for groups that would hold rivals. Gives the ties that
  /// hold.
  std::vector<Pair> join(const std::set<Pair>& ties) {
    Groups wished = groups_;
    for (const Pair& pair : ties) wished.join(pair.first, pair.second);
    std::map<std::size_t, std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < parties_.size(); ++i) members[wished.of(i)].push_back(i);
    std::set<std::size_t> broken;
    for (const auto& [group, places] : members)
      if (names_two_of_one_authority(places)) broken.insert(group);
    for (const Pair& pair : apart_)
      if (wished.of(pair.first) == wished.of(pair.second)) broken.insert(wished.of(pair.first));
    std::vector<Pair> good;
    for (const Pair& pair : ties)
      if (!broken.contains(wished.of(pair.first))) good.push_back(pair);
    for (const Pair& pair : good) groups_.join(pair.first, pair.second);
    return good;
  }

  /// Each of them has its counterpart at the other's authority already.
  bool has_its_own(const Pair& pair) const {
    return has_counterpart(pair.first, parties_[pair.second].authority) &&
           has_counterpart(pair.second, parties_[pair.first].authority);
  }
  bool has_counterpart(std::size_t place, const std::string& authority) const {
    for (std::size_t i = 0; i < parties_.size(); ++i)
      if (i != place && groups_.of(i) == groups_.of(place) && parties_[i].authority == authority)
        return true;
    return false;
  }

  void propose_likely() {
    for (const auto& [claim, places] : claimants_) {
      if (claim.kind != ClaimKind::likeness) continue;
      for (std::size_t i = 0; i < places.size(); ++i)
        for (std::size_t j = i + 1; j < places.size(); ++j) {
          const Pair pair = std::minmax(places[i], places[j]);
          const Party& a = parties_[pair.first];
          const Party& b = parties_[pair.second];
          if (a.authority == b.authority || has_counterpart(pair.first, b.authority) ||
              has_counterpart(pair.second, a.authority))
            continue;
          if (score(pair) >= options_.least_likeness) propose(pair, LinkRule::likeness);
        }
    }
  }

  std::span<const Party> parties_;
  const MatchOptions& options_;
  Groups groups_;  ///< who is one, so far
  Groups same_;    ///< who is one because a person said so
  std::set<Pair> decided_;
  std::vector<Pair> apart_;
  std::map<Claim, std::vector<std::size_t>> claimants_;
  std::map<Pair, Derived> found_;
};

}  // namespace

std::string_view name_of(LinkRule rule) {
  switch (rule) {
    case LinkRule::identifier:
      return "identifier";
    case LinkRule::ins:
      return "ins";
    case LinkRule::traits:
      return "traits";
    case LinkRule::likeness:
      return "likeness";
  }
  return "likeness";
}

bool is_probable(std::string_view rule) {
  return rule == name_of(LinkRule::traits);
}

std::vector<Derived> derive_links(std::span<const Party> parties,
                                  std::span<const Decision> decisions,
                                  const std::set<store::Bytes>& crowded,
                                  const MatchOptions& options) {
  return Derivation(parties, decisions, crowded, options).run();
}

}  // namespace charmille::record
