#include <pwd.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "gateway/api/api.h"
#include "gateway/base/log.h"
#include "gateway/cli/gateway.h"
#include "gateway/cli/world.h"
#include "gateway/net/initialise.h"

namespace charmille::cli {
namespace {

namespace asio = boost::asio;

net::Login login_of_process() {
  net::Login login{::geteuid(), ::getpid(), {}};
  const passwd* entry =
      ::getpwuid(login.uid);  // NOLINT(concurrency-mt-unsafe): before any thread that would ask
  login.name = entry != nullptr ? entry->pw_name : std::to_string(login.uid);
  return login;
}

Result<std::string> bytes_of(const base::Payload& payload) {
  constexpr std::uint64_t limit = 512ULL << 20;
  return payload.bytes(limit);
}

/// The same handlers as the daemon's, on an engine that is open and not started.
class LocalGateway final : public Gateway {
 public:
  LocalGateway(std::unique_ptr<exchange::Engine> engine, std::unique_ptr<api::Api> api)
      : engine_(std::move(engine)), api_(std::move(api)), peer_(std::make_shared<net::Peer>()) {
    peer_->login = login_of_process();
  }
  ~LocalGateway() override {
    api_->stop();
    engine_->stop(std::chrono::seconds(5));
    api_.reset();
  }

  Result<Answer> call(Question question) override {
    const auto target = net::split_target(question.target);
    if (!target) return fail("CH-API-003");
    net::HttpRequest request;
    request.method = question.method;
    request.target = question.target;
    request.segments = target->segments;
    request.query = target->query;
    for (const auto& [name, value] : question.headers) request.headers.emplace_back(name, value);
    request.body = question.body;
    request.peer = peer_;
    const asio::any_io_executor workers = engine_->context().workers;
    // Waited for here, so the request outlives it.
    auto answering = api_->handle(request);
    auto reply = asio::co_spawn(workers, std::move(answering), asio::use_future).get();
    auto body = bytes_of(reply.body);
    if (!body) return fail(body.error());
    Answer answer{reply.status, {}, std::move(*body)};
    for (const auto& [name, value] : reply.headers)
      if (net::equal_ignoring_case(name, "Content-Type")) answer.content_type = value;
    return answer;
  }
  bool is_daemon() const override { return false; }

 private:
  std::unique_ptr<exchange::Engine> engine_;
  std::unique_ptr<api::Api> api_;
  std::shared_ptr<net::Peer> peer_;
};

}  // namespace

Result<std::unique_ptr<Gateway>> gateway_in_process(const std::filesystem::path& configuration) {
  if (auto ready = net::initialise(); !ready) return fail(ready.error());
  base::start_log(base::Level::error);  // what happens is what the command prints
  auto loaded = load_whole_site(configuration);
  if (!loaded.site) return fail(loaded.faults.front());
  exchange::EngineOptions options;
  options.site = std::move(loaded.site);
  options.clock = &base::system_clock();
  options.random = &base::system_random();
  auto engine = exchange::Engine::open(options);
  if (!engine) return fail(engine.error());
  auto api = api::Api::make(**engine);
  if (!api) return fail(api.error());
  return std::make_unique<LocalGateway>(std::move(*engine), std::move(*api));
}

}  // namespace charmille::cli
