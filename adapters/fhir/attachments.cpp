#include "adapters/fhir/attachments.h"

#include <map>

#include "gateway/base/bytes.h"
#include "gateway/codec/folded_base64.h"
#include "gateway/crypto/sha1.h"
#include "gateway/fhir/bundle.h"
#include "gateway/fhir/members.h"
#include "gateway/fhir/outcome.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::text_at;
using tree::Kind;
using tree::Node;

/// What tells of a content: its type stands beside it, and it is no resource of its own.
bool is_attachment(const Node& node) {
  return node.is(Kind::object) && node.find("contentType") != nullptr &&
         node.find("resourceType") == nullptr &&
         (node.find("data") != nullptr || node.find("url") != nullptr);
}

/// What is told of a content.
struct Facts {
  std::uint64_t size = 0;
  Result<std::string> hash;
};

Facts facts_of(const base::Payload& content) {
  const auto digest = crypto::sha1(content);
  if (!digest) return {content.size(), fail(digest.error())};
  return {content.size(), base::to_base64(*digest)};
}

/// The contents that attachments hold, or lead to: each is read once, however many lead to it.
class Contents {
 public:
  explicit Contents(const tree::Document& document)
      : document_(document), bundle_(document.root()) {}

  const std::optional<Facts>& of(const Node& attachment) {
    const Node* holder = &attachment;
    if (attachment.find("data") == nullptr) holder = bundle_.find(text_at(attachment, "url"));
    if (holder == nullptr ||
        (holder != &attachment && text_at(*holder, "resourceType") != "Binary"))
      return none_;
    const auto [at, made] = known_.try_emplace(holder);
    if (!made) return at->second;
    if (const auto content = content_of(document_, *holder)) at->second = facts_of(*content);
    return at->second;
  }

 private:
  const tree::Document& document_;
  charmille::fhir::BundleIndex bundle_;
  std::map<const Node*, std::optional<Facts>> known_;
  std::optional<Facts> none_;
};

class Judging {
 public:
  explicit Judging(const tree::Document& document) : contents_(document) {}

  void walk(const Node& node, const std::string& path) {
    if (is_attachment(node)) judge(node, path);
    for (std::size_t i = 0; i < node.items().size(); ++i) {
      const std::string below = node.is(Kind::object) ? path + '.' + std::string(node.key(i))
                                                      : path + '[' + std::to_string(i) + ']';
      walk(node.items()[i], below);
    }
  }
  std::vector<charmille::fhir::Issue> take() { return std::move(issues_); }

 private:
  void tell(const std::string& path, std::string_view member, std::string_view code) {
    issues_.push_back(
        charmille::fhir::error("value", fault(code, {{}, 0, 0, path + '.' + std::string(member)})));
  }
  void judge(const Node& node, const std::string& path) {
    const Node* size = node.find("size");
    const Node* hash = node.find("hash");
    const bool holds = node.find("data") != nullptr;
    if (!holds && size == nullptr && hash == nullptr) return;
    const std::optional<Facts>& facts = contents_.of(node);
    if (!facts) {
      if (holds) tell(path, "data", "CH-FHIR-083");
      return;
    }
    if (size != nullptr && size->chars() != std::to_string(facts->size))
      tell(path, "size", "CH-FHIR-084");
    if (hash != nullptr && (!facts->hash || *facts->hash != hash->chars()))
      tell(path, "hash", "CH-FHIR-085");
  }

  Contents contents_;
  std::vector<charmille::fhir::Issue> issues_;
};

class Completing {
 public:
  explicit Completing(tree::Document& document) : document_(document), contents_(document) {}

  bool added() const { return added_; }

  Result<Node> walk(const Node& node) {
    if (!node.is(Kind::array) && !node.is(Kind::object)) return node;
    std::vector<Node> items;
    for (const Node& item : node.items()) {
      auto walked = walk(item);
      if (!walked) return walked;
      items.push_back(*walked);
    }
    if (node.is(Kind::array)) return document_.array(items, node.origin());
    std::vector<tree::Document::Member> members;
    for (std::size_t i = 0; i < items.size(); ++i) members.emplace_back(node.key(i), items[i]);
    if (is_attachment(node))
      if (auto added = complete(node, members); !added) return fail(std::move(added.error()));
    return document_.object(members, node.origin());
  }

 private:
  Result<void> complete(const Node& node, std::vector<tree::Document::Member>& members) {
    const std::optional<Facts>& facts = contents_.of(node);
    if (!facts) return {};
    if (node.find("size") == nullptr) {
      members.emplace_back("size", document_.integer(static_cast<std::int64_t>(facts->size)));
      added_ = true;
    }
    if (node.find("hash") != nullptr) return {};
    if (!facts->hash) return fail(facts->hash.error());
    members.emplace_back("hash", document_.text(*facts->hash));
    added_ = true;
    return {};
  }

  tree::Document& document_;
  Contents contents_;
  bool added_ = false;
};

}  // namespace

std::optional<base::Payload> content_of(const tree::Document& document, const Node& holder) {
  const Node* data = holder.find("data");
  if (data == nullptr) return std::nullopt;
  if (data->is(Kind::attachment)) return document.attachments()[data->attachment_index()].bytes;
  auto bytes = codec::from_folded_base64(data->chars());
  if (!bytes) return std::nullopt;
  return base::Payload(std::move(*bytes));
}

std::vector<charmille::fhir::Issue> judge_attachments(const tree::Document& document) {
  Judging judging(document);
  judging.walk(document.root(), std::string(text_at(document.root(), "resourceType")));
  return judging.take();
}

Result<bool> complete_attachments(tree::Document& document) {
  Completing completing(document);
  auto root = completing.walk(document.root());
  if (!root) return fail(std::move(root.error()));
  if (completing.added()) document.set_root(*root);
  return completing.added();
}

}  // namespace charmille::adapters::fhir
