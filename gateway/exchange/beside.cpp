#include "gateway/exchange/beside.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/bytes.h"
#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/record/edit.h"
#include "gateway/tree/document.h"

namespace charmille::exchange {
namespace {

constexpr std::string_view field = "beside";

std::string text_at(const tree::Node& object, std::string_view name) {
  return std::string(record::text_at(object, name));
}

tree::Node pairs_node(tree::Document& doc, const adapters::Pairs& pairs) {
  std::vector<tree::Node> items;
  for (const auto& [name, value] : pairs) {
    const tree::Node both[] = {doc.text(name), doc.text(value)};
    items.push_back(doc.array(both));
  }
  return doc.array(items);
}

adapters::Pairs read_pairs(const tree::Node* node) {
  adapters::Pairs pairs;
  if (node == nullptr) return pairs;
  for (const tree::Node& item : node->items())
    if (item.items().size() == 2)
      pairs.emplace_back(item.items()[0].chars(), item.items()[1].chars());
  return pairs;
}

std::uint32_t number_at(const tree::Node& object, std::string_view name) {
  const std::string text = text_at(object, name);
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string seal(const Vault& vault, const crypto::Key& key, const base::Uuid& payload,
                 const Beside& beside) {
  tree::Document doc(1024);
  std::vector<tree::Document::Member> members;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) members.emplace_back(name, tree::Node::text(value));
  };
  add("name", beside.name);
  add("contentType", beside.content_type);
  add("reference", beside.reference);
  add("authentication", beside.authentication);
  add("report", beside.report);
  if (!beside.ids.empty()) members.emplace_back("ids", pairs_node(doc, beside.ids));
  return vault.seal_beside(key, payload, field, codec::write_json(doc.object(members)));
}

Result<Opened> open(const Context& context, const store::Exchange& exchange) {
  if (!exchange.payload)
    return fail(exchange.direction == store::Direction::out ? "CH-EXC-046" : "CH-EXC-005");
  auto row = context.store.payload(*exchange.payload);
  if (!row) return fail(row.error());
  if (!*row || (*row)->key.empty()) return fail("CH-EXC-005");
  Opened opened;
  auto key = context.vault.payload_key(**row);
  if (!key) return fail(key.error());
  opened.key = *key;
  opened.sha256 = base::to_hex(base::as_bytes((*row)->sha256));
  auto payload = context.vault.open_payload(**row);
  if (!payload) return fail(payload.error());
  opened.payload = std::move(*payload);
  if (exchange.metadata.empty()) return opened;
  auto text = context.vault.open_beside(*opened.key, (*row)->id, field, exchange.metadata);
  if (!text) return fail(text.error());
  auto doc = codec::read_json(*text, "beside");
  if (!doc) return fail(doc.error());
  const tree::Node& root = doc->root();
  opened.beside = {text_at(root, "name"),        text_at(root, "contentType"),
                   text_at(root, "reference"),   text_at(root, "authentication"),
                   read_pairs(root.find("ids")), text_at(root, "report")};
  return opened;
}

std::string fault_json(const Fault& fault) {
  tree::Document doc(512);
  return codec::write_json(doc.object({{"file", doc.text(base::printable(fault.place.file))},
                                       {"line", doc.integer(fault.place.line)},
                                       {"column", doc.integer(fault.place.column)},
                                       {"path", doc.text(base::printable(fault.place.path))},
                                       {"args", pairs_node(doc, fault.args)}}));
}

void record_fault(store::Exchange& exchange, const Fault& fault) {
  exchange.fault_code = fault.code;
  exchange.fault_detail = fault_json(fault);
}

Fault fault_of(std::string_view code, std::string_view json) {
  const base::CatalogueEntry* entry = base::find_entry(code);
  Fault fault;
  fault.code = entry == nullptr ? std::string_view("CH-SYS-001") : entry->code;
  fault.action = entry == nullptr ? base::Action::reject : entry->action;
  const auto doc = codec::read_json(json, "fault");
  if (!doc) return fault;
  const tree::Node& root = doc->root();
  fault.place = {text_at(root, "file"), number_at(root, "line"), number_at(root, "column"),
                 text_at(root, "path")};
  fault.args = read_pairs(root.find("args"));
  return fault;
}

std::optional<Fault> recorded_fault(const store::Exchange& exchange) {
  if (exchange.fault_code.empty()) return {};
  return fault_of(exchange.fault_code, exchange.fault_detail);
}

bool is_ambiguous(const Fault& fault) {
  return std::ranges::any_of(fault.args, [](const auto& arg) { return arg.first == "ambiguous"; });
}

}  // namespace charmille::exchange
