// Exchanges: seen by persons and, each its own, by partners; replayed, released, cancelled by
// persons.
#include <algorithm>

#include "gateway/api/api.h"
#include "gateway/api/render.h"
#include "gateway/base/bytes.h"
#include "gateway/exchange/beside.h"
#include "gateway/exchange/lot_keeper.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t most = 1000;
constexpr std::uint64_t usual = 100;
constexpr std::uint32_t most_of_flow = 200;

Fault unknown() {
  return fault("CH-API-010");
}
/// CH-API-012 names them all.
Fault unknown_state(std::string_view word) {
  std::string all;
  for (int i = 0; i < 256; ++i) {
    const auto name = store::name_of(static_cast<store::State>(i));
    if (store::state_of(name)) all += (all.empty() ? "" : ", ") + std::string(name);
  }
  return fault("CH-API-012", {}, {{"value", base::printable(word, 40)}, {"values", all}});
}

Result<std::vector<store::State>> states_of(std::string_view words) {
  std::vector<store::State> states;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const auto state = store::state_of(word);
    if (!state) return fail(unknown_state(word));
    states.push_back(*state);
  }
  return states;
}

Result<void> read_direction(const Call& call, store::ExchangeFilter& filter) {
  const auto word = call.parameter("direction");
  if (!word) return {};
  if (*word != "in" && *word != "out") return fail(unreadable("direction", "in"));
  filter.direction = *word == "in" ? store::Direction::in : store::Direction::out;
  return {};
}

Result<store::ExchangeFilter> filter_of(const Call& call) {
  store::ExchangeFilter filter;
  filter.partner = call.parameter("partner").value_or("");
  filter.endpoint = call.parameter("endpoint").value_or("");
  filter.route = call.parameter("route").value_or("");
  if (auto done = read_direction(call, filter); !done) return fail(done.error());
  auto states = states_of(call.parameter("state").value_or(""));
  if (!states) return fail(states.error());
  filter.states = std::move(*states);
  if (const auto flow = call.parameter("flow")) {
    filter.flow = base::Uuid::parse(*flow);
    if (!filter.flow) return fail(unreadable("flow", id_example));
  }
  const auto since = call.time("since");
  const auto until = call.time("until");
  const auto before = call.number("before", UINT64_MAX);
  const auto limit = call.number("limit", usual);
  if (!since) return fail(since.error());
  if (!until) return fail(until.error());
  if (!before) return fail(before.error());
  if (!limit) return fail(limit.error());
  filter.since = *since;
  filter.until = *until;
  filter.before = *before;
  filter.limit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, most));
  return filter;
}

tree::Node node_of(tree::Document& doc, const store::Exchange& exchange, base::Language language) {
  return to_node(doc, exchange, exchange::recorded_fault(exchange), language);
}

tree::Node nodes_of(tree::Document& doc, const std::vector<store::Exchange>& exchanges,
                    base::Language language) {
  std::vector<tree::Node> nodes;
  nodes.reserve(exchanges.size());
  for (const store::Exchange& exchange : exchanges)
    nodes.push_back(node_of(doc, exchange, language));
  return doc.array(nodes);
}

/// The exchange of the path, when the caller may see it.
Result<store::Exchange> visible(Api& api, const Call& call) {
  const auto id = call.id("exchange");
  if (!id) return fail(id.error());
  auto found = api.context().store.exchange(*id);
  if (!found) return fail(found.error());
  if (!*found) return fail(unknown());
  const bool own =
      (*found)->partner == call.caller.name && (*found)->direction == store::Direction::in;
  if (call.caller.kind == Caller::Kind::partner && !own) return fail(unknown());
  return std::move(**found);
}

/// What a file's lot waits for: the required files that have not come; and when time alone
/// completes it, or is over.
struct Waiting {
  std::vector<std::string> missing;
  std::string until;
};
Result<Waiting> waiting_of(Api& api, const store::Exchange& exchange) {
  Waiting waiting;
  const auto endpoint = api.site().endpoints.find(exchange.endpoint);
  if (exchange.state != store::State::waiting || endpoint == api.site().endpoints.end() ||
      !endpoint->second.lot)
    return waiting;
  const auto files = exchange::files_waiting(api.context(), exchange.endpoint, exchange.lot);
  if (!files) return fail(files.error());
  const auto judged =
      exchange::judge(*endpoint->second.lot, exchange::state_of(*files), api.context().clock.now());
  waiting.missing = judged.missing;
  if (judged.look_again) waiting.until = base::to_rfc3339(*judged.look_again);
  return waiting;
}

tree::Node to_node(tree::Document& doc, const Waiting& waiting) {
  if (waiting.missing.empty() && waiting.until.empty()) return tree::Node::null();
  std::vector<tree::Node> missing;
  for (const std::string& name : waiting.missing) missing.push_back(doc.text(name));
  return without_blanks(doc, {{"missing", doc.array(missing)}, {"until", doc.text(waiting.until)}});
}

Reply reply_with(const Call& call, const Result<store::Exchange>& exchange) {
  if (!exchange) return refusal(call, exchange.error());
  tree::Document doc;
  doc.set_root(node_of(doc, *exchange, call.language));
  return json_reply(200, doc);
}

