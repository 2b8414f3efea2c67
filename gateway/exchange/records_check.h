// The check of all records that a department or an establishment asks for: children without a
// title, and what the DUI and the department do not say alike.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/exchange/kin.h"

namespace charmille::exchange {

/// What was found of one child. It names no one but by what each authority calls the child.
struct CheckedChild {
  base::Uuid id;                       ///< of its head
  std::vector<std::string> local_ids;  ///< "urn:charmille:cd:99 V10020000", those that name it
  std::vector<Fault> alerts;           ///< never empty
};

/// Every child of whom there is something to say on the day `today` (ISO); `checked` counts all.
struct RecordsCheck {
  std::uint64_t checked = 0;
  std::vector<CheckedChild> children;
};
Result<RecordsCheck> check_records(const Context& context, const std::string& today);

}  // namespace charmille::exchange
