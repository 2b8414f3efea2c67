#include "gateway/exchange/documents.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/codec/sniff.h"
#include "gateway/record/edit.h"

namespace charmille::exchange {
namespace {

using record::items_at;
using record::text_at;
using tree::Kind;
using tree::Node;

/// What no codec gives: none lets a larger document through.
constexpr std::uint64_t largest = 128ULL << 20;
/// Enough to tell what a document is.
constexpr std::size_t head_size = 4096;

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool holds_content(const Node& document) {
  const Node* const content = document.find("content");
  return content != nullptr && !content->is(Kind::null);
}

/// An attachment, or a short text of base64 as JSON holds it. CH-EXC-043.
Result<tree::Attachment> content_of(const tree::Document& child, const Node& item) {
  const Node& content = *item.find("content");
  if (content.is(Kind::attachment)) return child.attachments()[content.attachment_index()];
  auto bytes = base::from_base64(content.chars());
  if (!bytes || bytes->empty()) return fail("CH-EXC-043", child.place_of(content.origin()));
  return tree::Attachment{base::Payload(std::move(*bytes)), {}};
}

Result<std::string> type_of(const tree::Attachment& content) {
  auto reader = content.bytes.open();
  if (!reader) return fail(reader.error());
  std::array<char, head_size> head;
  const auto count = (*reader)->read(head);
  if (!count) return fail(count.error());
  const std::string_view type = codec::media_type_of({head.data(), *count});
  if (codec::is_program(type)) return fail("CH-DOC-002");
  return std::string(type);
}

/// The documents of one child on their way in.
class Keeping {
 public:
  Keeping(const Context& context, const store::ChildRow& row, const crypto::Key& key, bool keeps,
          const tree::Document& child, Work& work)
      : context_(context), row_(row), key_(key), keeps_(keeps), child_(child), work_(work) {}

  Result<tree::Document> run() {
    if (auto known = load_known(); !known) return fail(known.error());
    for (std::size_t i = 1; i < child_.files().size(); ++i) told_.add_file(child_.files()[i]);
    std::vector<Node> documents;
    for (const Node& item : items_at(child_.root(), "documents")) {
      auto told = keep(item);
      if (!told) return fail(std::move(told.error()));
      documents.push_back(*told);
    }
    const Node root = told_.copy(record::without(told_, child_.root(), {"documents"}));
    told_.set_root(record::with(told_, root, "documents", told_.array(documents)));
    return std::move(told_);
  }

 private:
  Result<void> load_known() {
    const auto rows = context_.store.documents(row_.id);
    if (!rows) return fail(rows.error());
    for (const store::DocumentRow& row : *rows)
      known_.insert(base::to_hex(base::as_bytes(row.sha256)));
    return {};
  }

  Result<Node> keep(const Node& item) {
    const Node bare = told_.copy(record::without(told_, item, {"content"}));
    if (!holds_content(item)) return bare;
    const auto content = content_of(child_, item);
    if (!content) return fail(content.error());
    auto type = type_of(*content);
    if (!type) return fail(std::move(type.error()));
    std::string digest(text_at(item, "sha256"));
    // A digest may be a sender's claim: what would not be sealed, for it is there, is read too.
    if (!is_digest(digest) || known_.contains(digest)) {
      auto facts = codec::read_facts(content->bytes, largest);
      if (!facts) return fail(std::move(facts.error()));
      if (is_digest(digest) && digest != facts->sha256) return fail("CH-EXC-041");
      digest = std::move(facts->sha256);
    }
    if (keeps_ && !known_.contains(digest))
      if (auto sealed = seal(*content, digest); !sealed) return fail(std::move(sealed.error()));
    known_.insert(digest);
    const Node typed = record::with(told_, bare, "mime", told_.text(*type));
    const Node sized = record::with(
        told_, typed, "size", told_.integer(static_cast<std::int64_t>(content->bytes.size())));
    return record::with(told_, sized, "sha256", told_.text(digest));
  }

  Result<void> seal(const tree::Attachment& content, const std::string& digest) {
    auto sealed = context_.vault.seal_document(key_, row_.id, content.bytes);
    if (!sealed) return fail(std::move(sealed.error()));
    store::PayloadRow& payload = sealed->row;
    const store::Bytes sha256 = payload.sha256;
    const base::Uuid id = payload.id;
    const std::uint64_t size = payload.size;
    work_.unit.writes.emplace_back(store::PutPayload{std::move(payload)});
    if (base::to_hex(base::as_bytes(sha256)) != digest) return fail("CH-EXC-041");
    work_.unit.writes.emplace_back(store::PutDocument{{row_.id, sha256, id, {}, size}});
    return {};
  }

