#include "adapters/fhir/answer_bundle.h"

#include <algorithm>

#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::text_at;
using tree::Kind;
using tree::Node;

constexpr std::string_view version = "1";

/// In a narrative, what stands between quotes: the rest is words.
std::string rewritten_narrative(std::string_view text, const Moves& moves) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('"');
    const std::size_t close = open == text.npos ? text.npos : text.find('"', open + 1);
    if (close == text.npos) return out.append(text);
    out.append(text.substr(0, open + 1));
    const std::string quoted(text.substr(open + 1, close - open - 1));
    const auto at = moves.find(quoted);
    out.append(at == moves.end() ? quoted : at->second).append("\"");
    text.remove_prefix(close + 1);
  }
  return out;
}

/// Elements of the types uri, url, oid, uuid and canonical that may lead to a resource.
bool is_address(std::string_view name) {
  constexpr std::string_view endings[] = {"url", "Url", "uri", "Uri", "Uuid", "Oid", "Canonical"};
  return std::ranges::any_of(endings, [&](std::string_view one) { return name.ends_with(one); });
}

class Rewriting {
 public:
  Rewriting(tree::Document& document, const Moves& moves) : document_(document), moves_(moves) {}

  Node node(const Node& given, std::string_view name) {
    switch (given.kind()) {
      case Kind::text:
        return text(given, name);
      case Kind::array: {
        std::vector<Node> items;
        items.reserve(given.items().size());
        for (const Node& item : given.items()) items.push_back(node(item, name));
        return document_.array(items, given.origin());
      }
      case Kind::object: {
        std::vector<tree::Document::Member> members;
        for (std::size_t i = 0; i < given.items().size(); ++i)
          members.emplace_back(given.key(i), node(given.items()[i], given.key(i)));
        return document_.object(members, given.origin());
      }
      default:
        return given;
    }
  }

 private:
  /// "Type/id" is a reference only where one is expected; an absolute URL moves in every element of
  /// a type of addresses (FHIR R4, §3.1.0.11.2), and nowhere else: the value of an identifier
  /// stays.
  Node text(const Node& given, std::string_view name) {
    const std::string_view chars = given.chars();
    if (name == "div") return document_.text(rewritten_narrative(chars, moves_));
    const bool absolute = chars.find(':') != chars.npos;
    if (name != "reference" && !(absolute && is_address(name))) return given;
    const auto at = moves_.find(std::string(chars));
    return at == moves_.end() ? given : document_.text(at->second, given.origin());
  }

  tree::Document& document_;
  const Moves& moves_;
};

Node meta_of(tree::Document& into, const Node& resource, base::Time when) {
  std::vector<tree::Document::Member> members{{"versionId", into.text(version)},
                                              {"lastUpdated", into.text(base::to_rfc3339(when))}};
  if (const Node* meta = resource.find("meta"); meta != nullptr && meta->is(Kind::object))
    for (std::size_t i = 0; i < meta->items().size(); ++i)
      if (meta->key(i) != "versionId" && meta->key(i) != "lastUpdated")
        members.emplace_back(meta->key(i), meta->items()[i]);
  return into.object(members);
}

}  // namespace

Node response_bundle(tree::Document& into, std::string_view kind, std::span<const Answered> entries,
                     base::Time when) {
  std::vector<Node> nodes;
  for (const Answered& answered : entries) {
    std::vector<tree::Document::Member> response{{"status", into.text(answered.status)}};
    if (!answered.location.empty()) {
      response.emplace_back("location", into.text(answered.location));
      response.emplace_back("etag", into.text("W/\"1\""));
      response.emplace_back("lastModified", into.text(base::to_rfc3339(when)));
    }
    if (answered.outcome) response.emplace_back("outcome", *answered.outcome);
    std::vector<tree::Document::Member> entry;
    if (answered.resource) entry.emplace_back("resource", *answered.resource);
    entry.emplace_back("response", into.object(response));
    nodes.push_back(into.object(entry));
  }
  std::vector<tree::Document::Member> bundle{{"resourceType", into.text("Bundle")},
                                             {"type", into.text(std::string(kind) + "-response")}};
  if (!nodes.empty()) bundle.emplace_back("entry", into.array(nodes));
  return into.object(bundle);
}

Node as_stored(tree::Document& document, const Node& resource, const Moves& moves,
               std::string_view id, base::Time when) {
  const Node rewritten = Rewriting(document, moves).node(resource, {});
  std::vector<tree::Document::Member> members{
      {"resourceType", document.text(text_at(resource, "resourceType"))},
      {"id", document.text(id)},
      {"meta", meta_of(document, rewritten, when)}};
  for (std::size_t i = 0; i < rewritten.items().size(); ++i) {
    const std::string_view name = rewritten.key(i);
    if (name != "resourceType" && name != "id" && name != "meta")
      members.emplace_back(name, rewritten.items()[i]);
  }
  return document.object(members);
}

}  // namespace charmille::adapters::fhir
