#include "adapters/testing/source.h"

#include <map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::adapters::testing {
namespace {

namespace asio = boost::asio;

constexpr auto patience = std::chrono::seconds(20);

struct Calls {
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> by_endpoint;
};
Calls& all_calls() {
  static Calls calls;
  return calls;
}

Deadline soon() {
  return std::chrono::steady_clock::now() + patience;
}

std::string said(const Result<void>& result) {
  return result ? "ok" : std::string(result.error().code);
}

class TestingSource final : public Source {
 public:
  TestingSource(std::string endpoint, std::vector<std::string> payloads)
      : endpoint_(std::move(endpoint)), payloads_(std::move(payloads)) {}

  /// recall, then for each payload: accept with state, the same again, settled; then remember, a
  /// receipt, the first payload read again.
  Task<void> run(std::shared_ptr<Intake> intake) override {
    const auto state = co_await intake->recall();
    note("recall " + (state ? std::to_string(state->size()) : std::string(state.error().code)));
    for (std::size_t i = 0; i < payloads_.size(); ++i) {
      auto offered = co_await offer(*intake, i);
      if (!offered) co_return offered;
      offered = co_await offer(*intake, i);
      if (!offered) co_return offered;
    }
    AdapterState marks;
    marks.put.emplace_back("rounds", "1");
    marks.erase.emplace_back("payload-0");
    const auto remembered = co_await intake->remember(std::move(marks), soon());
    note("remember " + said(remembered));
    Receipt late;
    late.correlation.emplace_back("delivery", "unknown");
    const auto received = co_await intake->receipt(std::move(late), soon());
    note("receipt " + said(received));
    const auto kept = co_await read_again(*intake);
    note("open " + (kept ? *kept : std::string(kept.error().code)));
    asio::steady_timer rest(co_await asio::this_coro::executor,
                            asio::steady_timer::time_point::max());
    co_await rest.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return Result<void>{};
  }

  Task<Response> handle(std::shared_ptr<Intake> intake, Request request) override {
    note("handle " + request.method);
    Arrival arrival;
    arrival.payload = std::move(request.body);
    arrival.metadata.authentication = request.authentication;
    const auto accepted = co_await intake->accept(std::move(arrival), request.deadline);
    if (!accepted) co_return fail(accepted.error());
    Response out;
    out.status = 202;
    out.body = base::Payload(accepted->exchange.text());
    co_return out;
  }

  Task<void> settle(Settlement settlement, Deadline) override {
    note("settle " + settlement.reference + " " +
         std::to_string(static_cast<int>(settlement.outcome)));
    co_return Result<void>{};
  }

 private:
  Task<void> offer(Intake& intake, std::size_t index) {
    const std::string name = "payload-" + std::to_string(index);
    Arrival arrival;
    arrival.payload = base::Payload(payloads_[index]);
    arrival.metadata.name = name;
    arrival.metadata.content_type = "application/json";
    arrival.metadata.authentication = "folder";
    arrival.metadata.idempotency_key = endpoint_ + "-" + name;
    arrival.metadata.reference = name;
    arrival.state.put.emplace_back(name, "seen");
    arrival.names.push_back({name, "whole"});
    const auto accepted = co_await intake.accept(std::move(arrival), soon());
    if (!accepted) {
      note("accept " + std::string(accepted.error().code));
      co_return fail(accepted.error());
    }
    note(std::string("accept already=") + (accepted->already ? "yes" : "no"));
    const auto settled = co_await intake.settled(accepted->exchange, soon());
    const bool known = settled && settled->has_value();
    note("settled " +
         (known ? std::to_string(static_cast<int>((*settled)->outcome)) : std::string("unknown")));
    co_return Result<void>{};
  }

  /// The first payload, by its name.
  Task<std::string> read_again(Intake& intake) {
    const auto found = co_await intake.find("payload-0", soon());
    if (!found) co_return fail(found.error());
    if (found->empty()) co_return std::string("nothing");
    const auto kept = co_await intake.open(found->front().exchange, soon());
    if (!kept) co_return fail(kept.error());
    if (!*kept) co_return std::string("nothing");
    const auto bytes = (*kept)->payload.bytes(1024);
    if (!bytes) co_return fail(bytes.error());
    co_return found->front().part + ' ' + *bytes;
  }

  void note(std::string line) {
    Calls& calls = all_calls();
    const std::lock_guard lock(calls.mutex);
    calls.by_endpoint[endpoint_].push_back(std::move(line));
  }

  std::string endpoint_;
  std::vector<std::string> payloads_;
};

}  // namespace

std::unique_ptr<Source> make_source(std::string endpoint, std::vector<std::string> payloads) {
  return std::make_unique<TestingSource>(std::move(endpoint), std::move(payloads));
}

std::vector<std::string> calls(const std::string& endpoint) {
  Calls& all = all_calls();
  const std::lock_guard lock(all.mutex);
  return all.by_endpoint[endpoint];
}

void forget_calls() {
  Calls& all = all_calls();
  const std::lock_guard lock(all.mutex);
  all.by_endpoint.clear();
}

}  // namespace charmille::adapters::testing
