#include "adapters/web/client.h"

#include <utility>

namespace charmille::adapters::web {

Client::Client(const Connection& connection, const boost::asio::any_io_executor& executor,
               const base::Clock& clock)
    : client_(executor, connection.connections) {
  if (connection.oauth2) tokens_ = std::make_shared<Tokens>(connection, executor, clock);
}

Task<net::HttpAnswer> Client::perform(net::HttpCall call) {
  if (!tokens_) co_return co_await client_.perform(std::move(call));
  for (int attempt = 1;; ++attempt) {
    auto token = co_await tokens_->current(call.deadline);
    if (!token) co_return fail(std::move(token.error()));
    net::HttpCall admitted = call;
    admitted.headers.emplace_back("Authorization", "Bearer " + *token);
    auto answer = co_await client_.perform(std::move(admitted));
    if (!answer || answer->status != 401) co_return answer;
    tokens_->forget(std::move(*token));
    if (attempt == 2) co_return answer;
  }
}

}  // namespace charmille::adapters::web
