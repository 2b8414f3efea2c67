// Which child is it? The order of matching of the canonical child record §4, as pure functions over
// a look-up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/uuid.h"
#include "gateway/tree/node.h"

namespace charmille::record {

using base::Uuid;

/// A pair (system, value) that names one child under one authority.
struct Identifier {
  std::string system;
  std::string value;

  bool operator==(const Identifier&) const = default;
};

/// Strict traits, ready to be compared: names upper case without accents, hyphens and apostrophes
/// as blanks (RNIV).
struct Traits {
  std::string birth_name;
  std::string given_names;  ///< all of them, in order, one blank between two
  std::string first_given_name;
  std::string birth_date;   ///< complete, ISO
  std::string sex;          ///< M or F
  std::string birth_place;  ///< INSEE code; empty: not known

  bool operator==(const Traits&) const = default;
  /// Every trait that a match needs is there.
  bool complete() const {
    return !birth_name.empty() && !given_names.empty() && birth_date.size() == 10 && !sex.empty() &&
           !birth_place.empty();
  }
};

/// What a child brings to be recognised by.
struct Claims {
  std::vector<Identifier> identifiers;  ///< active ones only
  Traits traits;
  std::string matricule;  ///< of a qualified INS only
  std::string oid;
};

/// The claims of a validated child record.
Claims claims_of(const tree::Node& child);

/// What the index of strict traits is keyed by: every trait in one text; empty when they are not
/// complete.
std::string traits_key(const Traits& traits);

/// What the store knows; it holds keyed digests only, so every question is about equality.
class Lookup {
 public:
  virtual ~Lookup() = default;
  virtual Result<std::optional<Uuid>> by_identifier(const Identifier& identifier) = 0;
  /// A child whose INS is qualified and equal (matricule and OID).
  virtual Result<std::optional<Uuid>> by_ins(std::string_view matricule, std::string_view oid) = 0;
  virtual Result<Traits> traits_of(const Uuid& child) = 0;
  /// Children with equal strict traits; two are enough to know that they are not unique.
  virtual Result<std::vector<Uuid>> by_traits(const Traits& traits) = 0;
};

enum class MatchRule : std::uint8_t {
  none,        ///< a new child
  identifier,  ///< a known pair (system, value)
  ins,         ///< qualified INS on both sides, and traits that agree
  traits,      ///< all strict traits, unique: `probable`, never good for a health channel
};

struct Match {
  MatchRule rule = MatchRule::none;
  Uuid child;  ///< of any rule but none
  std::vector<Uuid>
      candidates;         ///< for a person to decide: several children answer, or traits contradict
  bool conflict = false;  ///< the pairs lead to different children: nothing may be applied
};

/// Names of rules as the audit writes them: "identifier", "ins", "traits", "none".
std::string_view name_of(MatchRule rule);

/// Looks for the child. `match_by_traits` is the operator's switch for rule 3; without it, strict
/// traits only propose candidates. Twins and homonyms: two candidates mean no link. A lot whose own
/// rows share these traits must say so by `unique_in_lot` = false.
Result<Match> find_child(const Claims& claims, Lookup& lookup, bool match_by_traits,
                         bool unique_in_lot = true);

/// INS comparison of traits (INS digest §3): birth name, first given name, date and sex.
bool traits_agree(const Traits& a, const Traits& b);

}  // namespace charmille::record
