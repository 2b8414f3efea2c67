#include "gateway/record/assemble.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "gateway/config/words.h"
#include "gateway/record/edit.h"
#include "gateway/record/ins.h"
#include "gateway/record/ranked.h"

namespace charmille::record {
namespace {

using tree::Document;
using tree::Node;

/// Sections of which several sources may each know a part.
constexpr std::array<std::string_view, 7> shared_sections{
    "measures", "stays", "presence", "deadlines", "events", "notes", "documents"};

bool is_shared(std::string_view section) {
  return std::ranges::find(shared_sections, section) != shared_sections.end();
}

/// What tells whose part an item is; empty: nothing does.
std::string_view part_of(std::string_view section, const Node& item) {
  if (section == "measures") return text_at(item, "department");
  if (section == "stays") return text_at(item, "finess");
  return {};
}

/// What the better source leaves unsaid is taken from the other, but for the end of what it says
/// still runs; of two words about secrecy, the strictest.
Node completed(Document& into, const Node& better, const Node& other) {
  Node item = better;
  const std::string_view state = text_at(better, "state"), theirs = text_at(other, "state");
  const bool at_odds = !state.empty() && !theirs.empty() && state != theirs;
  for (std::size_t i = 0; i < other.items().size(); ++i) {
    const std::string_view field = other.key(i);
    if (at_odds && (field == "end" || field == "endReason")) continue;
    const bool stricter = field == "secretPlace" && code_at(other, field) != "no";
    if (item.find(field) == nullptr || stricter) item = with(into, item, field, other.items()[i]);
  }
  return item;
}

/// Completes the one item that speaks of the same; false when there is none, or several.
bool complete_one(Document& into, std::vector<Node>& items, const Node& other) {
  const auto is_same = [&](const Node& item) { return is_same_measure(item, other); };
  if (std::ranges::count_if(items, is_same) != 1) return false;
  const auto at = std::ranges::find_if(items, is_same);
  *at = completed(into, *at, other);
  return true;
}

/// One content is as confidential as the source that says the most, whoever is heard: each of the
/// `documents` that have it has the labels of all the statements.
Node share_labels(Document& into, const Node& documents, const std::vector<Said>& statements) {
  std::map<std::string_view, std::vector<Node>> labels;  // by digest
  for (const Said& said : statements)
    for (const Node& document : said.body.items())
      for (const Node& label : items_at(document, "securityLabels")) {
        std::vector<Node>& all = labels[text_at(document, "sha256")];
        if (std::ranges::none_of(all, [&](const Node& known) { return tree::equal(known, label); }))
          all.push_back(label);
      }
  labels.erase(std::string_view{});  // what has no content is its own
  if (labels.empty()) return documents;
  std::vector<Node> shared;
  for (const Node& document : documents.items()) {
    const auto at = labels.find(text_at(document, "sha256"));
    shared.push_back(at == labels.end()
                         ? document
                         : with(into, document, "securityLabels", into.array(at->second)));
  }
  return into.array(shared);
}

/// The section as the statements, best first, tell it together.
Node put_together(Document& into, std::string_view section, const std::vector<Said>& statements,
                  const Ownership& ownership) {
  if (statements.size() == 1) return statements.front().body;
  const Ownership::Ranks* const ranks = ranks_of(ownership, section);
  const std::size_t best = rank_of(*statements.front().statement, ranks);
  std::vector<Node> items;
  std::set<std::string, std::less<>> parts;  // of which the better ranks speak
  std::vector<std::string_view> fresh;
  std::size_t rank = best;
  for (const Said& said : statements) {
    if (const std::size_t now = rank_of(*said.statement, ranks); now != rank) {
      parts.insert(fresh.begin(), fresh.end());
      fresh.clear();
      rank = now;
    }
    for (const Node& item : said.body.items()) {
      const std::string_view part = part_of(section, item);
      if (rank != best && section == "measures" && complete_one(into, items, item)) continue;
      if (rank != best && (part.empty() || parts.contains(part))) continue;
      if (!part.empty()) fresh.push_back(part);
      if (std::ranges::none_of(items, [&](const Node& known) { return tree::equal(known, item); }))
        items.push_back(item);
    }
  }
  return into.array(items);
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

/// What persons opened of the former file, whichever of the linked children they named.
std::vector<Node> transmissions(std::span<const Said> all) {
  std::vector<Said> given;
  std::ranges::copy_if(all, std::back_inserter(given), [](const Said& said) {
    return said.statement->section == transmissions_section && said.statement->source == own_source;
  });
  std::ranges::sort(given, {}, [](const Said& said) { return said.statement->body; });
  std::vector<Node> items;
  for (const Said& said : given)
    items.insert(items.end(), said.body.items().begin(), said.body.items().end());
  return items;
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

/// A matricule that the identity taken from another source, or a later one, contradicts is no INS.
Node fitting_ins(Document& into, const Node& ins, const Node* identity) {
  if (ins.find("matricule") == nullptr || check_ins(ins, identity) == InsCheck::fits) return ins;
  return downgraded_ins(into, ins);
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

const Node* section_of(const std::vector<Document::Member>& members, std::string_view name) {
  const auto at = std::ranges::find(members, name, &Document::Member::first);
  return at == members.end() ? nullptr : &at->second;
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
    Node section = name == "ids"     ? all_ids(record, statements)
                   : is_shared(name) ? put_together(record, name, statements, ownership)
                                     : statements.front().body;
    if (name == "documents") section = share_labels(record, section, statements);
    if (name == "stays" && secret) section = with_secret_place(record, section);
    if (name == "ins") section = fitting_ins(record, section, section_of(members, "identity"));
    members.emplace_back(name, section);
  }
  if (const std::vector<Node> given = transmissions(*all); !given.empty())
    members.emplace_back(transmissions_section, record.array(given));
  record.set_root(record.object(members));
  return record;
}

}  // namespace charmille::record
