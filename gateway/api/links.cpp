// Links between children: listed without a name, shown to who may decide and says why, decided.
#include <algorithm>
#include <charconv>

#include "gateway/api/child.h"
#include "gateway/api/render.h"
#include "gateway/exchange/kin.h"
#include "gateway/exchange/linking.h"
#include "gateway/merkle/leaf.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;
using exchange::LinkAct;

constexpr std::chrono::seconds patience{20};
constexpr std::uint32_t most_deliveries = 1000;
const base::Uuid no_exchange{};

Result<std::uint64_t> number_in(const Call& call) {
  const std::string& text = call.part("number");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(unreadable("number", "12"));
  return number;
}

tree::Node to_node(tree::Document& doc, const store::LinkRow& link) {
  return without_blanks(doc, {{"number", doc.integer(static_cast<std::int64_t>(link.number))},
                              {"state", doc.text(store::name_of(link.state))},
                              {"rule", doc.text(link.rule)},
                              {"score", doc.integer(link.score)},
                              {"a", doc.text(link.a.text())},
                              {"b", doc.text(link.b.text())},
                              {"since", doc.text(base::to_rfc3339(link.since))},
                              {"by", doc.text(link.by)}});
}

Result<std::vector<store::LinkState>> states_in(const Call& call) {
  std::vector<store::LinkState> states;
  std::string text = call.parameter("state").value_or("proposed,suspended");
  if (text == "all") return states;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const auto state = store::link_state_of(std::string_view(text).substr(at, comma - at));
    if (!state)
      return fail(unreadable("state", "all, proposed, suspended, linked, accepted, refused"));
    states.push_back(*state);
    at = comma + 1;
  }
  return states;
}

bool names_any(const merkle::SubjectList& subjects, const std::vector<crypto::Tag>& tags) {
  return std::ranges::any_of(subjects.tags, [&](const crypto::Tag& tag) {
    return std::ranges::find(tags, tag) != tags.end();
  });
}

/// It will not leave any more.
bool is_over(const store::Exchange& delivery) {
  return delivery.state == store::State::superseded || delivery.state == store::State::cancelled;
}

/// What left about both, or may yet, as one child, while the link was in force.
Result<std::vector<store::Exchange>> deliveries_under(Api& api, const store::LinkRow& link) {
  const auto a = api.context().store.child(link.a);
  const auto b = api.context().store.child(link.b);
  if (!a) return fail(a.error());
  if (!b) return fail(b.error());
  std::vector<store::Exchange> found;
  if (!*a || !*b) return found;
  const std::vector<crypto::Tag> of_b = own_tags_of(api, **b);
  audit::Query query;
  query.subjects = own_tags_of(api, **a);
  query.event = merkle::name_of(merkle::Event::exchange_subjects);
  query.since = link.since;
  query.limit = most_deliveries;
  const auto page = api.follower().list(query, std::chrono::steady_clock::now() + patience);
  if (!page) return fail(page.error());
  for (const store::LeafRow& row : page->leaves) {
    const auto leaf = merkle::parse_leaf(row.record);
    if (!leaf || leaf->dir != merkle::Direction::out || !leaf->xch || !leaf->subjects ||
        !names_any(*leaf->subjects, of_b))
      continue;
    auto delivery = api.context().store.exchange(*leaf->xch);
    if (!delivery) return fail(delivery.error());
    if (*delivery && ((*delivery)->attempts > 0 || !is_over(**delivery)))
      found.push_back(std::move(**delivery));
  }
  std::ranges::reverse(found);
  return found;
}

/// The delivery that this act made to the same endpoint, or nothing.
Result<std::string> correction_of(Api& api, const store::Exchange& delivery,
                                  const std::vector<base::Uuid>& corrections) {
  std::string ids;
  for (const base::Uuid& id : corrections) {
    const auto correction = api.context().store.exchange(id);
    if (!correction) return fail(correction.error());
    if (*correction && (*correction)->endpoint == delivery.endpoint)
      ids += (ids.empty() ? "" : " ") + id.text();
  }
  return ids;
}

Result<tree::Node> deliveries_node(Api& api, tree::Document& doc, const store::LinkRow& link,
                                   const std::vector<base::Uuid>& corrections) {
  const auto deliveries = deliveries_under(api, link);
  if (!deliveries) return fail(deliveries.error());
  std::vector<tree::Node> nodes;
  for (const store::Exchange& one : *deliveries) {
    const auto correction = correction_of(api, one, corrections);
    if (!correction) return fail(correction.error());
    nodes.push_back(without_blanks(doc, {{"exchange", doc.text(one.id.text())},
                                         {"partner", doc.text(one.partner)},
                                         {"endpoint", doc.text(one.endpoint)},
                                         {"state", doc.text(store::name_of(one.state))},
                                         {"updated", doc.text(base::to_rfc3339(one.updated))},
                                         {"correction", doc.text(*correction)}}));
  }
  return doc.array(nodes);
}

