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
  bool resumed = false;    ///< begun before, by this process or by one that stopped
  bool interrupted =
      false;  ///< by the end of its process: counted, so that it does not go on for ever

  const store::Exchange& lead() const { return parts.front().exchange; }
  bool is_lot() const { return !lead().lot.empty(); }
};

}  // namespace charmille::exchange
