// Validity of one child's record (canonical child record §9): what is refused, what is accepted
// with a remark, and the few changes that a remark states. A fault names the field and where it
// stood in the source, never its value.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/record/ins.h"
#include "gateway/tree/document.h"

namespace charmille::record {

struct Rules {
  Environment environment = Environment::production;
  /// A child must have an identifier whose system begins so, and which is not that of a dossier.
  std::string local_id_prefix = "urn:charmille:dui:";
  /// The extraction date, ISO: nobody is born later. Empty: not checked.
  std::string today;
};

struct Verdict {
  std::vector<Fault> rejections;  ///< any: the record goes to quarantine
  std::vector<Fault> remarks;     ///< accepted; the text of each says what was changed, if anything

  bool rejected() const { return !rejections.empty(); }
};

/// Checks the child at the root of `child` and applies what its remarks state to that root:
/// texts are cleaned (CH-REC-021, CH-REC-022), a matricule that does not fit is dropped and the
/// status lowered (CH-INS-001 to 006), the matricule of a status other than QUALIFIEE is not kept
/// (no remark: it is the rule).
Verdict validate(tree::Document& child, const Rules& rules);

/// The number (13 characters, without its key) that the child came with, before `validate`; empty
/// when it has none. For the search for one number on two children.
std::string number_of(const tree::Node& child);

/// The number stands on another child too: drops it, lowers the status and says so (CH-INS-004).
void withdraw_shared_ins(tree::Document& child, Verdict& verdict);

}  // namespace charmille::record
