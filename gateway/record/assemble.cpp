#include "gateway/record/assemble.h"

#include <algorithm>
#include <iterator>

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

/// A statement that says something, and what.
struct Said {
  const Statement* statement;
  Node body;
};

Result<std::vector<Said>> read_all(Document& into, std::span<const Statement> latest) {
  std::vector<Said> said;
  said.reserve(latest.size());
  for (const Statement& statement : latest) {
    if (statement.body.empty()) continue;
    auto body = codec::read_own_json(into, statement.body);
    if (!body) return fail("CH-REC-050");
    said.push_back({&statement, *body});
  }
  return said;
}

/// Those of one section, the one that counts first.
std::vector<Said> ranked(std::span<const Said> all, std::string_view section,
                         const Ownership& ownership) {
  std::vector<Said> found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&](const Said& said) { return said.statement->section == section; });
  if (found.size() < 2) return found;
  const auto at = ownership.order.find(section);
  const std::vector<std::string>* order = at == ownership.order.end() ? nullptr : &at->second;
  std::ranges::sort(found, [order](const Said& left, const Said& right) {
    const Statement& a = *left.statement;
    const Statement& b = *right.statement;
    const std::size_t rank_a = rank_of(a, order);
    const std::size_t rank_b = rank_of(b, order);
    if (rank_a != rank_b) return rank_a < rank_b;
    if (a.extracted != b.extracted) return a.extracted > b.extracted;
    if (a.lot != b.lot) return a.lot > b.lot;
    return a.source < b.source;
  });
  return found;
}

/// Every source's identifiers, each once, in the order of system and value.
Node all_ids(Document& into, const std::vector<Said>& statements) {
  std::vector<Node> ids;
  for (const Said& said : statements)
    ids.insert(ids.end(), said.body.items().begin(), said.body.items().end());
  const auto key = [](const Node& id) {
    return std::pair(text_at(id, "system"), text_at(id, "value"));
  };
  std::ranges::stable_sort(ids, {}, key);
  // not std::ranges::unique: clang 14 cannot compile the subrange it gives, and with it the checks
  const auto same = [&key](const Node& a, const Node& b) { return key(a) == key(b); };
  ids.erase(std::unique(ids.begin(), ids.end(), same), ids.end());
  return into.array(ids);
}

bool tells_secret(const Node& item, std::string_view end) {
  return item.find(end) == nullptr && item.find("secretPlace") != nullptr &&
         code_at(item, "secretPlace") != "no";
}

/// Does any source say that the place of a running stay or measure is secret?
bool any_secret(std::span<const Said> all) {
  return std::ranges::any_of(all, [](const Said& said) {
    const bool stays = said.statement->section == "stays";
    if (!stays && said.statement->section != "measures") return false;
    return std::ranges::any_of(said.body.items(), [&](const Node& item) {
      return tells_secret(item, stays ? "exit" : "end");
    });
  });
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
  Document record;
  const auto all = read_all(record, latest);
  if (!all) return fail(all.error());
  const bool secret = any_secret(*all);
  std::vector<Document::Member> members;
  for (const std::string_view name : config::section_names()) {
    const std::vector<Said> statements = ranked(*all, name, ownership);
    if (statements.empty()) continue;
    Node section = name == "ids" ? all_ids(record, statements) : statements.front().body;
    if (name == "stays" && secret) section = with_secret_place(record, section);
    members.emplace_back(name, section);
  }
  record.set_root(record.object(members));
  return record;
}

}  // namespace charmille::record
