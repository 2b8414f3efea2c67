// The tables of a SQLite store, and their version.
#pragma once

#include "gateway/store/sqlite/database.h"

namespace charmille::store::sqlite {

/// Written in the file's header: "Chml".
inline constexpr std::int64_t kApplication = 0x43686d6c;
inline constexpr std::int64_t kSchemaVersion = 3;

/// Where an exchange stands in the work that is left; the only thing that the indexes of open work
/// look at.
enum class Work : std::uint8_t {
  none = 0,     ///< settled
  resume = 1,   ///< inbound: to be processed, or its source is to be told
  waiting = 2,  ///< inbound: a file of a lot that is not complete
  parked = 3,   ///< inbound: waits for a person
  head = 4,     ///< outbound: oldest of its lane, and may go once due
  behind = 5,   ///< outbound: behind another one, or it waits for a person
};

/// What a name leads to, behind `Store::named` and `NamesAt`.
inline constexpr char kNamed[] =
    "SELECT exchange, part FROM name WHERE name = ?1 ORDER BY exchange DESC LIMIT ?2";

/// Makes the tables in a new file; or checks that the file is ours, and brings one of an earlier
/// version to this one.
/// Faults: CH-STO-002 (a later version), CH-STO-006 (another program's file), CH-STO-004.
Result<void> prepare_schema(Connection& db);

/// What `tally` counts: states of exchanges under their own numbers, then these.
enum class Tally : std::uint8_t { children = 100, statements = 101, quarantine_open = 102 };

}  // namespace charmille::store::sqlite
