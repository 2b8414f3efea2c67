// Leaves of the audit log as an auditor reads them.
#include "gateway/cli/asked.h"
#include "gateway/cli/audit_words.h"

namespace charmille::cli {
namespace {

std::string inner(const tree::Node& node, std::string_view object, std::string_view name) {
  const tree::Node* found = node.find(object);
  return found == nullptr ? std::string{} : text_at(*found, name);
}

/// ATNA's outcomes (DICOM PS3.15 A.5.1).
Cell outcome_cell(const Session& s, const std::string& outcome) {
  if (outcome == "0") return {"✓", Style::green};
  if (outcome == "4") return {std::string(s.say("refus", "refused")), Style::yellow};
  return {std::string(s.say("échec", "failed")), Style::red};
}

/// "→ departement-99": to whom, or from whom; a person or the gateway itself otherwise.
std::string with_whom(const tree::Node& leaf) {
  const std::string peer = inner(leaf, "peer", "name");
  if (peer.empty()) return inner(leaf, "agent", "id");
  const std::string direction = text_at(leaf, "dir");
  return (direction == "out" ? "→ " : direction == "in" ? "← " : "") + peer;
}

std::string detail_of(const Session& s, const tree::Node& leaf) {
  std::string text;
  const auto add = [&text](const std::string& piece) {
    if (!piece.empty()) text += (text.empty() ? "" : ", ") + piece;
  };
  add(inner(leaf, "detail", "endpoint"));
  if (const std::string lot = inner(leaf, "detail", "lot"); !lot.empty()) add("lot " + lot);
  add(inner(leaf, "err", "code"));
  if (inner(leaf, "detail", "query") == "about")
    add(std::string(s.say("sur un enfant", "about one child")));
  const std::string reason = inner(leaf, "detail", "reason");
  add(reason == "duplicate"
          ? std::string(s.say("le partenaire l'avait déjà", "the partner had it already"))
          : reason);
  return text;
}

std::string sections_of(const Session& s, const tree::Node& detail, std::string_view name) {
  std::string text;
  for (const tree::Node& item : items_at(detail, name))
    text += (text.empty() ? "" : ", ") + label_of_section(s, std::string(item.chars()));
  return text;
}

/// About which children, and why: a line each, where there is something to say.
void add_notes(const Session& s, const tree::Node& leaf, Table& table) {
  const tree::Node* detail = leaf.find("detail");
  if (detail == nullptr || detail->find("tags") == nullptr) return;
  const bool out = text_at(leaf, "dir") == "out";
  const std::size_t children = items_at(*detail, "tags").size();
  const auto note = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) table.note(std::string(name), text);
  };
  note(s.say("enfants", "children"), std::to_string(children));
  note(out ? s.say("transmis", "sent") : s.say("reçu", "received"),
       sections_of(s, *detail, "sent"));
  note(s.say("retenu", "withheld"), sections_of(s, *detail, "withheld"));
  note(s.say("fondement", "ground"), text_at(leaf, "basis"));
  note(s.say("finalité", "purpose"), text_at(leaf, "purpose"));
  note(s.say("règle", "policy line"), text_at(*detail, "policy"));
}

Cell delivered_cell(Session& s, const tree::Node& row) {
  if (const std::string when = text_at(row, "delivered"); !when.empty())
    return {s.moment(when), Style::green};
  const std::string state = text_at(row, "state");
  return state.empty() ? Cell{""} : state_cell(s, state);
}

std::vector<std::string> titles(Session& s, bool deliveries) {
  std::vector<std::string> all{"n°", s.timed("quand", "when"),
                               std::string(s.say("événement", "event")), "",
                               std::string(s.say("qui, avec qui", "who, with whom"))};
  if (deliveries) all.emplace_back(s.say("livré", "delivered"));
  all.emplace_back(s.say("échange", "exchange"));
  all.emplace_back(s.say("détail", "detail"));
  return all;
}

}  // namespace

void print_leaves(Session& s, const tree::Node& root, bool deliveries) {
  Table table(titles(s, deliveries), {0});
  for (const tree::Node& row : items_at(root, "leaves")) {
    const tree::Node* leaf = row.find("leaf");
    std::vector<Cell> cells{text_at(row, "seq")};
    if (leaf == nullptr) {
      cells.emplace_back("");
      cells.emplace_back(std::string(s.say("effacé à terme", "purged at term")), Style::dim);
      cells.resize(deliveries ? 8 : 7, Cell(""));
      table.add(std::move(cells));
      continue;
    }
    cells.emplace_back(s.moment(text_at(*leaf, "ts")));
    cells.emplace_back(label_of_event(s, text_at(*leaf, "ev")));
    cells.push_back(outcome_cell(s, text_at(*leaf, "out")));
    cells.emplace_back(with_whom(*leaf));
    if (deliveries) cells.push_back(delivered_cell(s, row));
    cells.emplace_back(text_at(*leaf, "xch"));
    cells.emplace_back(detail_of(s, *leaf));
    table.add(std::move(cells));
    add_notes(s, *leaf, table);
  }
  table.print(s.console);
  if (const std::string next = text_at(root, "next"); !next.empty())
    s.console.out << s.console.styled(
                         std::string(s.say("la suite : --before ", "more: --before ")) + next,
                         Style::dim)
                  << '\n';
}

}  // namespace charmille::cli
