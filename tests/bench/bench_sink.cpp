// A server that takes everything: answers 200 to each POST at once and counts. GET /count prints
// the count; SIGTERM prints it and ends.
//   bench_sink [PORT]      0, the default: any free port; the port is printed first
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vector>

namespace {

std::uint64_t posts = 0;

/// Takes whole requests off the front of what was read and appends their answers. False: not HTTP
/// as we speak it.
bool answer(std::string& in, std::string& out) {
  for (;;) {
    const std::size_t end = in.find("\r\n\r\n");
    if (end == in.npos) return in.size() < 65'536;
    const std::string saved = std::move(in);
    const std::string_view head(saved.data(), end + 2);
    std::size_t length = 0;
    const char* field = ::strcasestr(saved.c_str(), "\r\ncontent-length:");
    if (field != nullptr && field < saved.data() + end)
      length = std::strtoul(field + 17, nullptr, 10);
    if (saved.size() < end + 4 + length) {
      in = saved;
      return true;
    }
    in = saved.substr(end + 4 + length);
    std::string body;
    if (head.starts_with("GET /count ")) body = std::to_string(posts) + "\n";
    if (head.starts_with("POST ") || head.starts_with("PUT ")) ++posts;
    out += "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
}

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 256) != 0) {
    std::perror("bench_sink");
    std::exit(2);
  }
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  std::fflush(stdout);
  return fd;
}

void watch(int poll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  const int signals = ::signalfd(-1, &ends, SFD_CLOEXEC);
  const int listener = listen_on(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(poll, signals);
  watch(poll, listener);
  std::map<int, std::string> pending;
  std::vector<epoll_event> events(256);
  char buffer[65'536];
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == signals) {
        std::printf("posts %llu\n", static_cast<unsigned long long>(posts));
        return 0;
      }
      if (fd == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (accepted >= 0) watch(poll, accepted);
        continue;
      }
      const ssize_t read = ::recv(fd, buffer, sizeof buffer, 0);
      std::string& in = pending[fd];
      if (read > 0) in.append(buffer, static_cast<std::size_t>(read));
      std::string out;
      const bool fine = read > 0 && answer(in, out);
      if (!out.empty() && ::send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0)
        std::perror("bench_sink: send");
      if (fine) continue;
      pending.erase(fd);
      ::close(fd);
    }
  }
}
