// Who is who: which children of different authorities are one, by the match order of the canonical
// child record §4. A pure function of what they claim and of what persons decided: the order in
// which children came to be known does not matter.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/uuid.h"
#include "gateway/record/identifiers.h"
#include "gateway/store/types.h"

namespace charmille::record {

/// A child as one authority knows it.
struct Party {
  base::Uuid child;
  std::string authority;             ///< who calls it so; opaque
  std::vector<store::Claim> claims;  ///< its own identifiers included
  Traits traits;
};

/// What a person said of two children: they are one, or they are not.
struct Decision {
  base::Uuid a;
  base::Uuid b;
  bool same = false;
};

/// Weakest last. A probable link (by traits) is never good for a health channel.
enum class LinkRule : std::uint8_t {
  identifier,  ///< one cites the other's identifier, or both cite the same
  ins,         ///< qualified INS on both sides, and traits that agree
  traits,      ///< all strict traits, unique on both sides
  likeness,    ///< for a person only
};
std::string_view name_of(LinkRule rule);
bool is_probable(std::string_view rule);

/// What follows for two of the parties, by their places in the list.
struct Derived {
  std::size_t a = 0;
  std::size_t b = 0;
  LinkRule rule = LinkRule::identifier;
  bool linked = false;  ///< otherwise proposed to a person
  unsigned score = 0;

  bool operator==(const Derived&) const = default;
};

struct MatchOptions {
  bool by_traits = false;  ///< the operator's switch for the rule `traits`
  unsigned least_likeness = 60;
};

/// The links among the parties, in the order of their places. A key that two children of one
/// authority claim names nobody: two candidates mean no link. Links of one rule that together would
/// make one child of two children of one authority, or of two whom a person holds apart, are
/// proposed instead. `crowded`: keys that too many claim; they say nothing.
std::vector<Derived> derive_links(std::span<const Party> parties,
                                  std::span<const Decision> decisions,
                                  const std::set<store::Bytes>& crowded,
                                  const MatchOptions& options);

}  // namespace charmille::record
