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

  /// Whether a delivery may go. An open breaker lets one trial through once its time is over; what
  /// becomes of the trial alone closes it, or keeps it open for longer.
  enum class Answer : std::uint8_t { no, yes, trial };

  explicit Breaker(config::Retry plan) : plan_(plan) {}

  Answer asks(base::Time now) {
    if (!is_open()) return Answer::yes;
    if (now < closed_until_ || trial_) return Answer::no;
    trial_ = true;
    return Answer::trial;
  }
  void succeeded() {
    failures_ = openings_ = 0;
    trial_ = false;
  }
  /// True when this failure opened it. Attempts that began before it opened change nothing.
  bool failed(base::Time now, base::Random& random, bool was_trial) {
    const bool opens = !is_open() && ++failures_ == threshold;
    if (!opens && !was_trial) return false;
    trial_ = false;
    closed_until_ = now + wait_after(plan_, ++openings_, random);
    return opens;
  }
  /// The trial came to no answer about the peer.
  void undecided() { trial_ = false; }
  bool is_open() const { return failures_ >= threshold; }
  base::Time closed_until() const { return closed_until_; }

 private:
  config::Retry plan_;
  std::uint32_t failures_ = 0;  ///< in a row, until it opens
  std::uint32_t openings_ = 0;  ///< in a row: each keeps it open for longer
  bool trial_ = false;          ///< one is under way
  base::Time closed_until_{};
};

}  // namespace charmille::exchange
