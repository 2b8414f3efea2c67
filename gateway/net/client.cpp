#include "gateway/net/client.h"

#include "gateway/net/http_transfer.h"
#include "gateway/net/multi.h"

namespace charmille::net {

namespace asio = boost::asio;

constexpr std::size_t kept_hosts = 8;  ///< whose connections are kept open

Client::Client(asio::any_io_executor executor, std::size_t per_host)
    : multi_(Multi::make(executor, per_host, kept_hosts)) {}

Client::~Client() {
  asio::post(multi_->strand(), [multi = multi_] { multi->stop(); });
}

asio::awaitable<Result<HttpAnswer>> Client::perform(HttpCall call) {
  return net::perform<HttpAnswer>(multi_, std::make_unique<HttpTransfer>(std::move(call)));
}

}  // namespace charmille::net
