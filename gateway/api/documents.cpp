// Documents held for a secret place: listed without a title, let go or held again.
#include "gateway/api/child.h"
#include "gateway/api/render.h"
#include "gateway/exchange/clearing.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;
using exchange::ClearAct;

tree::Node list_of(tree::Document& doc, const std::vector<std::string>& texts) {
  std::vector<tree::Node> nodes;
  nodes.reserve(texts.size());
  for (const std::string& text : texts) nodes.push_back(doc.text(text));
  return nodes.empty() ? tree::Node::null() : doc.array(nodes);
}

/// "care-team dmp": names parted by blanks or commas.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
    if (end > at) names.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

asio::awaitable<Reply> decide(Api& api, CallPtr call, ClearAct act) {
  const auto body = json_body(*call);
  if (!body) co_return refusal(*call, body.error());
  const auto reason = reason_of(*body);
  if (!reason) co_return refusal(*call, reason.error());
  exchange::events::Person person{call->caller.name, *reason};
  exchange::Clearing& documents = api.engine().operations().documents();
  const std::string sha256 = call->part("sha256");
  std::vector<std::string> kinds = names_in(text_field(*body, "for"));
  const auto done = co_await documents.decide(sha256, std::move(kinds), act, std::move(person));
  if (!done) co_return refusal(*call, done.error());
  tree::Document doc;
  doc.set_root(doc.object({{"children", doc.integer(static_cast<std::int64_t>(done->children))},
                           {"made", ids_of(doc, done->told.made)},
                           {"parked", ids_of(doc, done->told.parked)}}));
  co_return json_reply(200, doc);
}

}  // namespace

Reply list_documents(Api& api, const Call& call) {
  std::optional<base::Uuid> child;
  if (const auto asked = call.parameter("child")) {
    const auto id = base::Uuid::parse(*asked);
    if (!id) return refusal(call, unreadable("child", id_example));
    child = *id;
  }
  const auto documents = api.engine().operations().documents().list(child);
  if (!documents) return refusal(call, documents.error());
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const exchange::KnownDocument& one : *documents)
    nodes.push_back(without_blanks(doc, {{"sha256", doc.text(one.sha256)},
                                         {"child", doc.text(one.child.text())},
                                         {"section", doc.text(one.section)},
                                         {"type", doc.text(one.media_type)},
                                         {"date", doc.text(one.date)},
                                         {"kept", tree::Node::boolean(one.kept)},
                                         {"held", list_of(doc, one.held)},
                                         {"cleared", list_of(doc, one.cleared)}}));
  doc.set_root(doc.object({{"documents", doc.array(nodes)}}));
  return json_reply(200, doc);
}

asio::awaitable<Reply> post_document_clear(Api& api, CallPtr call) {
  return decide(api, std::move(call), ClearAct::clear);
}
asio::awaitable<Reply> post_document_withhold(Api& api, CallPtr call) {
  return decide(api, std::move(call), ClearAct::withhold);
}

}  // namespace charmille::api
