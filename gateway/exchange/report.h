// What a sender is told about a payload: in words for people, in JSON for programs. It names file,
// line, column, local id, rule and remedy, and holds no values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/catalogue.h"
#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"

namespace charmille::exchange {

struct Refusal {
  base::Fault fault;
  std::string local_id;  ///< the sender's own name for the record, or empty
};

struct Report {
  /// More refusals than this are counted, not listed.
  static constexpr std::size_t most_listed = 1000;

  base::Uuid exchange;
  std::string file;    ///< the name the sender gave
  std::string sha256;  ///< hexadecimal
  base::Time received{};
  std::string time_zone;  ///< in which people read it: "Europe/Paris"; empty: UTC
  bool refused_whole = false;
  bool already_done =
      false;  ///< equals the last lot of this source and period: nothing was applied
  std::uint64_t accepted = 0;   ///< records applied
  std::uint64_t refused = 0;    ///< records in quarantine
  std::uint64_t unchanged = 0;  ///< of the accepted ones, those that changed nothing
  std::vector<Refusal> refusals;
  std::vector<Refusal> remarks;  ///< accepted, with something to look at
  std::uint64_t remarks_total = 0;

  void refuse(base::Fault fault, std::string local_id = {});
  void remark(base::Fault fault, std::string local_id = {});
  /// Adds the counts and lists of a part.
  void add(const Report& part);
  bool has_something_to_say() const {
    return refused_whole || refused > 0 || remarks_total > 0 || already_done;
  }
};

std::string to_text(const Report& report, base::Language language);
std::string to_json(const Report& report, base::Language language);

}  // namespace charmille::exchange
