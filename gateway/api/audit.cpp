// The audit log: asked, and verified. Each question is itself written to the log before it is
// answered.
#include <algorithm>

#include "gateway/api/api.h"
#include "gateway/api/render.h"
#include "gateway/audit/verify.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/merkle/events.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

const base::Uuid no_exchange{};

constexpr std::chrono::seconds patience{20};

Fault unreadable(std::string_view name) {
  return fault("CH-API-006", {}, {{"name", std::string(name)}});
}

Result<std::optional<base::Time>> time_of(const Call& call, std::string_view name) {
  const auto text = call.parameter(name);
  if (!text) return std::optional<base::Time>{};
  const auto time = base::parse_rfc3339(*text);
  if (!time) return fail(unreadable(name));
  return std::optional<base::Time>(*time);
}

Result<std::optional<merkle::Outcome>> outcome_of(const Call& call) {
  const auto text = call.parameter("outcome");
  if (!text) return std::optional<merkle::Outcome>{};
  for (const auto outcome : {merkle::Outcome::success, merkle::Outcome::minor,
                             merkle::Outcome::serious, merkle::Outcome::major})
    if (*text == std::to_string(static_cast<int>(outcome)))
      return std::optional<merkle::Outcome>(outcome);
  return fail(unreadable("outcome"));
}

Result<audit::Query> query_of(const Call& call) {
  audit::Query query;
  query.peer = call.parameter("peer").value_or("");
  query.endpoint = call.parameter("endpoint").value_or("");
  query.event = call.parameter("event").value_or("");
  const auto since = time_of(call, "since");
  const auto until = time_of(call, "until");
  const auto outcome = outcome_of(call);
  const auto before = call.number("before", UINT64_MAX);
  const auto limit = call.number("limit", 100);
  if (!since) return fail(since.error());
  if (!until) return fail(until.error());
  if (!outcome) return fail(outcome.error());
  if (!before) return fail(before.error());
  if (!limit) return fail(limit.error());
  if (const auto exchange = call.parameter("exchange")) {
    query.exchange = base::Uuid::parse(*exchange);
    if (!query.exchange) return fail(unreadable("exchange"));
  }
  query.since = *since;
  query.until = *until;
  query.outcome = *outcome;
  query.before = *before;
  query.limit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, 1000));
  return query;
}

/// The leaf as it was hashed, read as JSON; of a purged one the hash remains.
Result<tree::Node> to_node(tree::Document& into, const store::LeafRow& row) {
  const tree::Node hash = into.text(base::to_hex(base::as_bytes(row.hash)));
  const tree::Node seq = into.integer(static_cast<std::int64_t>(row.seq));
  if (row.record.empty())
    return into.object({{"seq", seq}, {"hash", hash}, {"purged", tree::Node::boolean(true)}});
  const auto leaf = codec::read_json(row.record, "");
  if (!leaf) return fail(leaf.error());
  return into.object({{"seq", seq}, {"hash", hash}, {"leaf", into.copy(leaf->root())}});
}

Reply page_reply(const Call& call, const audit::Page& page) {
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const store::LeafRow& row : page.leaves) {
    const auto node = to_node(doc, row);
    if (!node) return refusal(call, node.error());
    nodes.push_back(*node);
  }
  doc.set_root(
      without_blanks(doc, {{"leaves", doc.array(nodes)},
                           {"next", page.next ? doc.integer(static_cast<std::int64_t>(*page.next))
                                              : tree::Node::null()}}));
  return json_reply(200, doc);
}

Reply verdict_reply(const audit::Verdict& verdict) {
  tree::Document doc;
  doc.set_root(without_blanks(
      doc,
      {{"whole", tree::Node::boolean(verdict.whole())},
       {"origin", doc.text(verdict.origin)},
       {"size", doc.integer(static_cast<std::int64_t>(verdict.size))},
       {"verified", doc.integer(static_cast<std::int64_t>(verdict.verified))},
       {"root", doc.text(base::to_base64(verdict.root))},
       {"flaw", doc.text(verdict.whole() ? std::string_view{} : audit::name_of(verdict.flaw))},
       {"firstBad", verdict.first_bad ? doc.integer(static_cast<std::int64_t>(*verdict.first_bad))
                                      : tree::Node::null()}}));
  return json_reply(200, doc);
}

}  // namespace

asio::awaitable<Reply> list_audit(Api& api, CallPtr call) {
  const auto query = query_of(*call);
  if (!query) co_return refusal(*call, query.error());
  exchange::events::Person person{call->caller.name, {}};
  auto noted = co_await api.engine().operations().note(merkle::Event::audit_query,
                                                       std::move(person), no_exchange);
  if (!noted) co_return refusal(*call, noted.error());
  const auto page = api.follower().list(*query, std::chrono::steady_clock::now() + patience);
  if (!page) co_return refusal(*call, page.error());
  co_return page_reply(*call, *page);
}

/// Works on a worker until it is done; GET says how far it is.
asio::awaitable<Reply> verify_audit(Api& api, CallPtr call) {
  exchange::events::Person person{call->caller.name, {}};
  auto noted = co_await api.engine().operations().note(merkle::Event::audit_verify,
                                                       std::move(person), no_exchange);
  if (!noted) co_return refusal(*call, noted.error());
  const auto log = store::read_sqlite_log(api.site().state);
  if (!log) co_return refusal(*call, log.error());
  VerifyProgress& progress = api.verify_progress();
  progress.done = 0;
  progress.size = 0;
  const auto verdict =
      audit::verify(**log, [&progress, &api](std::uint64_t done, std::uint64_t size) {
        progress.done = done;
        progress.size = size;
        return !api.stopping();
      });
  if (!verdict) co_return refusal(*call, verdict.error());
  co_return verdict_reply(*verdict);
}

Reply get_verify_progress(Api& api, const Call&) {
  tree::Document doc;
  const VerifyProgress& progress = api.verify_progress();
  doc.set_root(
      doc.object({{"done", doc.integer(static_cast<std::int64_t>(progress.done.load()))},
                  {"size", doc.integer(static_cast<std::int64_t>(progress.size.load()))}}));
  return json_reply(200, doc);
}

}  // namespace charmille::api
