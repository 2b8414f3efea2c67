// An adapter for tests: a source that makes every call of the contract, a destination that answers
// by script. It is built with the tests only and is not in the registry of the product.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/adapter.h"

namespace charmille::adapters::testing {

/// The registered object, for a list of adapters of a test's own: `testing`.
const Adapter& adapter();

/// What a scripted destination does with one attempt. In the settings, `answers: [retry, ambiguous,
/// success]`; the last one goes on for ever.
enum class Answer : std::uint8_t {
  success,
  duplicate,
  retry,
  ambiguous,  ///< it was received, but the answer is lost
  lost,       ///< nothing was received and the answer is lost
  reject,
  hold,
  hang,  ///< until the deadline
};

/// What all destinations of one endpoint name received, in order; for the checks of a test.
struct Received {
  base::Uuid delivery;
  std::uint32_t attempt = 0;
  std::string body;
  Answer answer = Answer::success;
};
std::vector<Received> received(const std::string& endpoint);
void forget_received();

/// What the source saw of the contract: one line a call, "accept already=no", "settled done", ...
std::vector<std::string> calls(const std::string& endpoint);
void forget_calls();

}  // namespace charmille::adapters::testing
