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

namespace charmille::exchange {

struct LotMatch {
  std::string file;  ///< config::LotFile::name; empty for the marker
  std::string key;  ///< value of the key's placeholder ("2026-06-30"), or of the file's own coarser
                    ///< one ("2026-06")
  bool coarse = false;  ///< `key` is only the beginning of the lot's key
};

/// Which file of which lot a name is; nothing when no pattern takes it.
std::optional<LotMatch> match(const config::Lot& lot, std::string_view name);

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

LotJudgement judge(const config::Lot& lot, const LotState& state, base::Time now);

}  // namespace charmille::exchange
