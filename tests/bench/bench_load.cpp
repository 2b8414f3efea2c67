// A load generator that costs little: POSTs a body with unique ids over kept connections for some
// seconds, then prints the rate and the latencies of the acknowledgements.
//   bench_load http://127.0.0.1:8080/v1/endpoints/x --body FILE [--token T] [--type
//   application/json]
//              [--seconds 10] [--concurrency 16] [--id PREFIX]
// Every "{id}" of the body becomes PREFIX and a number, always of the same length.
#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <netinet/tcp.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "bench_load: %s\n", what.c_str());
  std::exit(2);
}

struct Plan {
  sockaddr_in address{};
  std::string request;           // with ten digits where an id goes
  std::vector<std::size_t> ids;  // where those digits are
  std::chrono::seconds duration{10};
  std::size_t concurrency = 16;
};

struct Connection {
  int fd = -1;
  std::string request;
  std::string answer;
  Clock::time_point sent;
};

struct Tally {
  std::uint64_t next_id = 1;
  std::map<int, std::uint64_t> statuses;
  std::vector<std::uint32_t> micros;
};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

Plan read_plan(std::span<char*> args) {
  std::map<std::string, std::string> options{{"--type", "application/json"},
                                             {"--seconds", "10"},
                                             {"--concurrency", "16"},
                                             {"--id", "bench-"},
                                             {"--token", ""},
                                             {"--body", ""}};
  std::string url;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const std::string name = args[i];
    if (!name.starts_with("--"))
      url = name;
    else if (!options.contains(name) || i + 1 >= args.size())
      die("unknown option " + name);
    else
      options[name] = args[++i];
  }
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) die("the URL must be http://ADDRESS:PORT/PATH");
  const std::size_t slash = std::min(url.find('/', scheme.size()), url.size());
  const std::string host = url.substr(scheme.size(), slash - scheme.size());
  const std::size_t colon = host.find(':');
  Plan plan;
  plan.address.sin_family = AF_INET;
  plan.address.sin_port = htons(
      static_cast<std::uint16_t>(colon == host.npos ? 80 : std::stoi(host.substr(colon + 1))));
  if (::inet_pton(AF_INET, host.substr(0, colon).c_str(), &plan.address.sin_addr) != 1)
    die("the address must be numeric");
  std::ifstream file(options["--body"], std::ios::binary);
  if (!file) die("--body FILE cannot be read");
  constexpr std::string_view digits = "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01";
  const std::string body = replaced({std::istreambuf_iterator<char>(file), {}}, "{id}",
                                    options["--id"] + std::string(digits));
  plan.request = "POST " + (slash == url.size() ? "/" : url.substr(slash)) +
                 " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: " + options["--type"] +
                 "\r\nContent-Length: " + std::to_string(body.size()) +
                 "\r\nIdempotency-Key: " + options["--id"] + std::string(digits) + "\r\n";
  if (!options["--token"].empty())
    plan.request += "Authorization: Bearer " + options["--token"] + "\r\n";
  plan.request += "\r\n" + body;
  for (std::size_t at = 0; (at = plan.request.find(digits, at)) != plan.request.npos;
       at += digits.size())
    plan.ids.push_back(at);
  plan.duration = std::chrono::seconds(std::stoi(options["--seconds"]));
  plan.concurrency = static_cast<std::size_t>(std::stoul(options["--concurrency"]));
  return plan;
}

void open(Connection& connection, const Plan& plan, int poll) {
  connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(connection.fd, reinterpret_cast<const sockaddr*>(&plan.address),
                sizeof plan.address) != 0)
    die(std::string("cannot connect: ") + std::strerror(errno));
  connection.request = plan.request;
  connection.answer.clear();
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, connection.fd, &event);
}

/// Requests are small: they fit the socket's buffer, so a blocking send does not block.
void send_next(Connection& connection, const Plan& plan, Tally& tally) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%010llu", static_cast<unsigned long long>(tally.next_id++));
  for (const std::size_t at : plan.ids) connection.request.replace(at, 10, digits, 10);
  connection.sent = Clock::now();
  const ssize_t sent =
      ::send(connection.fd, connection.request.data(), connection.request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(connection.request.size())) tally.statuses[-1]++;
}

/// The status once the whole answer is there, 0 before.
int complete(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == answer.npos || answer.size() < 12) return 0;
  std::size_t length = 0;
  const char* field = ::strcasestr(answer.c_str(), "\r\ncontent-length:");
  if (field != nullptr) length = std::strtoul(field + 17, nullptr, 10);
  if (answer.size() < end + 4 + length) return 0;
  return std::atoi(answer.c_str() + 9);
}

void print(Tally& tally, double seconds) {
  std::ranges::sort(tally.micros);
  const auto at = [&](double share) {
    if (tally.micros.empty()) return 0.0;
    const auto index =
        static_cast<std::size_t>(share * static_cast<double>(tally.micros.size() - 1));
    return tally.micros[index] / 1000.0;
  };
  std::uint64_t accepted = 0;
  for (const auto& [status, count] : tally.statuses)
    if (status >= 200 && status < 300) accepted += count;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  std::printf(
      "accepted %llu, %.0f/s, p50 %.2f ms, p99 %.2f ms, max %.2f ms, generator %.1f us a request\n",
      static_cast<unsigned long long>(accepted), static_cast<double>(accepted) / seconds, at(0.5),
      at(0.99), at(1.0), cpu / static_cast<double>(std::max<std::size_t>(tally.micros.size(), 1)));
  for (const auto& [status, count] : tally.statuses)
    if (status < 200 || status >= 300)
      std::printf("%s %d: %llu\n", status < 0 ? "broken connection" : "status", status,
                  static_cast<unsigned long long>(count));
}

}  // namespace

int main(int argc, char** argv) {
  const Plan plan = read_plan({argv, static_cast<std::size_t>(argc)});
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections(plan.concurrency);
  Tally tally;
  tally.micros.reserve(1 << 20);
  const auto began = Clock::now();
  const auto end = began + plan.duration;
  for (Connection& connection : connections) {
    open(connection, plan, poll);
    send_next(connection, plan, tally);
  }
  std::size_t in_work = connections.size();
  std::vector<epoll_event> events(plan.concurrency);
  char buffer[16384];
  while (in_work > 0) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 10'000);
    if (count <= 0) die("no answer for 10 s");
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const ssize_t read = ::recv(connection.fd, buffer, sizeof buffer, 0);
      if (read > 0) connection.answer.append(buffer, static_cast<std::size_t>(read));
      const int status = read > 0 ? complete(connection.answer) : -1;
      if (status == 0) continue;
      const auto now = Clock::now();
      tally.statuses[status]++;
      if (status > 0)
        tally.micros.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(now - connection.sent).count()));
      const bool again = now < end;
      if (!again) --in_work;
      if (status < 0) ::close(connection.fd);
      if (status < 0 && again) open(connection, plan, poll);
      connection.answer.clear();
      if (again) send_next(connection, plan, tally);
    }
  }
  print(tally, std::chrono::duration<double>(Clock::now() - began).count());
  return 0;
}
