#include "gateway/net/multi.h"

#include <map>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <curl/curl.h>

namespace charmille::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

/// Everything here runs on the strand. Sockets belong to libcurl; each has a descriptor registered
/// with Asio from the moment libcurl opens it until it closes it, so that a kept connection costs
/// no registration a call.
class CurlMulti final : public Multi, public std::enable_shared_from_this<CurlMulti> {
 public:
  CurlMulti(const asio::any_io_executor& executor, std::size_t per_host, std::size_t kept_hosts,
            std::shared_ptr<void> context)
      : context_(std::move(context)),
        strand_(asio::make_strand(executor)),
        timer_(strand_),
        multi_(curl_multi_init()) {
    CURLM* m = multi_.get();
    curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
    curl_multi_setopt(m, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
    curl_multi_setopt(m, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(m, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(per_host));
    // Its own limit follows the number of transfers under way, and closes connections in each lull.
    curl_multi_setopt(m, CURLMOPT_MAXCONNECTS, static_cast<long>(kept_hosts * per_host));
    curl_multi_setopt(m, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }
  ~CurlMulti() override {
    running_.clear();
    multi_.reset();
  }

  const asio::any_io_executor& strand() const override { return strand_; }

  std::uint64_t begin(std::unique_ptr<Transfer> transfer) override {
    const std::uint64_t id = next_id_++;
    transfer->take(take_easy());
    auto ready = stopped_ ? Result<void>(fail("CH-NET-008")) : transfer->prepare();
    if (!ready) {
      transfer->refuse(ready.error());
      transfer->tell();
      return id;
    }
    CURL* e = transfer->easy();
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, &CurlMulti::on_open);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, &CurlMulti::on_close);
    curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, this);
    running_.emplace(e, Running{id, std::move(transfer)});
    curl_multi_add_handle(multi_.get(), e);
    return id;
  }

  void cancel(std::uint64_t id) override {
    for (auto at = running_.begin(); at != running_.end(); ++at)
      if (at->second.id == id) {
        drop(at);
        return;
      }
  }

  void stop() override {
    stopped_ = true;
    while (!running_.empty()) drop(running_.begin());
    spare_.clear();
    timer_.cancel();
    multi_.reset();
  }

 private:
  struct Running {
    std::uint64_t id;
    std::unique_ptr<Transfer> transfer;
  };
  using Transfers = std::map<CURL*, Running>;
  /// A socket of libcurl's and what libcurl wants to know about it.
  struct Watched {
    asio::posix::stream_descriptor descriptor;
    bool read = false;
    bool write = false;
    bool reading = false;  ///< a wait is under way
    bool writing = false;
  };
  using Sockets = std::map<curl_socket_t, std::shared_ptr<Watched>>;

  Easy take_easy() {
    if (spare_.empty()) return Easy(curl_easy_init());
    Easy easy = std::move(spare_.back());
    spare_.pop_back();
    return easy;
  }

  void drop(Transfers::iterator at) {
    at->second.transfer->refuse(fault("CH-NET-008"));
    end(at);
  }

  void end(Transfers::iterator at) {
    Running running = std::move(at->second);
    running_.erase(at);
    curl_multi_remove_handle(multi_.get(), running.transfer->easy());
    Easy easy = running.transfer->release();
    if (spare_.size() < 32) {
      curl_easy_reset(easy.get());
      spare_.push_back(std::move(easy));
    }
    running.transfer->tell();
  }

  void reap() {
    int left = 0;
    while (multi_) {
      const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
      if (message == nullptr) return;
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto at = running_.find(message->easy_handle);
      if (at == running_.end()) continue;
      at->second.transfer->conclude(code);
      end(at);
    }
  }

  void act(curl_socket_t socket, int events) {
    if (!multi_) return;
    int running = 0;
    curl_multi_socket_action(multi_.get(), socket, events, &running);
    reap();
  }

