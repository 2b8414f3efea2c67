// A circuit breaker: a peer that fails again and again is left alone for a while, then tried with
// one delivery.
#pragma once

#include <cstdint>

#include "gateway/base/time.h"
#include "gateway/exchange/retry.h"

namespace charmille::exchange {

class Breaker {
 public:
  /// Failures in a row that open it.
  static constexpr std::uint32_t threshold = 5;

  explicit Breaker(config::Retry plan) : plan_(plan) {}

  /// Whether a send may start now. When open and the time is over, exactly one trial is let
  /// through.
  bool allows(base::Time now) {
    if (failures_ < threshold) return true;
    if (now < closed_until_ || trial_) return false;
    trial_ = true;
    return true;
  }
  void succeeded() {
    failures_ = 0;
    trial_ = false;
  }
  /// True when this failure opened it.
  bool failed(base::Time now, base::Random& random) {
    ++failures_;
    trial_ = false;
    if (failures_ < threshold) return false;
    closed_until_ = now + wait_after(plan_, failures_ - threshold + 1, random);
    return failures_ == threshold;
  }
  /// A trial that came to no answer about the peer (cancelled).
  void undecided() { trial_ = false; }
  bool is_open() const { return failures_ >= threshold; }
  base::Time closed_until() const { return closed_until_; }

 private:
  config::Retry plan_;
  std::uint32_t failures_ = 0;
  bool trial_ = false;
  base::Time closed_until_{};
};

}  // namespace charmille::exchange
