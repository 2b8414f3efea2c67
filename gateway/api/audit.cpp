// The audit log: asked, and verified. Each question is itself written to the log before it is
// answered.
#include <algorithm>
#include <functional>

#include "gateway/api/api.h"
#include "gateway/api/child.h"
#include "gateway/api/render.h"
#include "gateway/audit/verify.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"
#include "gateway/merkle/leaf.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

const base::Uuid no_exchange{};

constexpr std::chrono::seconds patience{20};

Result<std::optional<merkle::Outcome>> outcome_of(const Call& call) {
  const auto text = call.parameter("outcome");
  if (!text) return std::optional<merkle::Outcome>{};
  for (const auto outcome : {merkle::Outcome::success, merkle::Outcome::minor,
                             merkle::Outcome::serious, merkle::Outcome::major})
    if (*text == std::to_string(static_cast<int>(outcome)))
      return std::optional<merkle::Outcome>(outcome);
  return fail(unreadable("outcome", "0, 4, 8, 12"));
}

Result<audit::Query> query_of(const Call& call) {
  audit::Query query;
  query.peer = call.parameter("peer").value_or("");
  query.endpoint = call.parameter("endpoint").value_or("");
  query.event = call.parameter("event").value_or("");
  if (!query.event.empty() && !merkle::event_of(query.event))
    return fail(unreadable("event", merkle::name_of(merkle::Event::exchange_delivered)));
  const auto since = call.time("since");
  const auto until = call.time("until");
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
    if (!query.exchange) return fail(unreadable("exchange", id_example));
  }
  query.since = *since;
  query.until = *until;
  query.outcome = *outcome;
  query.before = *before;
  query.limit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, 1000));
  return query;
}

/// What became of a delivery that a leaf tells of; nothing for another leaf.
struct Outcome {
  std::string delivered;  ///< when
  std::string state;      ///< as it is now, while the exchange is kept
};
using OutcomeOf = std::function<Result<Outcome>(const store::LeafRow&)>;

/// The leaf as it was hashed, read as JSON; of a purged one the hash remains.
Result<tree::Node> to_node(tree::Document& into, const store::LeafRow& row,
                           const Outcome& outcome) {
  const tree::Node hash = into.text(base::to_hex(base::as_bytes(row.hash)));
  const tree::Node seq = into.integer(static_cast<std::int64_t>(row.seq));
  if (row.record.empty())
    return into.object({{"seq", seq}, {"hash", hash}, {"purged", tree::Node::boolean(true)}});
  const auto leaf = codec::read_json(row.record, "");
  if (!leaf) return fail(leaf.error());
  return without_blanks(into, {{"seq", seq},
                               {"hash", hash},
                               {"leaf", into.copy(leaf->root())},
                               {"delivered", into.text(outcome.delivered)},
                               {"state", into.text(outcome.state)}});
}

Reply page_reply(const Call& call, const audit::Page& page, const OutcomeOf& outcome_of = {}) {
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const store::LeafRow& row : page.leaves) {
    const auto outcome = outcome_of ? outcome_of(row) : Result<Outcome>{};
    if (!outcome) return refusal(call, outcome.error());
    const auto node = to_node(doc, row, *outcome);
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

/// The leaf that tells about the delivery, and the exchange's row while it is kept.
Result<Outcome> outcome_of_delivery(Api& api, const store::LeafRow& row) {
  const auto leaf = merkle::parse_leaf(row.record);
  Outcome outcome;
  if (!leaf || leaf->ev != merkle::Event::exchange_subjects ||
      leaf->dir != merkle::Direction::out || !leaf->xch)
    return outcome;
  const auto exchange = api.context().store.exchange(*leaf->xch);
  if (!exchange) return fail(exchange.error());
  if (*exchange) outcome.state = store::name_of((*exchange)->state);
  audit::Query query;
  query.exchange = *leaf->xch;
  query.event = merkle::name_of(merkle::Event::exchange_delivered);
  query.limit = 1;
  const auto page = api.follower().list(query, std::chrono::steady_clock::now() + patience);
  if (!page) return fail(page.error());
  if (page->leaves.empty()) return outcome;
  if (const auto told = merkle::parse_leaf(page->leaves.front().record))
    outcome.delivered = base::to_rfc3339(told->ts);
  return outcome;
}

/// That somebody asked about this child is itself about the child: the leaf holds its tag.
asio::awaitable<Result<void>> note_question(Api& api, CallPtr call, std::string reason,
                                            std::optional<base::Uuid> child) {
  namespace events = exchange::events;
  events::Person person{call->caller.name, std::move(reason)};
  merkle::Leaf leaf =
      events::person(merkle::Event::audit_query, person, no_exchange, api.context());
  leaf.detail.emplace_back(merkle::DetailKey::query, std::string("about"));
  if (child)
    leaf.subj = events::subject_of(*child, api.context());
  else
    leaf.out = merkle::Outcome::minor;
  auto noted = co_await api.engine().operations().note(std::move(leaf));
  co_return noted;
}

}  // namespace

/// Where the child's data came from and went to, on which ground, and who looked.
asio::awaitable<Reply> post_audit_about(Api& api, CallPtr call) {
  auto query = query_of(*call);
  if (!query) co_return refusal(*call, query.error());
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  std::string reason = text_field(*body, "reason");
  const auto child = child_asked_for(api, *body);
  if (!child && child.error().code != "CH-API-010") co_return refusal(*call, child.error());
  std::optional<store::ChildRow> row;
  if (child) {
    auto found = api.context().store.child(*child);
    if (!found) co_return refusal(*call, found.error());
    row = std::move(*found);
  }
  // That a child is unknown here is an answer too: it is audited like one.
  std::optional<base::Uuid> known;
  if (row) known = row->id;
  auto noted = co_await note_question(api, call, std::move(reason), known);
  if (!noted) co_return refusal(*call, noted.error());
  if (!row) co_return refusal(*call, fault("CH-API-010"));
  const auto tags = tags_of(api, row->id);
  if (!tags) co_return refusal(*call, tags.error());
  query->subjects = *tags;
  const auto page = api.follower().list(*query, std::chrono::steady_clock::now() + patience);
  if (!page) co_return refusal(*call, page.error());
  co_return page_reply(
      *call, *page, [&api](const store::LeafRow& leaf) { return outcome_of_delivery(api, leaf); });
}

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
