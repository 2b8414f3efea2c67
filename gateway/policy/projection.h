// What of one child's record may go to one recipient. Default: nothing. The program's matrix comes
// first, the policy file chooses within it, and the recipient's scope (its decisions, its
// establishments) and secrecy narrow the rest.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/policy.h"
#include "gateway/tree/document.h"

namespace charmille::policy {

/// Who would receive: the kind of the partner, and what bounds it.
struct Addressee {
  config::Recipient kind = config::Recipient::archives;
  std::string department;           ///< of a departement: "99"
  std::vector<std::string> finess;  ///< of a dui, or another establishment
  std::vector<std::string> uai{};   ///< of a school
};

/// A line of the policy that let something through.
struct Applied {
  std::string line;  ///< "departement#2": the policy's name and the line's rank
  std::string ground;
  std::string purpose;
  std::vector<std::string> sections;
};

struct Projection {
  std::optional<tree::Document> document;  ///< nothing: denied
  std::string_view denial;                 ///< CH-POL-nnn when denied, else empty
  std::vector<std::string> sections;       ///< sent
  std::vector<std::string> withheld;  ///< sections ("notes") and fields ("ins.matricule") that the
                                      ///< record has and the recipient does not get
  std::vector<Applied> lines;
  /// The day on which the recipient's time with the child ended, or empty. From then on only what
  /// it held is news to it (`held_then`).
  std::string ended;
  bool sole = true;  ///< nobody else has, or had, a part in the child
};

/// What a recipient whose time is over held, as canonical JSON: who the child is, which may change
/// later, apart, and days that tell nothing.
std::string held_then(const tree::Node& projected);

/// Digests of documents ("<64 hexadecimal digits>") that a person let go to the recipient's kind,
/// although the child's place is kept from it.
using Cleared = std::set<std::string, std::less<>>;

/// `policy` is that of the recipient's kind, or nullptr. `wanted` is what the destination's own
/// `for:` says of this child: it only narrows. `shares_secret_place`: it is where a sibling is
/// whose place is secret, and its own is as secret. While the place is kept from the recipient no
/// document goes but the cleared ones. The document is a copy, in the canonical order of sections,
/// with the record's attachments; equal inputs give equal documents. `today`
/// (ISO): an exit or an end that is planned for later is none yet; empty: any counts.
/// `keeps_labels`: the recipient's mapping reads `documents.securityLabels`; without that no
/// document goes that has a label above "normal", whatever the policy says.
Projection project(const tree::Document& record, const Addressee& to, const config::Policy* policy,
                   bool wanted = true, bool shares_secret_place = false,
                   const Cleared& cleared = {}, std::string_view today = {},
                   bool keeps_labels = false);

/// A document of it has a security label above "normal".
bool restricts_a_document(const tree::Node& record);

/// A running stay or measure whose place is secret, or whose flag is unknown: whatever can reveal
/// the place is secret too. `today` as for `project`.
bool place_is_secret(const tree::Node& record, std::string_view today = {});

}  // namespace charmille::policy
