#include "gateway/record/statement.h"

#include <algorithm>

#include "gateway/codec/codec.h"
#include "gateway/config/words.h"
#include "gateway/record/edit.h"

namespace charmille::record {

using tree::Document;
using tree::Node;

std::vector<Statement> split(const Document& child, const Reading& reading) {
  std::vector<Statement> statements;
  const base::Place place = child.place_of(child.root().origin());
  const Provenance provenance{reading.exchange, place.file, place.line, reading.mapping};
  for (const std::string_view name : config::section_names())
    if (const Node* section = child.root().find(name))
      statements.push_back({std::string(name), reading.source, reading.extracted, reading.lot,
                            provenance, codec::write_canonical_json(*section)});
  return statements;
}

Result<std::string> with_former_ids(const std::string& former, const std::string& fresh) {
  Document document;
  const auto before = codec::read_own_json(document, former);
  const auto now = codec::read_own_json(document, fresh);
  if (!before || !now) return fail("CH-REC-050");
  std::vector<Node> ids(now->items().begin(), now->items().end());
  for (const Node& id : before->items()) {
    const bool named = std::ranges::any_of(now->items(), [&](const Node& other) {
      return text_at(other, "system") == text_at(id, "system");
    });
    if (!named) ids.push_back(id);
  }
  return codec::write_canonical_json(document.array(ids));
}

Result<std::string> with_former_documents(const std::string& former, const std::string& fresh) {
  Document document;
  const auto before = codec::read_own_json(document, former);
  const auto now = codec::read_own_json(document, fresh);
  if (!before || !now) return fail("CH-REC-050");
  const auto same = [](const Node& a, const Node& b, std::string_view key) {
    return !text_at(a, key).empty() && text_at(a, key) == text_at(b, key);
  };
  const auto is_gone = [&](const Node& one) {
    return std::ranges::any_of(now->items(), [&](const Node& other) {
      const bool again = text_at(one, "id").empty() || text_at(other, "id").empty()
                             ? same(one, other, "sha256")
                             : same(one, other, "id");
      return again || std::ranges::any_of(items_at(other, "replaces"), [&](const Node& id) {
               return id.chars() == text_at(one, "id");
             });
    });
  };
  std::vector<Node> documents;
  for (const Node& one : before->items())
    if (!is_gone(one)) documents.push_back(one);
  for (const Node& one : now->items())
    if (text_at(one, "state") != "superseded" && text_at(one, "state") != "entered-in-error")
      documents.push_back(one);
  return codec::write_canonical_json(document.array(documents));
}

std::string pack(const Statement& statement) {
  const Provenance& from = statement.provenance;
  Document head;
  head.set_root(head.object({{"exchange", head.text(from.exchange.text())},
                             {"file", head.text(from.file)},
                             {"line", head.integer(from.line)},
                             {"mapping", head.text(from.mapping)}}));
  // One line of provenance, then the body as it is: opening a statement parses no more than it
  // needs.
  return codec::write_canonical_json(head.root()) + '\n' + statement.body;
}

Result<void> unpack(std::string_view packed, Statement& into) {
  const std::size_t end = packed.find('\n');
  if (end == packed.npos) return fail("CH-REC-050");
  auto head = codec::read_json(packed.substr(0, end), {});
  if (!head) return fail("CH-REC-050");
  const Node& root = head->root();
  const auto exchange = base::Uuid::parse(text_at(root, "exchange"));
  const Node* line = root.find("line");
  if (!exchange || line == nullptr) return fail("CH-REC-050");
  into.provenance.exchange = *exchange;
  into.provenance.file = text_at(root, "file");
  into.provenance.line =
      static_cast<std::uint32_t>(std::strtoul(std::string(line->chars()).c_str(), nullptr, 10));
  into.provenance.mapping = text_at(root, "mapping");
  into.body = packed.substr(end + 1);
  return {};
}

}  // namespace charmille::record
