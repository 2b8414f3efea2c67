#include "gateway/record/conflicts.h"

#include <algorithm>
#include <array>

#include "gateway/codec/codec.h"
#include "gateway/config/words.h"
#include "gateway/fhirpath/text.h"
#include "gateway/record/edit.h"
#include "gateway/record/ranked.h"

namespace charmille::record {
namespace {

using tree::Kind;
using tree::Node;

bool is_alike(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (a.find('?') != a.npos || b.find('?') != b.npos) return true;
  return fhirpath::normalize(a) == fhirpath::normalize(b);
}

/// A foreign word, or a translation of it: {code, raw}.
bool is_coded(const Node& node) {
  return node.is(Kind::object) && (node.find("code") != nullptr || node.find("raw") != nullptr);
}

class Differences {
 public:
  explicit Differences(std::vector<Conflict>& found) : found_(found) {}

  /// All that one source says below `path`.
  struct Side {
    const Statement* statement;
    const Node* node;
  };

  void compare(const std::string& path, const std::vector<Side>& sides) {
    if (sides.size() < 2) return;
    const Node& first = *sides.front().node;
    if (first.is(Kind::object) && !is_coded(first)) return compare_fields(path, sides);
    const bool alike = std::ranges::all_of(
        sides, [&](const Side& side) { return is_same_value(first, *side.node); });
    if (alike) return;
    Conflict conflict{path, {}};
    for (const Side& side : sides)
      conflict.told.push_back({side.statement->source, side.statement->extracted, *side.node});
    found_.push_back(std::move(conflict));
  }

 private:
  void compare_fields(const std::string& path, const std::vector<Side>& sides) {
    std::vector<std::string_view> names;
    for (const Side& side : sides)
      for (std::size_t i = 0; i < side.node->items().size(); ++i)
        if (std::ranges::find(names, side.node->key(i)) == names.end())
          names.push_back(side.node->key(i));
    for (const std::string_view name : names) {
      std::vector<Side> below;
      for (const Side& side : sides)
        if (const Node* value = side.node->find(name)) below.push_back({side.statement, value});
      compare(path + '.' + std::string(name), below);
    }
  }

  static bool is_same_value(const Node& a, const Node& b) {
    if (is_coded(a) && is_coded(b)) {
      const std::string_view field =
          a.find("code") != nullptr && b.find("code") != nullptr ? "code" : "raw";
      return a.find(field) == nullptr || b.find(field) == nullptr ||
             is_alike(text_at(a, field), text_at(b, field));
    }
    if (a.is(Kind::array) && b.is(Kind::array))
      return a.items().size() == b.items().size() &&
             std::ranges::equal(a.items(), b.items(), is_same_value);
    if (a.is(Kind::text) && b.is(Kind::text)) return is_alike(a.chars(), b.chars());
    return tree::equal(a, b);
  }

  std::vector<Conflict>& found_;
};

/// Which item of a section that several sources tell, and how it is called; empty: such items are
/// not compared.
std::string name_of_item(std::string_view section, const Node& item) {
  std::string name;
  if (section == "measures") {
    name = text_at(item, "number");
    if (name.empty())
      name = std::string(code_at(item, "type")) + ' ' + std::string(text_at(item, "start"));
  } else if (section == "stays") {
    name = std::string(text_at(item, "finess")) + ' ' + std::string(text_at(item, "entry"));
  } else if (section == "presence") {
    name = text_at(item, "month");
  }
  return name;
}

bool is_same_item(std::string_view section, const Node& a, const Node& b) {
  if (section == "measures") return is_same_measure(a, b);
  const std::string name = name_of_item(section, a);
  return !name.empty() && name == name_of_item(section, b);
}

/// Item by item: each of one source with the same one of the others.
void compare_items(std::string_view section, const std::vector<Said>& said, Differences& found) {
  std::vector<std::vector<const Node*>> met(said.size());
  for (std::size_t first = 0; first < said.size(); ++first)
    for (const Node& item : said[first].body.items()) {
      if (std::ranges::find(met[first], &item) != met[first].end()) continue;
      std::vector<Differences::Side> sides{{said[first].statement, &item}};
      for (std::size_t other = first + 1; other < said.size(); ++other)
        for (const Node& theirs : said[other].body.items())
          if (is_same_item(section, item, theirs)) {
            sides.push_back({said[other].statement, &theirs});
            met[other].push_back(&theirs);
            break;
          }
      found.compare(std::string(section) + '[' + name_of_item(section, item) + ']', sides);
    }
}

constexpr std::array<std::string_view, 3> by_item{"measures", "stays", "presence"};
/// Each source adds its own; nothing is contradicted.
constexpr std::array<std::string_view, 5> added_up{"ids", "deadlines", "events", "notes",
                                                   "documents"};

}  // namespace

Result<std::vector<Conflict>> conflicts(tree::Document& into, std::span<const Statement> latest,
                                        const Ownership& ownership) {
  const auto all = read_all(into, latest);
  if (!all) return fail(all.error());
  std::vector<Conflict> found;
  Differences differences(found);
  for (const std::string_view section : config::section_names()) {
    if (std::ranges::find(added_up, section) != added_up.end()) continue;
    const std::vector<Said> said = ranked(*all, section, ownership);
    if (said.size() < 2) continue;
    if (std::ranges::find(by_item, section) != by_item.end()) {
      compare_items(section, said, differences);
      continue;
    }
    std::vector<Differences::Side> sides;
    sides.reserve(said.size());
    for (const Said& one : said) sides.push_back({one.statement, &one.body});
    differences.compare(std::string(section), sides);
  }
  return found;
}

}  // namespace charmille::record
