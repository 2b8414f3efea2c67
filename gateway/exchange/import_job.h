// One import to be done: the parts of a lot, its lead first, or one payload.
#pragma once

#include <string>
#include <vector>

#include "gateway/exchange/beside.h"

namespace charmille::exchange {

/// One payload to be read: a file of a lot, or the only one.
struct Part {
  store::Exchange exchange;
  Opened opened;
  bool replaced = false;  ///< a later file of the same name came: settled with its lot, never read

  const std::string& name() const {
    return opened.beside.name;
  }  ///< what faults and reports call it
};

struct ImportJob {
  std::vector<Part> parts;
  std::string lot_digest;  ///< of a lot: keyed, over its files
  std::string number;      ///< of a payload that names its lot itself
  bool resumed = false;    ///< begun before, by this process or by one that stopped
  bool interrupted =
      false;  ///< by the end of its process: counted, so that it does not go on for ever

  const store::Exchange& lead() const { return parts.front().exchange; }
  bool is_lot() const { return !lead().lot.empty(); }
};

/// The sender's file names may be a person's, and are kept sealed only: a fault that is stored
/// names the declared file of the lot instead, or none.
inline Fault without_sender_names(const ImportJob& job, Fault fault) {
  for (const Part& part : job.parts)
    if (fault.place.file == part.name()) {
      fault.place.file = part.exchange.lot_file;
      break;
    }
  return fault;
}

}  // namespace charmille::exchange
