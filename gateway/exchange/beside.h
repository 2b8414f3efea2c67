// What is kept sealed beside a payload: names, ids of the protocol, the report. And how a fault
// stands in an exchange's row.
#pragma once

#include <string>

#include "adapters/adapter.h"
#include "gateway/exchange/context.h"
#include "gateway/store/types.h"

namespace charmille::exchange {

struct Beside {
  std::string name;  ///< file name of the sender, or of the delivery
  std::string content_type;
  std::string reference;  ///< adapters::Metadata::reference
  std::string authentication;
  adapters::Pairs ids;  ///< outbound: what `prepare` gave; inbound: correlation
  std::string report;   ///< inbound: the report as JSON, or empty
};

std::string seal(const Vault& vault, const crypto::Key& key, const base::Uuid& payload,
                 const Beside& beside);

/// A payload opened, with what lies beside it.
struct Opened {
  base::Payload payload;
  Vault::KeyPtr key;
  std::string sha256;  ///< hexadecimal
  Beside beside;
};

/// Faults: CH-EXC-005 when the payload was destroyed, or what unsealing says.
Result<Opened> open(const Context& context, const store::Exchange& exchange);

/// Code, place and arguments of a fault as JSON; they hold no personal data.
std::string fault_json(const Fault& fault);
/// Writes a fault into the exchange's row.
void record_fault(store::Exchange& exchange, const Fault& fault);
/// A fault from its code and what `fault_json` wrote.
Fault fault_of(std::string_view code, std::string_view json);
/// The fault that was recorded, or nothing.
std::optional<Fault> recorded_fault(const store::Exchange& exchange);
bool is_ambiguous(const Fault& fault);

}  // namespace charmille::exchange
