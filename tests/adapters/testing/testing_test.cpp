#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <doctest/doctest.h>

#include "adapters/testing/config.h"
#include "tests/adapters/harness.h"

using namespace charmille;
using namespace charmille::adapters;
using namespace charmille::adapters::testing_harness;

TEST_CASE("the test source makes every call of the intake, in order") {
  Loop loop;
  const auto intake = std::make_shared<MemoryIntake>();
  intake->settle_with(Settlement{});
  Settings settings(loop);
  settings.list("payloads", {"{}"});
  CHECK(settings.check(*adapters::testing::adapter().source).empty());
  auto source = adapters::testing::adapter().make_source(settings.get());
  REQUIRE(source);
  adapters::testing::forget_calls();
  const asio::any_io_executor strand = asio::make_strand(loop.executor());
  asio::cancellation_signal signal;
  auto over = asio::co_spawn(strand, (*source)->run(intake),
                             asio::bind_cancellation_slot(signal.slot(), asio::use_future));
  const std::vector<std::string> expected{"recall 0",           "accept already=no", "settled 0",
                                          "accept already=yes", "settled 0",         "remember ok",
                                          "receipt ok",         "open whole {}"};
  CHECK(soon([&] { return adapters::testing::calls("endpoint") == expected; }));
  asio::post(strand, [&] { signal.emit(asio::cancellation_type::terminal); });
  CHECK(over.wait_for(5s) == std::future_status::ready);
}

TEST_CASE("the test destination follows its script and its probe tells the truth about it") {
  Loop loop;
  Settings settings(loop);
  settings.list("answers", {"retry", "lost", "ambiguous", "success"});
  auto destination = adapters::testing::adapter().make_destination(settings.get());
  REQUIRE(destination);
  adapters::testing::forget_received();
  const auto later = [] { return std::chrono::steady_clock::now() + 5s; };
  Outbound outbound;
  outbound.delivery.bytes[0] = 1;
  outbound.payload = base::Payload(std::string("x"));
  Envelope envelope;
  envelope.delivery = outbound.delivery;
  envelope.prepared = *(*destination)->prepare(outbound);
  const auto first = loop.run((*destination)->send(envelope, later()));
  REQUIRE_FALSE(first);
  CHECK_FALSE(net::is_ambiguous(first.error()));
  CHECK(net::is_ambiguous(loop.run((*destination)->send(envelope, later())).error()));
  CHECK(*loop.run((*destination)->probe(envelope, later())) == Probe::absent);
  CHECK(net::is_ambiguous(loop.run((*destination)->send(envelope, later())).error()));
  CHECK(*loop.run((*destination)->probe(envelope, later())) == Probe::there);
  CHECK(loop.run((*destination)->send(envelope, later())));
  CHECK(loop.run((*destination)->send(envelope, later())));
  CHECK(adapters::testing::received("endpoint").size() == 5);
}
