#include "gateway/cli/loss.h"

#include <algorithm>

#include "gateway/base/catalogue.h"

namespace charmille::cli {
void Loss::count(const std::string& file, const tree::Document& rows) {
  auto& columns = files_[file];
  const tree::Node* list = rows.root().find("rows");
  if (list == nullptr) return;
  for (const tree::Node& row : list->items())
    for (std::size_t i = 0; i < row.items().size(); ++i) {
      const tree::Node& cell = row.items()[i];
      Column& column = columns[cell.origin().column];
      if (column.name.empty()) column.name = row.key(i);
      column.filled += cell.chars().empty() ? 0 : 1;
    }
}

void Loss::read(const std::string& file, const std::vector<std::string>& names) {
  for (auto& [number, column] : files_[file])
    column.read |= std::ranges::find(names, column.name) != names.end();
}

void Loss::take(const mapping::Item& item) {
  for (const auto& [file, number] : item.read) {
    if (file >= item.document.files().size()) continue;
    const auto columns = files_.find(item.document.files()[file]);
    if (columns == files_.end()) continue;
    const auto column = columns->second.find(number);
    if (column != columns->second.end()) column->second.read = true;
  }
  for (const Fault& fault : item.faults)
    if (fault.code == "CH-PATH-041")
      ++unknown_[{std::string(base::argument(fault, "table")),
                  std::string(base::argument(fault, "field"))}];
}

void Loss::cut(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    // persons[2].name and persons[0].name are one field.
    std::string path;
    bool index = false;
    for (const char c : fault.place.path) {
      if (c == '[') path += "[]";
      index = c == '[' || (index && c != ']');
      if (!index && c != ']') path += c;
    }
    ++cut_[{std::string(fault.code), path}];
  }
}

void Loss::print(Session& s) const {
  Table columns({std::string(s.say("fichier", "file")), std::string(s.say("colonne", "column")),
                 std::string(s.say("jamais lue : cellules remplies", "never read: filled cells"))},
                {2});
  for (const auto& [file, list] : files_)
    for (const auto& [number, column] : list)
      if (!column.read) columns.add({file, column.name, std::to_string(column.filled)});
  Table codes({std::string(s.say("table", "table")), std::string(s.say("champ", "field")),
               std::string(s.say("codes inconnus", "unknown codes"))},
              {2});
  for (const auto& [where, count] : unknown_)
    codes.add({where.first, where.second, std::to_string(count)});
  Table rules({std::string(s.say("règle", "rule")), std::string(s.say("champ", "field")),
               std::string(s.say("fois", "times"))},
              {2});
  for (const auto& [where, count] : cut_)
    rules.add({where.first, where.second, std::to_string(count)});
  for (const Table* table : {&columns, &codes, &rules}) {
    if (table->empty()) continue;
    table->print(s.console);
    s.console.out << '\n';
  }
  const bool counted =
      std::ranges::any_of(files_, [](const auto& one) { return !one.second.empty(); });
  if (!counted)
    s.console.out
        << s.say("cette entrée n'a pas de colonnes : ce qui n'en est pas lu n'est pas compté",
                 "this input has no columns: what is not read of it is not counted")
        << '\n';
  else if (columns.empty() && codes.empty() && rules.empty())
    s.console.out << s.say("rien n'est perdu", "nothing is lost") << '\n';
}

tree::Node Loss::node(tree::Document& into) const {
  const auto number = [&](std::uint64_t n) { return into.integer(static_cast<std::int64_t>(n)); };
  std::vector<tree::Node> columns, codes, rules;
  for (const auto& [file, list] : files_)
    for (const auto& [at, column] : list)
      if (!column.read)
        columns.push_back(into.object({{"file", into.text(file)},
                                       {"column", into.text(column.name)},
                                       {"filled", number(column.filled)}}));
  for (const auto& [where, count] : unknown_)
    codes.push_back(into.object({{"table", into.text(where.first)},
                                 {"field", into.text(where.second)},
                                 {"times", number(count)}}));
  for (const auto& [where, count] : cut_)
    rules.push_back(into.object({{"code", into.text(where.first)},
                                 {"path", into.text(where.second)},
                                 {"times", number(count)}}));
  return into.object({{"neverRead", into.array(columns)},
                      {"unknownCodes", into.array(codes)},
                      {"rules", into.array(rules)}});
}

}  // namespace charmille::cli
