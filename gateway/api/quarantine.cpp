// Quarantine: what waits for a person.
#include <algorithm>
#include <charconv>

#include "gateway/api/api.h"
#include "gateway/api/render.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

Result<std::uint64_t> number_in(const Call& call) {
  const std::string& text = call.part("number");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail("CH-API-006", {}, {{"name", "number"}});
  return number;
}

Result<tree::Node> node_of(Api& api, tree::Document& doc, const store::QuarantineRow& entry,
                           base::Language language) {
  const auto local_id = api.engine().operations().local_id(entry);
  if (!local_id) return fail(local_id.error());
  return to_node(doc, entry, *local_id, language);
}

}  // namespace

Reply list_quarantine(Api& api, const Call& call) {
  const auto limit = call.number("limit", 100);
  if (!limit) return refusal(call, limit.error());
  const bool open_only = call.parameter("all") != "true";
  const auto found = api.context().store.quarantine(
      call.parameter("partner").value_or(""), open_only,
      static_cast<std::uint32_t>(std::clamp<std::uint64_t>(*limit, 1, 1000)));
  if (!found) return refusal(call, found.error());
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const store::QuarantineRow& entry : *found) {
    const auto node = node_of(api, doc, entry, call.language);
    if (!node) return refusal(call, node.error());
    nodes.push_back(*node);
  }
  doc.set_root(doc.object({{"quarantine", doc.array(nodes)}}));
  return json_reply(200, doc);
}

Reply get_quarantine(Api& api, const Call& call) {
  const auto number = number_in(call);
  if (!number) return refusal(call, number.error());
  const auto entry = api.context().store.quarantine_entry(*number);
  if (!entry) return refusal(call, entry.error());
  if (!*entry) return refusal(call, fault("CH-API-010"));
  tree::Document doc;
  const auto node = node_of(api, doc, **entry, call.language);
  if (!node) return refusal(call, node.error());
  doc.set_root(*node);
  return json_reply(200, doc);
}

asio::awaitable<Reply> post_quarantine_close(Api& api, CallPtr call) {
  const auto number = number_in(*call);
  if (!number) co_return refusal(*call, number.error());
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  exchange::events::Person person{call->caller.name, *reason};
  const auto closed =
      co_await api.engine().operations().close_quarantine(*number, std::move(person));
  if (!closed) co_return refusal(*call, closed.error());
  tree::Document doc;
  const auto node = node_of(api, doc, *closed, call->language);
  if (!node) co_return refusal(*call, node.error());
  doc.set_root(*node);
  co_return json_reply(200, doc);
}

}  // namespace charmille::api
