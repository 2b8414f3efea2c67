// Child records: listed without a name, shown to who has the right and says why.
#include <algorithm>
#include <array>
#include <set>

#include "gateway/api/child.h"
#include "gateway/api/render.h"
#include "gateway/exchange/records_check.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

const base::Uuid no_exchange{};

/// What is known about a child without opening anything: which sections, from which sources, since
/// when.
Result<tree::Node> outline(Api& api, tree::Document& doc, const exchange::LinkedChild& child) {
  std::set<std::string> sources;
  std::set<std::string> sections;
  std::set<std::string> others;
  base::Time latest{};
  for (const store::ChildRow& row : child.rows) {
    if (row.id != child.head().id) others.insert(row.id.text());
    const auto statements = api.context().store.statements(row.id);
    if (!statements) return fail(statements.error());
    for (const store::StatementRow& statement : *statements) {
      if (statement.withdrawn) continue;
      sources.insert(statement.source);
      sections.insert(statement.section);
      latest = std::max(latest, statement.extracted);
    }
  }
  const auto list = [&doc](const std::set<std::string>& names) {
    std::vector<tree::Node> nodes;
    nodes.reserve(names.size());
    for (const std::string& name : names) nodes.push_back(doc.text(name));
    return doc.array(nodes);
  };
  const store::ChildRow& head = child.head();
  return without_blanks(
      doc,
      {{"id", doc.text(head.id.text())},
       {"linked", others.empty() ? tree::Node::null() : list(others)},
       {"version", doc.integer(static_cast<std::int64_t>(head.version))},
       {"erased", tree::Node::boolean(head.key.empty())},
       {"sources", list(sources)},
       {"sections", list(sections)},
       {"latest", doc.text(latest == base::Time{} ? std::string{} : base::to_rfc3339(latest))}});
}

/// The sources that contradict each other, field by field; first the word that the record tells.
tree::Node conflicts_of(tree::Document& doc, const std::vector<record::Conflict>& conflicts) {
  std::vector<tree::Node> nodes;
  for (const record::Conflict& conflict : conflicts) {
    std::vector<tree::Node> told;
    for (const record::Version& version : conflict.told)
      told.push_back(doc.object({{"source", doc.text(version.source)},
                                 {"extracted", doc.text(base::to_rfc3339(version.extracted))},
                                 {"value", doc.copy(version.value)}}));
    nodes.push_back(doc.object({{"field", doc.text(conflict.field)}, {"told", doc.array(told)}}));
  }
  return doc.array(nodes);
}

}  // namespace

Reply list_records(Api& api, const Call& call) {
  const auto limit = call.number("limit", 100);
  if (!limit) return refusal(call, limit.error());
  const auto after = base::Uuid::parse(call.parameter("after").value_or(base::Uuid{}.text()));
  if (!after) return refusal(call, unreadable("after", id_example));
  const auto asked = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, 1000));
  const auto children = api.context().store.children(api.site().organisation.id, *after, asked);
  if (!children) return refusal(call, children.error());
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const store::ChildRow& child : *children) {
    const auto linked = exchange::linked_child(api.context().store, child.id, exchange::Ties::all);
    if (!linked) return refusal(call, linked.error());
    if (!*linked || (*linked)->head().id != child.id) continue;  // shown with its head
    const auto node = outline(api, doc, **linked);
    if (!node) return refusal(call, node.error());
    nodes.push_back(*node);
  }
  const bool more = children->size() == asked;
  doc.set_root(
      without_blanks(doc, {{"records", doc.array(nodes)},
                           {"next", doc.text(more ? children->back().id.text() : std::string{})}}));
  return json_reply(200, doc);
}

asio::awaitable<Reply> post_record(Api& api, CallPtr call) {
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  exchange::Operations& operations = api.engine().operations();
  exchange::events::Person person{call->caller.name, *reason};
  const auto child = child_asked_for(api, *body);
  if (!child) {
    // That a child is unknown here is an answer too: it is audited like one.
    if (child.error().code == "CH-API-010") {
      auto noted =
          co_await operations.note(merkle::Event::admin_content, std::move(person), no_exchange);
      if (!noted) co_return refusal(*call, noted.error());
    }
    co_return refusal(*call, child.error());
  }
  const auto shown = co_await operations.record(*child, std::move(person));
  if (!shown) co_return refusal(*call, shown.error());
  tree::Document doc;
  const std::array<tree::Document::Member, 3> members{
      {{"id", doc.text(child->text())},
       {"record", doc.copy(shown->record.root())},
       {"conflicts", conflicts_of(doc, shown->conflicts)}}};
  doc.set_root(doc.object(members));
  co_return json_reply(200, doc);
}

/// The check of all records, by the numbers that each authority calls children by; audited first.
asio::awaitable<Reply> post_records_check(Api& api, CallPtr call) {
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  std::string today = text_field(*body, "day");
  if (today.empty()) today = base::to_date(api.context().clock.now());
  if (!base::parse_rfc3339(today + "T00:00:00Z"))
    co_return refusal(*call, unreadable("day", "2026-06-30"));
  exchange::events::Person person{call->caller.name, *reason};
  auto noted = co_await api.engine().operations().note(merkle::Event::admin_content,
                                                       std::move(person), no_exchange);
  if (!noted) co_return refusal(*call, noted.error());
  const auto found = exchange::check_records(api.context(), today);
  if (!found) co_return refusal(*call, found.error());
  tree::Document doc;
  std::vector<tree::Node> children;
  for (const exchange::CheckedChild& child : found->children) {
    std::vector<tree::Node> ids;
    for (const std::string& id : child.local_ids) ids.push_back(doc.text(id));
    std::vector<tree::Node> alerts;
    for (const Fault& alert : child.alerts) alerts.push_back(to_node(doc, alert, call->language));
    children.push_back(doc.object({{"id", doc.text(child.id.text())},
                                   {"localIds", doc.array(ids)},
                                   {"alerts", doc.array(alerts)}}));
  }
  doc.set_root(doc.object({{"day", doc.text(today)},
                           {"checked", doc.integer(static_cast<std::int64_t>(found->checked))},
                           {"children", doc.array(children)}}));
  co_return json_reply(200, doc);
}

asio::awaitable<Reply> post_records_transmit(Api& api, CallPtr call) {
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  for (const char* field : {"to", "from", "decision"})
    if (text_field(*body, field).empty())
      co_return refusal(*call, fault("CH-API-007", {}, {{"field", field}}));
  using What = exchange::Handover::What;
  exchange::Handover handover;
  handover.partner = text_field(*body, "to");
  handover.reference = text_field(*body, "decision");
  handover.since = text_field(*body, "from");
  if (handover.since == "everything") handover.what = What::everything;
  if (handover.since == "nothing") handover.what = What::nothing;
  if (handover.what == What::since && !base::parse_rfc3339(handover.since + "T00:00:00Z"))
    co_return refusal(*call, unreadable("from", "2024-01-01"));
  const auto child = child_asked_for(api, *body);
  if (!child) co_return refusal(*call, child.error());
  handover.child = *child;
  exchange::events::Person person{call->caller.name, *reason};
  const auto done =
      co_await api.engine().operations().transmit(std::move(handover), std::move(person));
  if (!done) co_return refusal(*call, done.error());
  tree::Document doc;
  doc.set_root(doc.object({{"id", doc.text(child->text())},
                           {"concerned", tree::Node::boolean(done->concerned)},
                           {"made", ids_of(doc, done->told.made)},
                           {"parked", ids_of(doc, done->told.parked)}}));
  co_return json_reply(200, doc);
}

}  // namespace charmille::api
