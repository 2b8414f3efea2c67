// A dry run: what files would change at each destination, had their partner given them now.
#include "gateway/api/api.h"
#include "gateway/api/render.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"

namespace charmille::api {
namespace {

namespace asio = boost::asio;

/// `{"files": [{"name": ..., "content": base64}]}`; large contents are attachments already.
Result<std::vector<exchange::GivenFile>> files_of(const Call& call) {
  const auto bytes = call.body.bytes(call.body.size());
  if (!bytes) return fail(bytes.error());
  const auto body = codec::read_json(*bytes, "");
  const tree::Node* list = body ? body->root().find("files") : nullptr;
  if (list == nullptr || !list->is(tree::Kind::array)) return fail("CH-API-011");
  std::vector<exchange::GivenFile> files;
  for (const tree::Node& one : list->items()) {
    const tree::Node* name = one.find("name");
    const tree::Node* content = one.find("content");
    if (name == nullptr || content == nullptr) return fail("CH-API-011");
    exchange::GivenFile file{std::string(name->chars()), {}};
    if (content->is(tree::Kind::attachment)) {
      file.payload = body->attachments()[content->attachment_index()].bytes;
    } else {
      auto plain = base::from_base64(content->chars());
      if (!plain) return fail("CH-API-011");
      file.payload = base::Payload(std::move(*plain));
    }
    files.push_back(std::move(file));
  }
  return files;
}

tree::Node node_of(tree::Document& doc, const exchange::PreviewRoute& route) {
  const auto number = [&](std::uint64_t n) { return doc.integer(static_cast<std::int64_t>(n)); };
  std::vector<tree::Node> destinations;
  for (const exchange::PreviewRoute::Destination& one : route.destinations)
    destinations.push_back(
        doc.object({{"endpoint", doc.text(one.endpoint)},
                    {"mapping", doc.text(one.mapping)},
                    {"mode", doc.text(config::name_of(one.mode))},
                    {"new", number(one.fresh)},
                    {"changed", number(one.changed)},
                    {"same", number(one.same)},
                    {"withheld", number(one.withheld)},
                    {"known", number(one.known)},
                    {"maxChange", one.limit.empty() ? tree::Node::null() : doc.text(one.limit)},
                    {"held", tree::Node::boolean(one.flood)}}));
  return doc.object({{"route", doc.text(route.name)},
                     {"created", number(route.created)},
                     {"changed", number(route.changed)},
                     {"same", number(route.same)},
                     {"refused", number(route.refused)},
                     {"pending", number(route.pending)},
                     {"destinations", doc.array(destinations)}});
}

tree::Node node_of(tree::Document& doc, const exchange::Preview& preview, base::Language language) {
  std::vector<tree::Node> routes, faults, missing;
  for (const exchange::PreviewRoute& route : preview.routes) routes.push_back(node_of(doc, route));
  for (const Fault& fault : preview.faults) faults.push_back(to_node(doc, fault, language));
  for (const std::string& file : preview.missing) missing.push_back(doc.text(file));
  return doc.object({{"routes", doc.array(routes)},
                     {"alreadyDone", tree::Node::boolean(preview.already_done)},
                     {"missing", doc.array(missing)},
                     {"faults", doc.array(faults)}});
}

}  // namespace

asio::awaitable<Reply> post_preview(Api& api, CallPtr call) {
  auto files = files_of(*call);
  if (!files) co_return refusal(*call, files.error());
  const auto preview = api.engine().operations().preview(call->part("endpoint"), std::move(*files));
  if (!preview) co_return refusal(*call, preview.error());
  tree::Document doc;
  doc.set_root(node_of(doc, *preview, call->language));
  co_return json_reply(200, doc);
}

}  // namespace charmille::api