  void wait(curl_socket_t fd, const std::shared_ptr<Watched>& watched, bool for_read) {
    bool& under_way = for_read ? watched->reading : watched->writing;
    if (under_way || !(for_read ? watched->read : watched->write)) return;
    under_way = true;
    const auto kind = for_read ? asio::posix::stream_descriptor::wait_read
                               : asio::posix::stream_descriptor::wait_write;
    auto ready = [weak = weak_from_this(), fd, watched, for_read](const ErrorCode& ec) {
      (for_read ? watched->reading : watched->writing) = false;
      const auto self = weak.lock();
      if (!self || ec == asio::error::operation_aborted || !watched->descriptor.is_open()) return;
      if (for_read ? watched->read : watched->write)
        self->act(fd, ec ? CURL_CSELECT_ERR : for_read ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
      if (watched->descriptor.is_open()) self->wait(fd, watched, for_read);
    };
    watched->descriptor.async_wait(kind, std::move(ready));
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self_pointer, void*) {
    auto& self = *static_cast<CurlMulti*>(self_pointer);
    const auto at = self.sockets_.find(fd);
    if (at == self.sockets_.end()) return 0;
    const auto& watched = at->second;
    watched->read = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
    watched->write = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
    self.wait(fd, watched, true);
    self.wait(fd, watched, false);
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* self_pointer) {
    auto& self = *static_cast<CurlMulti*>(self_pointer);
    const std::uint64_t round = ++self.timer_round_;
    if (milliseconds < 0) return 0;  // the round has moved on: a timer under way comes to nothing
    auto fire = [weak = self.weak_from_this(), round](const ErrorCode& ec) {
      const auto alive = weak.lock();
      if (alive && !ec && alive->timer_round_ == round) alive->act(CURL_SOCKET_TIMEOUT, 0);
    };
    if (milliseconds == 0) {
      asio::post(self.strand_, [fire = std::move(fire)] { fire({}); });
      return 0;
    }
    self.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    self.timer_.async_wait(std::move(fire));
    return 0;
  }

  static curl_socket_t on_open(void* self_pointer, curlsocktype, curl_sockaddr* address) {
    auto& self = *static_cast<CurlMulti*>(self_pointer);
    const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    auto watched = std::make_shared<Watched>(Watched{asio::posix::stream_descriptor(self.strand_)});
    ErrorCode ec;
    watched->descriptor.assign(fd, ec);
    if (ec) {
      ::close(fd);
      return CURL_SOCKET_BAD;
    }
    self.sockets_.insert_or_assign(fd, std::move(watched));
    return fd;
  }

  static int on_close(void* self_pointer, curl_socket_t fd) {
    auto& self = *static_cast<CurlMulti*>(self_pointer);
    const auto at = self.sockets_.find(fd);
    if (at == self.sockets_.end()) return ::close(fd);
    ErrorCode ignored;
    at->second->descriptor.close(ignored);
    self.sockets_.erase(at);
    return 0;
  }

  std::shared_ptr<void> context_;  // outlives everything here
  asio::any_io_executor strand_;
  asio::steady_timer timer_;
  Sockets sockets_;  // outlives multi_, whose end closes sockets
  std::vector<Easy> spare_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  Transfers running_;
  std::uint64_t next_id_ = 1;
  std::uint64_t timer_round_ = 0;
  bool stopped_ = false;
};

}  // namespace

void FreeEasy::operator()(EasyHandle* easy) const {
  curl_easy_cleanup(easy);
}
void FreeList::operator()(curl_slist* list) const {
  curl_slist_free_all(list);
}

std::shared_ptr<Multi> Multi::make(const asio::any_io_executor& executor, std::size_t per_host,
                                   std::size_t kept_hosts, std::shared_ptr<void> context) {
  return std::make_shared<CurlMulti>(executor, per_host, kept_hosts, std::move(context));
}

}  // namespace charmille::net
