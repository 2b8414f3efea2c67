// What a test wants against what came, the same for the `tests:` of a mapping file and for the
// cases beside it.
#pragma once

#include <string>
#include <vector>

#include "gateway/mapping/cases/test_run.h"
#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

/// Adds every difference between the result wanted and that of `item`; null pointers stand for
/// nothing at all. `prefix` names the item among others: [3].
void compare(const Item& item, const tree::Node* wanted, const tree::Node* got,
             const std::string& prefix, std::vector<Difference>& into);

/// Takes the codes wanted from the faults that came: one that did not come is a difference, what is
/// left over are faults of the result.
void expect_faults(const std::vector<std::string>& wanted, const base::Place& place,
                   std::vector<Fault> came, TestResult& result);

}  // namespace charmille::mapping
