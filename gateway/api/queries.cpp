// Questions to partners that want an answer now.
#include "gateway/api/api.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

/// Less than a command waits for its answer.
constexpr auto at_most = std::chrono::seconds(50);

/// `{"operation": ..., "parameters": {NAME: TEXT}}`. CH-API-007, -006.
Result<adapters::Query> query_of(const tree::Document& body) {
  adapters::Query query;
  query.operation = text_field(body, "operation");
  if (query.operation.empty()) return fail("CH-API-007", {}, {{"field", "operation"}});
  const tree::Node* parameters = body.root().find("parameters");
  if (parameters == nullptr) return query;
  const auto items = parameters->items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!parameters->is(tree::Kind::object) || !items[i].is(tree::Kind::text))
      return fail(unreadable("parameters", "{\"rpps\": \"10000000017\"}"));
    query.parameters.emplace_back(parameters->key(i), items[i].chars());
  }
  return query;
}

}  // namespace

asio::awaitable<Reply> post_query(Api& api, CallPtr call) {
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  auto query = query_of(*body);
  if (!query) co_return refusal(*call, query.error());
  exchange::events::Person person{call->caller.name, text_field(*body, "reason")};
  const adapters::Deadline deadline = api.context().clock.steady() + at_most;
  auto answer = co_await api.engine().query(call->part("endpoint"), std::move(*query),
                                            std::move(person), deadline);
  co_return reply_of(*call, std::move(answer));
}

}  // namespace charmille::api
