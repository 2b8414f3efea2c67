#include "gateway/exchange/lots.h"

#include <algorithm>

namespace charmille::exchange {
namespace {

/// The lot that the values name: by the key's placeholder, else by the first other one, which is
/// then a beginning of it.
LotMatch locate(const config::Lot& lot, std::string file,
                const config::NamePattern::Values& values) {
  if (const auto key = values.find(lot.key); key != values.end())
    return {std::move(file), key->second, false};
  return {std::move(file), values.empty() ? std::string{} : values.begin()->second, true};
}

}  // namespace

std::optional<LotMatch> match(const config::Lot& lot, std::string_view name) {
  for (const config::LotFile& file : lot.files)
    if (const auto values = file.pattern.match(name)) return locate(lot, file.name, *values);
  if (lot.complete.marker)
    if (const auto values = lot.complete.marker->match(name)) return locate(lot, {}, *values);
  return {};
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
