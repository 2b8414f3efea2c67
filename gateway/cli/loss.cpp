#include "gateway/cli/loss.h"

#include <algorithm>

#include "gateway/base/catalogue.h"
#include "gateway/cli/audit_words.h"

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

void Loss::number(const std::string& file, tree::Document& input) {
  auto& columns = files_[file];
  const tree::Node* rows = input.root().find("rows");
  if (rows == nullptr || input.root().items().size() != 1) {
    input.set_root(numbered(input, input.root(), {}, columns));
    return;
  }
  const tree::Node all = numbered(input, *rows, {}, columns);
  input.set_root(input.object({{"rows", all}}, input.root().origin()));
}

tree::Node Loss::numbered(tree::Document& into, const tree::Node& node, const std::string& path,
                          std::map<std::uint32_t, Column>& columns) const {
  using tree::Kind;
  if (!node.is(Kind::array) && !node.is(Kind::object)) {
    const auto number = static_cast<std::uint32_t>(columns.size() + 1);
    columns.emplace(number, Column{path, node.is(Kind::null) ? 0U : 1U, node.is(Kind::null)});
    tree::Origin origin = node.origin();
    origin.column = number;
    return node.at(origin);
  }
  std::vector<tree::Node> items;
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    std::string below = path;
    if (node.is(Kind::object)) below.append(path.empty() ? "" : ".").append(node.key(i));
    items.push_back(numbered(into, node.items()[i], below, columns));
  }
  tree::Origin origin = node.origin();
  origin.column = 0;
  if (node.is(Kind::array)) return into.array(items, origin);
  std::vector<tree::Document::Member> members;
  for (std::size_t i = 0; i < items.size(); ++i) members.emplace_back(node.key(i), items[i]);
  return into.object(members, origin);
}

std::map<std::pair<std::string, std::string>, Loss::Left> Loss::left() const {
  std::map<std::pair<std::string, std::string>, Left> all;
  for (const auto& [file, list] : files_)
    for (const auto& [number, column] : list) {
      Left& left = all[{file, column.name}];
      left.all += column.filled;
      if (!column.read) left.unread += column.filled;
      left.never |= !column.read;
    }
  std::erase_if(all, [](const auto& one) { return !one.second.never; });
  return all;
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
  Table columns({std::string(s.say("fichier", "file")), std::string(s.say("champ", "field")),
                 std::string(s.say("valeurs jamais lues", "values never read")),
                 std::string(s.say("sur", "of"))},
                {2, 3});
  for (const auto& [where, left] : left())
    columns.add({where.first, label_of_section(s, where.second), std::to_string(left.unread),
                 std::to_string(left.all)});
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
  if (columns.empty() && codes.empty() && rules.empty())
    s.console.out << s.say("rien n'est perdu", "nothing is lost") << '\n';
}

tree::Node Loss::node(tree::Document& into) const {
  const auto number = [&](std::uint64_t n) { return into.integer(static_cast<std::int64_t>(n)); };
  std::vector<tree::Node> columns, codes, rules;
  for (const auto& [where, left] : left())
    columns.push_back(into.object({{"file", into.text(where.first)},
                                   {"column", into.text(where.second)},
                                   {"filled", number(left.unread)},
                                   {"of", number(left.all)}}));
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