/// What a person asks to be done: the exchange of the path, the login and the reason.
struct Request {
  base::Uuid exchange;
  exchange::events::Person person;
};
Result<Request> request_of(const Call& call, bool needs_reason) {
  const auto id = call.id("exchange");
  if (!id) return fail(id.error());
  const auto body = json_body(call);
  if (!body) return fail(body.error());
  if (needs_reason)
    if (const auto reason = reason_of(*body); !reason) return fail(reason.error());
  return Request{*id, {call.caller.name, text_field(*body, "reason")}};
}

}  // namespace

Reply list_exchanges(Api& api, const Call& call) {
  const auto filter = filter_of(call);
  if (!filter) return refusal(call, filter.error());
  const auto found = api.context().store.exchanges(*filter);
  if (!found) return refusal(call, found.error());
  tree::Document doc;
  const bool more = found->size() == filter->limit;
  doc.set_root(without_blanks(
      doc, {{"exchanges", nodes_of(doc, *found, call.language)},
            {"next", more ? doc.integer(static_cast<std::int64_t>(found->back().number))
                          : tree::Node::null()}}));
  return json_reply(200, doc);
}

Reply get_exchange(Api& api, const Call& call) {
  const auto exchange = visible(api, call);
  if (!exchange || call.caller.kind != Caller::Kind::person) return reply_with(call, exchange);
  store::Store& store = api.context().store;
  store::ExchangeFilter filter;
  filter.flow = exchange->flow;
  filter.limit = most_of_flow;
  const auto flow = store.exchanges(filter);
  if (!flow) return refusal(call, flow.error());
  tree::Document doc;
  tree::Node payload = tree::Node::null();
  if (exchange->payload) {
    const auto row = store.payload(*exchange->payload);
    if (!row) return refusal(call, row.error());
    if (*row)
      payload = doc.object({{"size", doc.integer(static_cast<std::int64_t>((*row)->size))},
                            {"sha256", doc.text(base::to_hex(base::as_bytes((*row)->sha256)))}});
  }
  const auto waiting = waiting_of(api, *exchange);
  if (!waiting) return refusal(call, waiting.error());
  doc.set_root(without_blanks(doc, {{"exchange", node_of(doc, *exchange, call.language)},
                                    {"waitsFor", to_node(doc, *waiting)},
                                    {"payload", payload},
                                    {"flow", nodes_of(doc, *flow, call.language)}}));
  return json_reply(200, doc);
}

Reply get_report(Api& api, const Call& call) {
  const auto exchange = visible(api, call);
  if (!exchange) return refusal(call, exchange.error());
  const auto opened = exchange::open(api.context(), *exchange);
  if (!opened) return refusal(call, opened.error());
  if (opened->beside.report.empty())
    return reply_with(call, exchange);  // nothing to say: its state is the report
  return {200, {{"Content-Type", "application/json"}}, base::Payload(opened->beside.report)};
}

asio::awaitable<Reply> post_payload(Api& api, CallPtr call) {
  auto request = request_of(*call, true);
  if (!request) co_return refusal(*call, request.error());
  auto exchange = visible(api, *call);
  if (!exchange) co_return refusal(*call, exchange.error());
  auto opened =
      co_await api.engine().operations().content(std::move(*exchange), std::move(request->person));
  if (!opened) co_return refusal(*call, opened.error());
  Reply reply;
  reply.headers.emplace_back("Content-Type", "application/octet-stream");
  reply.body = std::move(opened->payload);
  co_return reply;
}

asio::awaitable<Reply> post_replay(Api& api, CallPtr call) {
  auto request = request_of(*call, false);
  if (!request) co_return refusal(*call, request.error());
  const auto done =
      co_await api.engine().operations().replay(request->exchange, std::move(request->person));
  co_return reply_with(*call, done);
}

asio::awaitable<Reply> post_release(Api& api, CallPtr call) {
  auto request = request_of(*call, false);
  if (!request) co_return refusal(*call, request.error());
  const auto released =
      co_await api.engine().operations().release(request->exchange, std::move(request->person));
  if (!released) co_return refusal(*call, released.error());
  if (released->lot) {
    const Result<store::Exchange> lot = *released->lot;
    co_return reply_with(*call, lot);
  }
  tree::Document doc;
  doc.set_root(
      doc.object({{"released", doc.integer(static_cast<std::int64_t>(released->deliveries))}}));
  co_return json_reply(200, doc);
}

asio::awaitable<Reply> post_cancel(Api& api, CallPtr call) {
  auto request = request_of(*call, true);
  if (!request) co_return refusal(*call, request.error());
  const auto done =
      co_await api.engine().operations().cancel(request->exchange, std::move(request->person));
  co_return reply_with(*call, done);
}

asio::awaitable<Reply> post_extraction(Api& api, CallPtr call) {
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  std::string route = text_field(*body, "route");
  if (route.empty()) co_return refusal(*call, fault("CH-API-007", {}, {{"field", "route"}}));
  exchange::events::Person person{call->caller.name, text_field(*body, "reason")};
  const auto made = co_await api.engine().operations().extract(
      std::move(route), text_field(*body, "period"), std::move(person));
  if (!made) co_return refusal(*call, made.error());
  tree::Document doc;
  std::vector<tree::Node> ids;
  for (const base::Uuid& id : *made) ids.push_back(doc.text(id.text()));
  doc.set_root(doc.object({{"deliveries", doc.array(ids)}}));
  co_return json_reply(200, doc);
}

}  // namespace charmille::api
