#include "gateway/cli/explained.h"

#include "gateway/base/bytes.h"
#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"

namespace charmille::cli {

void Explanation::learn(const std::string& file, const tree::Document& rows) {
  auto& columns = columns_[file];
  const tree::Node* list = rows.root().find("rows");
  if (!columns.empty() || list == nullptr || list->items().empty()) return;
  const tree::Node& first = list->items().front();
  for (std::size_t i = 0; i < first.items().size(); ++i)
    columns.emplace(first.items()[i].origin().column, first.key(i));
}

std::string Explanation::column_of(const base::Place& cell) const {
  const auto file = columns_.find(cell.file);
  if (file == columns_.end()) return {};
  const auto column = file->second.find(cell.column);
  return column == file->second.end() ? std::string() : column->second;
}

tree::Node Explanation::node(tree::Document& into, const mapping::Item& item) const {
  std::vector<tree::Node> values;
  for (const mapping::Explained& one : item.explained) {
    std::vector<tree::Node> sources;
    std::vector<tree::Node> columns;
    for (const base::Place& place : one.sources) {
      sources.push_back(into.text(base::describe(place)));
      columns.push_back(into.text(column_of(place)));
    }
    values.push_back(into.object({{"path", into.text(one.path)},
                                  {"value", into.copy(one.value)},
                                  {"rule", into.text(base::describe(one.rule))},
                                  {"expression", into.text(one.expression)},
                                  {"sources", into.array(sources)},
                                  {"columns", into.array(columns)}}));
  }
  return into.object(
      {{"source", into.text(base::describe(item.source))}, {"values", into.array(values)}});
}

void Explanation::print(Session& s, const mapping::Item& item) const {
  if (s.json) {
    tree::Document doc;
    s.console.out << codec::write_json(node(doc, item)) << '\n';
    return;
  }
  s.console.out << s.console.styled(base::describe(item.source), Style::bold) << '\n';
  Table table({std::string(s.say("champ", "field")), std::string(s.say("valeur", "value")),
               std::string(s.say("règle", "rule")), std::string(s.say("cellules", "cells")),
               std::string(s.say("expression", "expression"))});
  for (const mapping::Explained& one : item.explained) {
    std::string cells;
    for (base::Place place : one.sources) {
      const std::string column = base::printable(column_of(place), 40);
      if (!column.empty()) place.column = 0;
      cells += (cells.empty() ? "" : ", ") + base::describe(place);
      if (!column.empty()) cells += " " + column;
    }
    table.add({one.path, cut(codec::write_json(one.value), 50), base::describe(one.rule), cells,
               cut(one.expression, 60)});
  }
  table.print(s.console);
  s.console.out << '\n';
}

}  // namespace charmille::cli
