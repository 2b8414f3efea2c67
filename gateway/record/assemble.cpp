#include "gateway/record/assemble.h"

#include <algorithm>

#include "gateway/codec/codec.h"
#include "gateway/config/words.h"
#include "gateway/record/edit.h"

namespace charmille::record {
namespace {

using tree::Document;
using tree::Node;

std::size_t rank_of(const Statement& statement, const std::vector<std::string>* order) {
  if (order == nullptr) return 0;
  return static_cast<std::size_t>(std::ranges::find(*order, statement.source) - order->begin());
}

/// Those of one section that say something, the one that counts first.
std::vector<const Statement*> ranked(std::span<const Statement> latest, std::string_view section,
                                     const Ownership& ownership) {
  std::vector<const Statement*> all;
  for (const Statement& statement : latest)
    if (statement.section == section && !statement.body.empty()) all.push_back(&statement);
  const auto at = ownership.order.find(section);
  const std::vector<std::string>* order = at == ownership.order.end() ? nullptr : &at->second;
  std::ranges::sort(all, [order](const Statement* a, const Statement* b) {
    const std::size_t rank_a = rank_of(*a, order);
    const std::size_t rank_b = rank_of(*b, order);
    if (rank_a != rank_b) return rank_a < rank_b;
    if (a->extracted != b->extracted) return a->extracted > b->extracted;
    if (a->lot != b->lot) return a->lot > b->lot;
    return a->source < b->source;
  });
  return all;
}

Result<Node> read_body(Document& into, const Statement& statement) {
  auto body = codec::read_json(statement.body, {});
  if (!body) return fail("CH-REC-050");
  return into.copy(body->root());
}

/// Every source's identifiers, each once, in the order of system and value.
Result<Node> all_ids(Document& into, const std::vector<const Statement*>& statements) {
  std::vector<Node> ids;
  for (const Statement* statement : statements) {
    auto section = read_body(into, *statement);
    if (!section) return section;
    ids.insert(ids.end(), section->items().begin(), section->items().end());
  }
  const auto key = [](const Node& id) {
    return std::pair(text_at(id, "system"), text_at(id, "value"));
  };
  std::ranges::stable_sort(ids, {}, key);
  const auto rest = std::ranges::unique(ids, {}, key);
  ids.erase(rest.begin(), rest.end());
  return into.array(ids);
}

bool tells_secret(const Node& item, std::string_view end) {
  return item.find(end) == nullptr && item.find("secretPlace") != nullptr &&
         code_at(item, "secretPlace") != "no";
}

/// Does any source say that the place of a running stay or measure is secret?
Result<bool> any_secret(std::span<const Statement> latest) {
  for (const Statement& statement : latest) {
    const bool stays = statement.section == "stays";
    if ((!stays && statement.section != "measures") || statement.body.empty()) continue;
    auto body = codec::read_json(statement.body, {});
    if (!body) return fail("CH-REC-050");
    if (std::ranges::any_of(body->root().items(), [&](const Node& item) {
          return tells_secret(item, stays ? "exit" : "end");
        }))
      return true;
  }
  return false;
}

Node with_secret_place(Document& into, const Node& stays) {
  std::vector<Node> items;
  for (const Node& stay : stays.items()) {
    const bool running = stay.find("exit") == nullptr;
    const Node* flag = stay.find("secretPlace");
    const bool open = flag == nullptr || code_at(stay, "secretPlace") == "no";
    items.push_back(running && open
                        ? with(into, stay, "secretPlace", into.object({{"code", into.text("yes")}}))
                        : stay);
  }
  return into.array(items);
}

}  // namespace

Result<Document> assemble(std::span<const Statement> latest, const Ownership& ownership) {
  auto secret = any_secret(latest);
  if (!secret) return fail(std::move(secret.error()));
  Document record;
  std::vector<Document::Member> members;
  for (const std::string_view name : config::section_names()) {
    const auto statements = ranked(latest, name, ownership);
    if (statements.empty()) continue;
    auto section =
        name == "ids" ? all_ids(record, statements) : read_body(record, *statements.front());
    if (!section) return fail(std::move(section.error()));
    members.emplace_back(
        name, name == "stays" && *secret ? with_secret_place(record, *section) : *section);
  }
  record.set_root(record.object(members));
  return record;
}

}  // namespace charmille::record
