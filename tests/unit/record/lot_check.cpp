#include "gateway/record/lot_check.h"

#include <doctest/doctest.h>

using charmille::record::LotCheck;
using charmille::record::plain_number;
using Answer = LotCheck::Answer;

namespace {

constexpr std::uint64_t high(std::uint64_t value) {
  return value << 32 | value;
}

}  // namespace

TEST_CASE("an identical row counts once, and every other time is a repeat") {
  LotCheck lot;
  lot.feed(high(1), high(10), 0);
  lot.feed(high(2), high(20), 0);
  lot.feed(high(1), high(10), 0);
  lot.feed(high(1), high(10), 0);
  lot.finish();
  CHECK(lot.rows() == 4);
  CHECK(lot.ask(high(1)) == Answer::first);
  CHECK(lot.ask(high(2)) == Answer::alone);
  CHECK(lot.ask(high(1)) == Answer::repeated);
  CHECK(lot.ask(high(1)) == Answer::repeated);
  CHECK(lot.conflicting() == 0);
}

TEST_CASE("one id with two contents puts every such row aside, identical ones too") {
  LotCheck lot;
  lot.feed(high(1), high(10), 0);
  lot.feed(high(1), high(11), 0);
  lot.feed(high(1), high(10), 0);
  lot.feed(high(3), high(10), 0);
  lot.finish();
  for (int i = 0; i < 3; ++i) CHECK(lot.ask(high(1)) == Answer::conflicting);
  CHECK(lot.ask(high(3)) == Answer::alone);
  CHECK(lot.conflicting() == 1);
}

TEST_CASE("a number on two children is shared; on two rows of one child it is not") {
  LotCheck lot;
  lot.feed(high(1), high(10), high(7));
  lot.feed(high(2), high(20), high(7));
  lot.feed(high(3), high(30), high(8));
  lot.feed(high(3), high(30), high(8));
  lot.feed(high(4), high(40), 0);
  lot.feed(high(5), high(50), 0);
  lot.finish();
  CHECK(lot.is_shared(high(7)));
  CHECK_FALSE(lot.is_shared(high(8)));
  CHECK_FALSE(lot.is_shared(0));
  CHECK(lot.shared() == 1);
}

TEST_CASE("ids that differ in their high or low half only are different") {
  LotCheck lot;
  lot.feed(0x0000000100000002, high(1), 0);
  lot.feed(0x0000000200000002, high(2), 0);
  lot.feed(0x0000000100000003, high(3), 0);
  lot.finish();
  CHECK(lot.ask(0x0000000100000002) == Answer::alone);
  CHECK(lot.conflicting() == 0);
}

TEST_CASE("a number is compared without blanks and without its key") {
  CHECK(plain_number("1 15 08 62 969 255") == "1150862969255");
  CHECK(plain_number("115086296925563") == "1150862969255");
  CHECK(plain_number("207062a983324") == "207062A983324");
  CHECK(plain_number("12345").empty());
}
