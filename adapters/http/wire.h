// What HTTP says and what it means here: content types, idempotency keys, answers to a push. No
// input or output here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/adapter.h"

namespace charmille::adapters::http {

/// 1 to 255 visible ASCII characters.
bool is_idempotency_key(std::string_view key);

/// `wait` of a request target: seconds, at most `most`; zero when absent. Nothing when it is no
/// number.
std::optional<std::chrono::seconds> wait_of(std::string_view target, std::chrono::seconds most);

/// Does `Accept` prefer plain text to JSON?
bool wants_text(std::string_view accept);

/// "https://h/status/{key}" with the key filled in, percent-encoded.
std::string fill_key(std::string_view url_template, std::string_view key);

Response accepted_answer(const base::Uuid& exchange, std::string_view state);
Response settled_answer(const Settlement& settlement, bool as_text);
/// The answer to a push that was not accepted.
Response refused_answer(const Fault& fault);

}  // namespace charmille::adapters::http
