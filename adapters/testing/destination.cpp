#include "adapters/testing/destination.h"

#include <algorithm>
#include <map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::adapters::testing {
namespace {

namespace asio = boost::asio;

struct Ledger {
  std::mutex mutex;
  std::map<std::string, std::vector<Received>> by_endpoint;
};
Ledger& ledger() {
  static Ledger all;
  return all;
}

Fault lost_answer() {
  Fault f = fault("CH-NET-005", {}, {{"host", "testing"}});
  f.args.emplace_back("ambiguous", "yes");
  return f;
}

class TestingDestination final : public Destination {
 public:
  TestingDestination(std::string endpoint, std::vector<Answer> script)
      : endpoint_(std::move(endpoint)), script_(std::move(script)) {}

  Result<Prepared> prepare(Outbound outbound) override {
    Pairs ids{{"key", outbound.delivery.text()}};
    return Prepared{std::move(outbound.payload), std::move(ids), std::move(outbound.content_type)};
  }

  Task<Delivered> send(Envelope envelope, Deadline deadline) override {
    const std::size_t at = next_.fetch_add(1);
    const Answer answer = script_[std::min(at, script_.size() - 1)];
    auto body = envelope.prepared.payload.bytes(64ULL << 20);
    if (!body) co_return fail(body.error());
    note({envelope.delivery, envelope.attempt, std::move(*body), answer});
    if (answer == Answer::hang) {
      asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      co_return fail(lost_answer());
    }
    Delivered delivered;
    delivered.duplicate = answer == Answer::duplicate;
    switch (answer) {
      case Answer::retry:
        co_return fail("CH-POST-002", {}, {{"status", "503"}});
      case Answer::reject:
        co_return fail("CH-POST-003", {}, {{"status", "422"}});
      case Answer::hold:
        co_return fail("CH-POST-004", {}, {{"status", "401"}});
      case Answer::ambiguous:
      case Answer::lost:
        co_return fail(lost_answer());
      default:
        co_return delivered;
    }
  }

  /// There when an attempt of this delivery was taken, whether or not its answer arrived.
  Task<Probe> probe(Envelope envelope, Deadline) override {
    const auto all = received(endpoint_);
    const bool there = std::ranges::any_of(all, [&](const Received& one) {
      return one.delivery == envelope.delivery &&
             (one.answer == Answer::ambiguous || one.answer == Answer::success ||
              one.answer == Answer::duplicate);
    });
    co_return there ? Probe::there : Probe::absent;
  }

  Task<Response> query(Query query, Deadline) override {
    Response out;
    out.body = base::Payload("{\"operation\": \"" + query.operation + "\"}");
    co_return out;
  }

 private:
  void note(Received one) {
    const std::lock_guard lock(ledger().mutex);
    ledger().by_endpoint[endpoint_].push_back(std::move(one));
  }

  std::string endpoint_;
  std::vector<Answer> script_;
  std::atomic<std::size_t> next_ = 0;
};

}  // namespace

std::unique_ptr<Destination> make_destination(std::string endpoint, std::vector<Answer> script) {
  return std::make_unique<TestingDestination>(std::move(endpoint), std::move(script));
}

std::vector<Received> received(const std::string& endpoint) {
  const std::lock_guard lock(ledger().mutex);
  return ledger().by_endpoint[endpoint];
}

void forget_received() {
  const std::lock_guard lock(ledger().mutex);
  ledger().by_endpoint.clear();
}

}  // namespace charmille::adapters::testing