/// The identity and the identifiers that one side is known by.
Result<tree::Node> side(Api& api, tree::Document& doc, const base::Uuid& child) {
  const auto row = api.context().store.child(child);
  if (!row) return fail(row.error());
  if (!*row) return fail("CH-API-010");
  const auto record = exchange::load_own_record(api.context(), **row);
  if (!record) return fail(record.error());
  std::vector<tree::Document::Member> members{{"id", doc.text(child.text())}};
  for (const char* section : {"ids", "identity"})
    if (const tree::Node* said = record->root().find(section))
      members.emplace_back(section, doc.copy(*said));
  return doc.object(members);
}

asio::awaitable<Reply> decide(Api& api, CallPtr call, LinkAct act) {
  const auto number = number_in(*call);
  if (!number) co_return refusal(*call, number.error());
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  exchange::events::Person person{call->caller.name, *reason};
  const auto done = co_await api.engine().operations().decide(*number, act, std::move(person));
  if (!done) co_return refusal(*call, done.error());
  tree::Document doc;
  std::vector<tree::Document::Member> members;
  if (done->after) members.emplace_back("link", to_node(doc, *done->after));
  members.emplace_back("made", ids_of(doc, done->told.made));
  members.emplace_back("parked", ids_of(doc, done->told.parked));
  if (act == LinkAct::undo) {
    const auto deliveries = deliveries_node(api, doc, done->before, done->told.made);
    if (!deliveries) co_return refusal(*call, deliveries.error());
    members.emplace_back("deliveries", *deliveries);
  }
  doc.set_root(doc.object(members));
  co_return json_reply(200, doc);
}

}  // namespace

Reply list_links(Api& api, const Call& call) {
  const auto states = states_in(call);
  if (!states) return refusal(call, states.error());
  const auto after = call.number("after", 0);
  const auto limit = call.number("limit", 100);
  if (!after) return refusal(call, after.error());
  if (!limit) return refusal(call, limit.error());
  const auto asked = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, 1000));
  const auto links = api.context().store.links(*states, *after, asked);
  if (!links) return refusal(call, links.error());
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const store::LinkRow& link : *links) nodes.push_back(to_node(doc, link));
  const bool more = links->size() == asked;
  doc.set_root(without_blanks(
      doc, {{"links", doc.array(nodes)},
            {"next", more ? doc.integer(static_cast<std::int64_t>(links->back().number))
                          : tree::Node::null()}}));
  return json_reply(200, doc);
}

/// Both sides by name, for who has to decide; audited first, as the reading of a record is.
asio::awaitable<Reply> post_link_show(Api& api, CallPtr call) {
  const auto number = number_in(*call);
  if (!number) co_return refusal(*call, number.error());
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  const auto link = api.context().store.link(*number);
  if (!link) co_return refusal(*call, link.error());
  if (!*link)
    co_return refusal(*call, fault("CH-EXC-026", {}, {{"number", std::to_string(*number)}}));
  for (const base::Uuid& child : {(*link)->a, (*link)->b}) {
    exchange::events::Person person{call->caller.name, *reason};
    merkle::Leaf leaf =
        exchange::events::person(merkle::Event::admin_content, person, no_exchange, api.context());
    leaf.subj = exchange::events::subject_of(child, api.context());
    auto noted = co_await api.engine().operations().note(std::move(leaf));
    if (!noted) co_return refusal(*call, noted.error());
  }
  tree::Document doc;
  const auto a = side(api, doc, (*link)->a);
  const auto b = side(api, doc, (*link)->b);
  if (!a) co_return refusal(*call, a.error());
  if (!b) co_return refusal(*call, b.error());
  const std::vector<base::Uuid> none;
  const auto deliveries = deliveries_node(api, doc, **link, none);
  if (!deliveries) co_return refusal(*call, deliveries.error());
  doc.set_root(doc.object(
      {{"link", to_node(doc, **link)}, {"a", *a}, {"b", *b}, {"deliveries", *deliveries}}));
  co_return json_reply(200, doc);
}

asio::awaitable<Reply> post_link_accept(Api& api, CallPtr call) {
  return decide(api, std::move(call), LinkAct::accept);
}
asio::awaitable<Reply> post_link_refuse(Api& api, CallPtr call) {
  return decide(api, std::move(call), LinkAct::refuse);
}
asio::awaitable<Reply> post_link_undo(Api& api, CallPtr call) {
  return decide(api, std::move(call), LinkAct::undo);
}

}  // namespace charmille::api
