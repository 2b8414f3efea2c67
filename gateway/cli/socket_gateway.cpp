#include <chrono>
#include <future>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "gateway/cli/gateway.h"
#include "gateway/codec/codec.h"
#include "gateway/net/client.h"
#include "gateway/net/initialise.h"

namespace charmille::cli {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t answer_limit = 512ULL << 20;

class SocketGateway final : public Gateway {
 public:
  explicit SocketGateway(std::filesystem::path socket) : socket_(std::move(socket)) {}

  Result<Answer> call(Question question) override {
    asio::io_context io;
    net::Client client(io.get_executor(), 1);
    net::HttpCall call;
    call.method = std::move(question.method);
    call.url = "http://charmille" + question.target;
    call.unix_socket = socket_;
    call.headers = std::move(question.headers);
    call.body = std::move(question.body);
    call.deadline = std::chrono::steady_clock::now() + question.at_most;
    call.answer_limit = answer_limit;
    auto future = asio::co_spawn(io, client.perform(std::move(call)), asio::use_future);
    // Until the answer is there, not until nothing is left: libcurl may read it when a timer fires,
    // and the wait on the connection that it keeps never ends.
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      if (io.run_one() == 0) break;
    auto answer = future.get();
    if (!answer) return fail(answer.error());
    const std::string type(answer->header("Content-Type"));
    return Answer{answer->status, type, std::move(answer->body)};
  }
  bool is_daemon() const override { return true; }

 private:
  std::filesystem::path socket_;
};

std::string login_of_process() {
  const passwd* entry =
      ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe): before any thread that would ask
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

/// Whether somebody listens; a socket file that a dead process left does not count.
Result<bool> listens(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = socket.string();
  if (text.size() >= sizeof address.sun_path)
    return fail("CH-NET-001", {}, {{"address", text}, {"reason", "path too long"}});
  text.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail(
        "CH-NET-002", {},
        {{"host", text}, {"reason", std::error_code(errno, std::generic_category()).message()}});
  const int done = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::close(fd);
  if (done == 0) return true;
  if (error == EACCES || error == EPERM)
    return fail("CH-CLI-022", {}, {{"login", login_of_process()}, {"socket", text}});
  if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR) return false;
  return fail(
      "CH-NET-002", {},
      {{"host", text}, {"reason", std::error_code(error, std::generic_category()).message()}});
}

}  // namespace

Result<std::unique_ptr<Gateway>> gateway_at_socket(const std::filesystem::path& socket) {
  const auto there = listens(socket);
  if (!there) return fail(there.error());
  if (!*there) return std::unique_ptr<Gateway>{};
  if (auto ready = net::initialise(); !ready) return fail(ready.error());
  return std::make_unique<SocketGateway>(socket);
}

Result<tree::Document> read_answer(const Answer& answer) {
  auto document = codec::read_json(answer.body, "");
  if (!document) return fail("CH-CLI-007");
  return document;
}

std::string encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  static constexpr std::string_view plain = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        plain.find(c) != plain.npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace charmille::cli
