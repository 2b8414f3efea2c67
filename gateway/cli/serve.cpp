// charmille serve: the daemon.
#include <csignal>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>

#include "gateway/api/api.h"
#include "gateway/base/log.h"
#include "gateway/cli/session.h"
#include "gateway/cli/world.h"
#include "gateway/net/initialise.h"
#include "gateway/net/server.h"

namespace charmille::cli {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds drain_requests{10};
constexpr std::chrono::seconds drain_work{30};
constexpr unsigned worker_threads = 2;

struct Options {
  bool verbose = false;
};

/// sd_notify(3), without its library: one datagram to the socket that systemd names.
void notify_systemd(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (*path != '/' && *path != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view name(path);
  if (name.size() >= sizeof address.sun_path) return;
  name.copy(address.sun_path, name.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), length);
  ::close(fd);
}

net::ServerLimits limits_of(const config::Limits& given) {
  const auto milliseconds = [](base::Duration d) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(d);
  };
  net::ServerLimits limits;
  limits.body_bytes = static_cast<std::uint64_t>(given.body);
  limits.header_bytes = static_cast<std::size_t>(given.header);
  limits.connections = static_cast<std::size_t>(given.connections);
  limits.connections_per_address = static_cast<std::size_t>(given.per_address);
  limits.idle = milliseconds(given.idle);
  limits.header = milliseconds(given.request);
  return limits;
}

Result<net::Listen> tcp_of(const config::Site& site) {
  const config::Listen& listen = *site.listen;
  net::Listen to;
  to.address = listen.address.host == "localhost" ? "127.0.0.1" : listen.address.host;
  to.port = listen.address.port;
  to.spool_folder = site.state / "spool";
  to.limits = limits_of(listen.limits);
  if (!listen.tls) return to;
  if (listen.tls->key.file.empty()) return fail("CH-CLI-017", listen.tls->key.place);
  to.tls = net::ServerTls{.certificate = listen.tls->certificate,
                          .key = listen.tls->key.file,
                          .client_ca = listen.tls->client_ca.value_or(config::Path{}),
                          .client_crl = {}};
  return to;
}

net::Listen socket_of(const config::Site& site) {
  net::Listen to;
  to.unix_path = site.socket;
  to.spool_folder = site.state / "spool";
  return to;
}

/// What serves: built from the bottom up, taken down from the top.
class Daemon {
 public:
  explicit Daemon(std::shared_ptr<const exchange::Site> site) : site_(std::move(site)) {}
  Result<void> start();
  void stop();
  std::string where() const;

 private:
  Result<void> listen();
  void stop_server(std::unique_ptr<net::Server>& server);

  std::shared_ptr<const exchange::Site> site_;
  std::unique_ptr<exchange::Engine> engine_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<net::Server> tcp_;
  std::unique_ptr<net::Server> socket_;
};

Result<void> Daemon::start() {
  exchange::EngineOptions options;
  options.site = site_;
  options.clock = &base::system_clock();
  options.random = &base::system_random();
  options.worker_threads = worker_threads;
  auto engine = exchange::Engine::open(options);
  if (!engine) return fail(engine.error());
  engine_ = std::move(*engine);
  auto api = api::Api::make(*engine_);
  if (!api) return fail(api.error());
  api_ = std::move(*api);
  if (auto started = engine_->start(); !started) return started;
  return listen();
}

Result<void> Daemon::listen() {
  const config::Site& site = *site_->config;
  std::error_code error;
  std::filesystem::create_directories(site.state / "spool", error);
  if (error) return fail("CH-SYS-007", {}, {{"reason", error.message()}});
  const asio::any_io_executor io = engine_->context().io;
  const auto handler = [this](const net::HttpRequest& request) { return api_->handle(request); };
  auto socket = net::Server::start(io, socket_of(site), handler);
  if (!socket) return fail(socket.error());
  socket_ = std::move(*socket);
  if (!site.listen) return {};
  auto to = tcp_of(site);
  if (!to) return fail(to.error());
  auto tcp = net::Server::start(io, std::move(*to), handler);
  if (!tcp) return fail(tcp.error());
  tcp_ = std::move(*tcp);
  return {};
}

std::string Daemon::where() const {
  if (!tcp_) return "-";
  return site_->config->listen->address.host + ":" + std::to_string(tcp_->port());
}

void Daemon::stop_server(std::unique_ptr<net::Server>& server) {
  if (!server) return;
  const auto deadline = std::chrono::steady_clock::now() + drain_requests;
  const asio::any_io_executor io = engine_->context().io;
  asio::co_spawn(io, server->stop(deadline), asio::use_future).wait();
  server.reset();
}

/// Nothing new comes in, from partners or from persons, while what is under way ends.
void Daemon::stop() {
  stop_server(tcp_);
  stop_server(socket_);
  if (api_) api_->stop();
  if (engine_) engine_->stop(drain_work);
  api_.reset();
  engine_.reset();
}

/// The signals that ask something of the daemon, kept from the moment that this is made: one that
/// comes while the gateway starts is not lost, and does not cut it short.
class Signals {
 public:
  Signals() { wait(); }
  /// Returns when one asks to stop.
  void wait_for_stop() { io_.run(); }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error || number != SIGHUP) return;
      base::log(base::Level::warning, "reload.unsupported",
                {{"remedy", "restart to take a new configuration"}});
      wait();
    });
  }

  asio::io_context io_;
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
};

Exit serve(Session& s, const Options& o) {
  const auto begun = std::chrono::steady_clock::now();
  Signals signals;
  ::umask(077);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // no core file holds a key or a child
  base::start_log(o.verbose ? base::Level::debug : base::Level::info);
  if (auto ready = net::initialise(); !ready) return s.failed(ready.error());
  const auto loaded = load_whole_site(s);
  for (const Fault& fault : loaded.faults) s.print(fault);
  if (!loaded.site) return Exit::usage;
  for (const Fault& warning : loaded.warnings)
    base::log(base::Level::warning, "configuration",
              {{"code", std::string(warning.code)}, {"place", base::describe(warning.place)}});
  Daemon daemon(loaded.site);
  if (auto started = daemon.start(); !started) {
    s.print(started.error());
    daemon.stop();
    return Exit::system;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  // Reading and compiling the configuration took memory that nothing needs any more.
  ::malloc_trim(0);
  base::log(base::Level::info, "ready",
            {{"address", daemon.where()},
             {"socket", loaded.site->config->socket.string()},
             {"ms", std::to_string(took.count())}});
  notify_systemd("READY=1");
  signals.wait_for_stop();
  notify_systemd("STOPPING=1");
  base::log(base::Level::info, "stopping");
  daemon.stop();
  base::log(base::Level::info, "stopped");
  return Exit::done;
}

}  // namespace

void add_serve(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "serve", std::string(s.say("la passerelle elle-même ; SIGTERM l'arrête proprement",
                                 "the gateway itself; SIGTERM stops it in order")));
  auto o = std::make_shared<Options>();
  command->add_flag("-v,--verbose", o->verbose,
                    std::string(s.say("un journal plus détaillé", "a more detailed log")));
  command->callback([&s, o] { s.chosen = [&s, o] { return serve(s, *o); }; });
}

}  // namespace charmille::cli
