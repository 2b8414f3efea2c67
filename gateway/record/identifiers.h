// What a child can be recognised by: the identifiers of the authority that speaks, those that it
// cites of others, a qualified INS, and the strict traits (canonical child record §4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/tree/node.h"

namespace charmille::record {

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

struct Claims {
  std::string authority;          ///< the system of its first own identifier
  std::vector<Identifier> own;    ///< of the authority that speaks; active ones only
  std::vector<Identifier> cited;  ///< of other authorities
  Traits traits;
  std::string matricule;  ///< of a qualified INS only
  std::string oid;
};

/// The claims of a validated child record, spoken by the authority whose systems begin with
/// `own_prefix` ("urn:charmille:dui:", "urn:charmille:cd:99").
Claims claims_of(const tree::Node& child, std::string_view own_prefix);

/// Does the system belong to that authority? "urn:charmille:cd:97" is no prefix of
/// "urn:charmille:cd:974".
bool is_of_authority(std::string_view system, std::string_view prefix);

/// Does it name a child? A family file, a decision, or a department's number whose department is
/// not known do not.
bool names_a_child(std::string_view system);

/// The form in which strict traits are compared: every trait in one text; empty when they are not
/// complete.
std::string traits_key(const Traits& traits);

/// Texts that like children share: birth date with sex and the beginning of the name, birth date
/// with the first given name. For candidates to show to a person, never for a link.
std::vector<std::string> likeness_keys(const Traits& traits);

/// INS comparison of traits (INS digest §3): birth name, first given name, date and sex.
bool traits_agree(const Traits& a, const Traits& b);

/// What both know of birth date and sex differs; without a birth date on both sides, their names.
bool traits_contradict(const Traits& a, const Traits& b);

/// How alike, 0 to 100: for the order in which a person looks at candidates.
unsigned likeness(const Traits& a, const Traits& b);

}  // namespace charmille::record
