#include "adapters/fhir/attachments.h"

#include "gateway/base/bytes.h"
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

/// The content that an attachment holds, or leads to.
std::optional<base::Payload> reached(const tree::Document& document, const Node& attachment,
                                     const charmille::fhir::BundleIndex& bundle) {
  if (attachment.find("data") != nullptr) return content_of(document, attachment);
  const Node* binary = bundle.find(text_at(attachment, "url"));
  if (binary == nullptr || text_at(*binary, "resourceType") != "Binary") return std::nullopt;
  return content_of(document, *binary);
}

Result<std::string> hash_of(const base::Payload& content) {
  const auto digest = crypto::sha1(content);
  if (!digest) return fail(digest.error());
  return base::to_base64(*digest);
}

class Judging {
 public:
  explicit Judging(const tree::Document& document)
      : document_(document), bundle_(document.root()) {}

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
    const auto content = reached(document_, node, bundle_);
    if (!content) {
      if (holds) tell(path, "data", "CH-FHIR-083");
      return;
    }
    if (size != nullptr && size->chars() != std::to_string(content->size()))
      tell(path, "size", "CH-FHIR-084");
    if (hash == nullptr) return;
    const auto digest = hash_of(*content);
    if (!digest || *digest != hash->chars()) tell(path, "hash", "CH-FHIR-085");
  }

  const tree::Document& document_;
  charmille::fhir::BundleIndex bundle_;
  std::vector<charmille::fhir::Issue> issues_;
};

class Completing {
 public:
  explicit Completing(tree::Document& document) : document_(document), bundle_(document.root()) {}

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
    const auto content = reached(document_, node, bundle_);
    if (!content) return {};
    if (node.find("size") == nullptr) {
      members.emplace_back("size", document_.integer(static_cast<std::int64_t>(content->size())));
      added_ = true;
    }
    if (node.find("hash") != nullptr) return {};
    auto digest = hash_of(*content);
    if (!digest) return fail(std::move(digest.error()));
    members.emplace_back("hash", document_.text(*digest));
    added_ = true;
    return {};
  }

  tree::Document& document_;
  charmille::fhir::BundleIndex bundle_;
  bool added_ = false;
};

}  // namespace

std::optional<base::Payload> content_of(const tree::Document& document, const Node& holder) {
  const Node* data = holder.find("data");
  if (data == nullptr) return std::nullopt;
  if (data->is(Kind::attachment)) return document.attachments()[data->attachment_index()].bytes;
  auto bytes = base::from_base64(data->chars());
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
