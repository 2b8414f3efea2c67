// Lots: the files that one extraction of a partner gives together. Pure code: which file belongs
// where, and whether a lot is complete. What is stored about them is the lot keeper's work.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/time.h"
#include "gateway/config/site.h"
#include "gateway/store/types.h"

namespace charmille::exchange {

struct LotMatch {
  std::string file;  ///< config::LotFile::name; empty for the marker
  /// Value of the key's placeholder ("2026-06-30"); empty when the name has none
  /// ("EO_Presences_202606"): the file joins whichever lot of its endpoint is complete next.
  std::string key;
};

/// Which file of which lot a name is; nothing when no pattern takes it.
std::optional<LotMatch> match(const config::Lot& lot, std::string_view name);

/// What the names of a lot's files say: the values of every placeholder ("date", "month").
config::NamePattern::Values values_of(const config::Lot& lot,
                                      const std::vector<std::string>& names);

struct LotState {
  std::set<std::string> present;  ///< names of the declared files that have come
  bool marker = false;
  base::Time first_arrival{};
  base::Time last_arrival{};
};

enum class Completion : std::uint8_t {
  complete,
  open,
  overdue,  ///< still incomplete after `wait`: a person is told
};

struct LotJudgement {
  Completion completion = Completion::open;
  std::vector<std::string> missing;      ///< required files that have not come
  std::optional<base::Time> look_again;  ///< when time alone may change the answer
};

/// Of the files that wait for one lot.
LotState state_of(const std::vector<store::Exchange>& files);

LotJudgement judge(const config::Lot& lot, const LotState& state, base::Time now);

}  // namespace charmille::exchange
