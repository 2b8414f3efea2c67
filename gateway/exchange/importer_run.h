// One import under way, as the parts of the importer share it. For importer*.cpp alone.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "gateway/exchange/importer.h"

namespace charmille::exchange {

/// What a unit came to, counted only once it is durable.
struct Importer::Segment {
  Work work;
  Report report;
  std::vector<ChildOutcome> outcomes;
};

/// One route's import, from its first child to its last.
struct Importer::Run {
  Run(ImportJob& of, Report& into, ImportPlan how, bool last)
      : job(of), report(into), plan(std::move(how)), last_route(last) {}

  ImportJob& job;
  Report& report;
  ImportPlan plan;
  bool last_route;
  bool last_chunk = false;
  bool quarantine_open = false;     ///< the partner has open entries, which good records close
  std::vector<base::Uuid> changed;  ///< children for the destinations of trigger `lot`
  bool ended = false;               ///< the exchange's end is committed

  bool has_lot_destinations() const {
    return std::ranges::any_of(
        plan.route->to, [](const auto& to) { return to.config->trigger == config::Trigger::lot; });
  }
  /// The end needs nothing more than the children: it goes into their last unit.
  bool ends_with_children() const {
    return last_route && !has_lot_destinations() && !plan.hold_changes && !plan.snapshot;
  }
};

}  // namespace charmille::exchange
