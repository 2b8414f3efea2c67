// A real sshd for the tests of this folder, and an endpoint that speaks to it.
#pragma once

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <doctest/doctest.h>

#include "adapters/sftp/config.h"
#include "tests/adapters/harness.h"

namespace charmille::adapters::sftp::testing {

using namespace charmille::adapters::testing_harness;
namespace fs = std::filesystem;

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string run_script(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe))
    out.append(buffer, count);
  ::pclose(pipe);
  return out;
}

/// sshd as tests/testbed/start-sftp.sh starts it, until the end of the test.
class Server {
 public:
  explicit Server(const std::string& environment = {}) {
    const fs::path bed = fs::path(std::getenv("CHARMILLE_SOURCE")) / "tests/testbed";
    stop_ = (bed / "stop.sh").string() + " " + work_.path().string();
    std::printf("%s", run_script(environment + " " + (bed / "start-sftp.sh").string() + " " +
                                 work_.path().string() + " 2>&1")
                          .c_str());
    REQUIRE(fs::exists(path("sftp.pid")));
  }
  ~Server() { (void)run_script(stop_); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  fs::path path(const std::string& name) const { return work_.path() / "sftp" / name; }
  fs::path in() const { return path("data/in"); }
  fs::path out() const { return path("data/out"); }
  std::string first_line(const std::string& name) const {
    const std::string text = read_file(path(name));
    return text.substr(0, text.find('\n'));
  }
  std::int64_t port() const { return std::stoll(first_line("port")); }
  /// Empty folders, and logins counted anew.
  void begin_test() {
    for (const fs::path& folder : {in(), out()}) {
      fs::remove_all(folder);
      fs::create_directory(folder);
    }
    logins_before_ = 0;
    logins_before_ = logins();
  }
  std::size_t logins() const {
    const std::string log = read_file(path("sshd.log"));
    std::size_t count = 0;
    for (std::size_t at = log.find("Accepted publickey"); at != log.npos;
         at = log.find("Accepted publickey", at + 1))
      ++count;
    return count - logins_before_;
  }
  /// Ends the sessions under way, not the server.
  void cut_sessions() const {
    std::istringstream pids(run_script("pgrep -P " + first_line("sftp.pid")));
    for (int pid = 0; pids >> pid;) ::kill(pid, SIGKILL);
  }

 private:
  TemporaryFolder work_;
  std::string stop_;
  std::size_t logins_before_ = 0;
};

inline bool has_sshd() {
  const bool there = fs::exists("/usr/sbin/sshd") && fs::exists("/usr/bin/ssh-keygen");
  if (!there) MESSAGE("skipped: openssh-server or openssh-client is not installed");
  return there;
}

/// One for all tests that leave it as they found it.
inline Server& shared_server() {
  static Server server;
  server.begin_test();
  return server;
}

/// Longer than other tests wait: keys are made and exchanged, on a machine that may be busy.
template <class Check>
bool in_time(Check check) {
  return soon(std::move(check), 30s);
}

/// The settings that every endpoint of these tests has.
inline Settings settings_for(Loop& loop, const Server& server,
                             const std::string& key = "client_key",
                             const std::string& fingerprint = "host_key.fp") {
  Settings settings(loop);
  settings.text("host", "127.0.0.1")
      .integer("port", server.port())
      .text("user", "root")
      .list("host-keys", {server.first_line(fingerprint)})
      .object("key", "file", server.path(key).string())
      .text("timeout", "20s")
      .text("connect-timeout", "20s");
  return settings;
}

/// An endpoint that takes files, running until the end of the test.
class Drop {
 public:
  Drop(Loop& loop, Settings& settings, std::shared_ptr<MemoryIntake> intake)
      : strand_(asio::make_strand(loop.io())), intake_(std::move(intake)) {
    const Setting setting = settings.text("folder", "in").get();
    auto made = sftp::adapter().make_source(setting);
    REQUIRE(made);
    source_ = std::move(*made);
  }
  ~Drop() { stop(); }

  void start() {
    running_ = true;
    asio::co_spawn(strand_, again(), asio::bind_cancellation_slot(cancel_.slot(), [this](auto) {
                     ended_.set_value();
                   }));
  }
  void stop() {
    if (!running_) return;
    asio::post(strand_, [this] { cancel_.emit(asio::cancellation_type::terminal); });
    ended_.get_future().wait();
    running_ = false;
  }
  MemoryIntake& intake() { return *intake_; }
  Source& source() { return *source_; }
  std::vector<std::string> faults() {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

 private:
  /// As the engine does, with a shorter pause.
  asio::awaitable<void> again() {
    for (;;) {
      const auto ended = co_await source_->run(intake_);
      if (!ended && ended.error().code != "CH-NET-008") {  // that is how it is stopped
        const std::lock_guard lock(mutex_);
        faults_.emplace_back(ended.error().code);
      }
      asio::steady_timer pause(co_await asio::this_coro::executor, 10ms);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  asio::strand<asio::io_context::executor_type> strand_;  // of the task and of what ends it
  std::shared_ptr<MemoryIntake> intake_;
  std::unique_ptr<Source> source_;
  asio::cancellation_signal cancel_;
  std::promise<void> ended_;
  bool running_ = false;
  std::mutex mutex_;
  std::vector<std::string> faults_;
};

/// The visible files of a folder, sorted.
inline std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> out;
  if (!fs::exists(folder)) return out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) out.push_back(entry.path().filename());
  std::ranges::sort(out);
  return out;
}

}  // namespace charmille::adapters::sftp::testing