  const Context& context_;
  const store::ChildRow& row_;
  const crypto::Key& key_;
  const bool keeps_;
  const tree::Document& child_;
  Work& work_;
  std::set<std::string> known_;
  tree::Document told_;
};

const store::PayloadRow* payload_in(const store::Unit& unit, const base::Uuid& id) {
  for (const store::Write& write : unit.writes)
    if (const auto* put = std::get_if<store::PutPayload>(&write);
        put != nullptr && put->payload.id == id)
      return &put->payload;
  return nullptr;
}

/// The same bytes, opened when somebody reads them: nothing is unsealed for a mapping that does not
/// look.
base::Payload opened_later(const Context& context, const store::ChildRow& child,
                           const store::DocumentRow& document,
                           const std::shared_ptr<const store::PayloadRow>& pending) {
  return base::Payload(
      document.size,
      [&context, child, id = document.payload, pending]() -> Result<std::unique_ptr<base::Reader>> {
        auto key = context.vault.child_key(child);
        if (!key) return fail(key.error());
        store::PayloadRow row;
        if (pending != nullptr) {
          row = *pending;
        } else {
          auto stored = context.store.payload(id);
          if (!stored) return fail(stored.error());
          if (!*stored || (*stored)->key.empty()) return fail("CH-EXC-005");
          row = std::move(**stored);
        }
        const auto payload = context.vault.open_document(**key, child.id, std::move(row));
        if (!payload) return fail(payload.error());
        return payload->open();
      });
}

}  // namespace

Result<std::optional<tree::Document>> keep_contents(const Context& context,
                                                    const store::ChildRow& row,
                                                    const crypto::Key& key,
                                                    const tree::Document& child, bool keeps,
                                                    Work& work) {
  if (std::ranges::none_of(items_at(child.root(), "documents"), holds_content)) return std::nullopt;
  auto told = Keeping(context, row, key, keeps, child, work).run();
  if (!told) return fail(std::move(told.error()));
  return std::optional(std::move(*told));
}

Result<Contents> contents_of(const Context& context, const LinkedChild& child,
                             const store::Unit* unit) {
  Contents contents;
  const auto add = [&](const store::ChildRow& row, const store::DocumentRow& document,
                       const std::shared_ptr<const store::PayloadRow>& pending) {
    StoredContent& at = contents[base::to_hex(base::as_bytes(document.sha256))];
    at.bytes = opened_later(context, row, document, pending);
    at.cleared.insert(document.cleared.begin(), document.cleared.end());
  };
  for (const store::ChildRow& row : child.rows) {
    auto stored = context.store.documents(row.id);
    if (!stored) return fail(stored.error());
    for (store::DocumentRow& document : *stored) {
      if (unit != nullptr)
        for (const store::Write& write : unit->writes)
          if (const auto* clear = std::get_if<store::ClearDocument>(&write);
              clear != nullptr && clear->child == row.id && clear->sha256 == document.sha256)
            document.cleared = clear->cleared;
      add(row, document, nullptr);
    }
    if (unit == nullptr) continue;
    for (const store::Write& write : unit->writes)
      if (const auto* put = std::get_if<store::PutDocument>(&write);
          put != nullptr && put->document.child == row.id)
        if (const store::PayloadRow* payload = payload_in(*unit, put->document.payload))
          add(row, put->document, std::make_shared<const store::PayloadRow>(*payload));
  }
  return contents;
}

policy::Cleared cleared_for(const Contents& contents, config::Recipient kind) {
  policy::Cleared cleared;
  for (const auto& [digest, content] : contents)
    if (content.cleared.contains(std::string(config::name_of(kind)))) cleared.insert(digest);
  return cleared;
}

tree::Document with_contents(const tree::Document& record, const Contents& contents) {
  tree::Document full;
  std::vector<Node> documents;
  for (const Node& item : items_at(record.root(), "documents")) {
    const Node copy = full.copy(item);
    const auto kept = contents.find(text_at(item, "sha256"));
    if (kept == contents.end()) {
      documents.push_back(copy);
      continue;
    }
    const auto attachment =
        full.add_attachment({kept->second.bytes, std::string(text_at(item, "mime"))});
    documents.push_back(record::with(full, copy, "content", Node::attachment(attachment)));
  }
  const Node root = full.copy(record.root());
  full.set_root(record::with(full, root, "documents", full.array(documents)));
  return full;
}

std::string_view digest_of(const Contents& contents, const tree::Attachment& attachment) {
  const auto found = std::ranges::find_if(
      contents, [&](const auto& one) { return one.second.bytes.same_as(attachment.bytes); });
  return found == contents.end() ? std::string_view{} : std::string_view(found->first);
}

}  // namespace charmille::exchange
