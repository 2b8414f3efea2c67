// Waiting and giving up, and leaving a failing peer alone.
#include "gateway/exchange/retry.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/exchange/breaker.h"

namespace charmille::exchange {
namespace {

using namespace std::chrono_literals;

/// Draws the same byte for ever: 0x00 is the least, 0xFF the most.
class Fixed final : public base::Random {
 public:
  explicit Fixed(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, byte_); }

 private:
  std::uint8_t byte_;
};

config::Retry plan() {
  config::Retry made;
  made.first = 5s;
  made.factor = 2;
  made.most = 60s;
  made.jitter = 20;
  made.give_up = 1h;
  return made;
}

const base::Time start = *base::parse_rfc3339("2026-06-30T12:00:00Z");

}  // namespace

TEST_CASE("waits double up to the longest, and vary by no more than the jitter") {
  Fixed least(0x00);
  Fixed most(0xFF);
  CHECK(wait_after(plan(), 1, least) == 4s);
  CHECK(wait_after(plan(), 2, least) == 8s);
  CHECK(wait_after(plan(), 10, least) == 48s);
  CHECK(wait_after(plan(), 1, most) <= 6s);
  CHECK(wait_after(plan(), 1, most) > 5900ms);
  CHECK(wait_after(plan(), 1000, most) <= 72s);
}

TEST_CASE("what the peer asks for lengthens a wait and never shortens it") {
  Fixed least(0x00);
  CHECK(next_attempt(plan(), 1, start, start, base::Duration(30s), least) == start + 30s);
  CHECK(next_attempt(plan(), 1, start, start, base::Duration(1s), least) == start + 4s);
}

TEST_CASE("after the time to give up a person is asked") {
  Fixed least(0x00);
  CHECK(next_attempt(plan(), 3, start, start + 59min, {}, least).has_value());
  CHECK_FALSE(next_attempt(plan(), 3, start, start + 1h, {}, least).has_value());
}

TEST_CASE(
    "a breaker opens after five failures in a row, lets one trial through, and closes on a "
    "success") {
  Fixed least(0x00);
  using Answer = Breaker::Answer;
  Breaker breaker(plan());
  for (int i = 1; i < 5; ++i) CHECK_FALSE(breaker.failed(start, least, false));
  CHECK(breaker.asks(start) == Answer::yes);
  CHECK(breaker.failed(start, least, false));
  CHECK(breaker.is_open());
  CHECK(breaker.asks(start) == Answer::no);
  CHECK(breaker.asks(breaker.closed_until()) == Answer::trial);
  CHECK(breaker.asks(breaker.closed_until()) == Answer::no);
  breaker.succeeded();
  CHECK(breaker.asks(start) == Answer::yes);
  CHECK_FALSE(breaker.is_open());
}

TEST_CASE("attempts that began before a breaker opened do not keep it open for longer") {
  Fixed least(0x00);
  Breaker breaker(plan());
  for (int i = 0; i < 5; ++i) breaker.failed(start, least, false);
  const auto until = breaker.closed_until();
  for (int i = 0; i < 11; ++i) CHECK_FALSE(breaker.failed(start, least, false));
  CHECK(breaker.closed_until() == until);
  REQUIRE(breaker.asks(until) == Breaker::Answer::trial);
  CHECK_FALSE(breaker.failed(until, least, false));  // a straggler: the trial is still under way
  CHECK(breaker.asks(until) == Breaker::Answer::no);
  CHECK_FALSE(breaker.failed(until, least, true));
  CHECK(breaker.closed_until() - until > until - start);
}

}  // namespace charmille::exchange
