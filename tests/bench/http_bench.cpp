// What our own server and client cost: CPU of a kept-alive request of 760 bytes, each side measured
// alone on its thread.
//   http_bench [REQUESTS]
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>
#include <time.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "gateway/net/client.h"
#include "gateway/net/initialise.h"
#include "gateway/net/server.h"

namespace {

namespace asio = boost::asio;
namespace net = charmille::net;

asio::awaitable<net::HttpResponse> accept_all(const net::HttpRequest& request) {
  net::HttpResponse response;
  response.status = request.body.size() == 760 ? 202 : 400;
  response.body = charmille::base::Payload(
      "{\"exchange\": \"0197c0de-0000-7000-8000-000000000000\", \"state\": \"received\"}\n");
  co_return response;
}

/// A thread that runs one io_context and knows what it cost.
struct Loop {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  std::thread thread{[this] { io.run(); }};

  ~Loop() {
    work.reset();
    io.stop();
    thread.join();
  }
  double cpu_seconds() {
    std::promise<double> result;
    asio::post(io, [&result] {
      timespec t{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
      result.set_value(static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9);
    });
    return result.get_future().get();
  }
};

asio::awaitable<void> call_many(net::Client* client, std::string url, int count, int* good,
                                std::promise<void>* done, int* running) {
  const charmille::base::Payload body(std::string(760, 'x'));
  for (int i = 0; i < count; ++i) {
    net::HttpCall call;
    call.url = url;
    call.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", std::to_string(i)}};
    call.body = body;
    call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto answer = co_await client->perform(std::move(call));
    if (answer && answer->status == 202) ++*good;
  }
  if (--*running == 0) done->set_value();
}

}  // namespace

int main(int argc, char** argv) {
  const int total = argc > 1 ? std::atoi(argv[1]) : 40'000;
  constexpr int concurrency = 16;
  if (!net::initialise()) return 2;
  Loop server_loop;
  Loop client_loop;
  auto server = net::Server::start(server_loop.io.get_executor(), net::Listen{}, accept_all);
  if (!server) return 2;
  const std::string url =
      "http://127.0.0.1:" + std::to_string((*server)->port()) + "/v1/endpoints/bench";
  net::Client client(client_loop.io.get_executor(), concurrency);
  const double server_before = server_loop.cpu_seconds();
  const double client_before = client_loop.cpu_seconds();
  int good = 0;
  int running = concurrency;
  std::promise<void> done;
  for (int i = 0; i < concurrency; ++i)
    asio::co_spawn(client_loop.io,
                   call_many(&client, url, total / concurrency, &good, &done, &running),
                   asio::detached);
  done.get_future().wait();
  const double each = 1e6 / total;
  std::printf("%d of %d answered; server %.1f us CPU a request, client %.1f us CPU a call\n", good,
              total, (server_loop.cpu_seconds() - server_before) * each,
              (client_loop.cpu_seconds() - client_before) * each);
  return good == total / concurrency * concurrency ? 0 : 1;
}
