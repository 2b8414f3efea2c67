#include "gateway/exchange/lots.h"

#include <algorithm>

namespace charmille::exchange {
namespace {

LotMatch locate(const config::Lot& lot, std::string file,
                const config::NamePattern::Values& values) {
  const auto key = values.find(lot.key);
  return {std::move(file), key == values.end() ? std::string{} : key->second};
}

}  // namespace

std::optional<LotMatch> match(const config::Lot& lot, std::string_view name) {
  for (const config::LotFile& file : lot.files)
    if (const auto values = file.pattern.match(name)) return locate(lot, file.name, *values);
  if (lot.complete.marker)
    if (const auto values = lot.complete.marker->match(name)) return locate(lot, {}, *values);
  return {};
}

config::NamePattern::Values values_of(const config::Lot& lot,
                                      const std::vector<std::string>& names) {
  config::NamePattern::Values all;
  for (const std::string& name : names)
    for (const config::LotFile& file : lot.files)
      if (const auto values = file.pattern.match(name)) all.insert(values->begin(), values->end());
  return all;
}

LotState state_of(const std::vector<store::Exchange>& files) {
  LotState state;
  for (const store::Exchange& file : files) {
    if (file.lot_file.empty()) {
      state.marker = true;
    } else {
      state.present.insert(file.lot_file);
    }
    state.first_arrival = state.first_arrival == base::Time{}
                              ? file.created
                              : std::min(state.first_arrival, file.created);
    state.last_arrival = std::max(state.last_arrival, file.created);
  }
  return state;
}

LotJudgement judge(const config::Lot& lot, const LotState& state, base::Time now) {
  LotJudgement answer;
  bool all = true;
  for (const config::LotFile& file : lot.files) {
    if (state.present.contains(file.name)) continue;
    all = false;
    if (file.required) answer.missing.push_back(file.name);
  }
  const bool said = (lot.complete.all && all) || (lot.complete.marker && state.marker);
  if (answer.missing.empty() && said) {
    answer.completion = Completion::complete;
    return answer;
  }
  if (answer.missing.empty() && lot.complete.quiet) {
    const base::Time quiet_at = state.last_arrival + *lot.complete.quiet;
    if (now >= quiet_at) {
      answer.completion = Completion::complete;
      return answer;
    }
    answer.look_again = quiet_at;
  }
  const base::Time overdue_at = state.first_arrival + lot.wait;
  if (now >= overdue_at) {
    answer.completion = Completion::overdue;
  } else {
    answer.look_again = answer.look_again ? std::min(*answer.look_again, overdue_at) : overdue_at;
  }
  return answer;
}

}  // namespace charmille::exchange
