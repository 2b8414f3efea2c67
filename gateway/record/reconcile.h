// What the DUI and the department do not say alike of one child: who it is, under which decision it
// is, and where. The report that departments and associations ask for most (domain notes §10).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/record/statement.h"

namespace charmille::record {

enum class Voice : std::uint8_t { dui, department, other };

struct Told {
  Voice voice = Voice::other;
  const Statement* statement = nullptr;
};

/// CH-REC-045 to CH-REC-048 as things stand on the day `today` (ISO). Nothing is said of a child of
/// whom only one of the two speaks. The place of a fault names the section and the item of the one
/// who says it.
Result<std::vector<Fault>> disagreements(std::span<const Told> told, std::string_view today);

}  // namespace charmille::record
