#include "gateway/codec/lines_join.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace charmille::codec {
namespace {

using tree::Node;

constexpr std::uint32_t none = 0xFFFFFFFF;

/// The values of some fields as one text; false when one of them is missing: then there is no key.
bool key_of(const LineRecord& record, const std::vector<std::size_t>& fields, std::string& key) {
  key.clear();
  for (const std::size_t field : fields) {
    const std::string_view value = record.slots[field].chars();
    if (value.empty()) return false;
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    key += std::to_string(value.size());
    key += ':';
    key += value;
  }
  return !fields.empty();
}

/// Records of one type by their values of some fields.
using Index = std::unordered_map<std::string, std::vector<std::uint32_t>>;

class Joiner {
 public:
  Joiner(const LinesInput& options, LineFile& file, const std::string& name, tree::Document& into)
      : options_(options), file_(file), name_(name), into_(into), held_(options.types.size()) {}

  Result<JoinedLines> run() {
    for (std::size_t i = 0; i < options_.types.size(); ++i)
      held_[i].resize(file_.records[i].size());
    // From the rows down: what hangs from a held line is held too.
    std::vector<std::size_t> order{options_.main};
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (auto unique = check_keys(order[i]); !unique) return fail(std::move(unique.error()));
      for (const std::size_t child : options_.types[order[i]].children) {
        options_.types[child].reference ? share(order[i], child) : hang(order[i], child);
        order.push_back(child);
      }
    }
    make_rows();
    std::ranges::sort(joined_.held, {}, &Rejected::line);
    return std::move(joined_);
  }

 private:
  const LineType& type(std::size_t index) const { return options_.types[index]; }
  std::vector<LineRecord>& records(std::size_t index) { return file_.records[index]; }

  Index index_of(std::size_t index, const std::vector<std::size_t>& fields) {
    Index by_key;
    std::string key;
    for (std::uint32_t i = 0; i < records(index).size(); ++i)
      if (!held_[index][i] && key_of(records(index)[i], fields, key)) by_key[key].push_back(i);
    return by_key;
  }

  Result<void> check_keys(std::size_t index) {
    if (type(index).key.empty()) return {};
    std::unordered_map<std::string, std::uint32_t> first;
    std::vector<std::uint32_t> doubled;
    std::string key;
    for (std::uint32_t i = 0; i < records(index).size(); ++i) {
      if (!key_of(records(index)[i], type(index).key, key)) continue;
      const auto [known, fresh] = first.emplace(key, i);
      if (fresh) continue;
      if (!type(index).reject_doubled) return fail(doubled_fault(index, i, known->second));
      doubled.push_back(i);
      doubled.push_back(known->second);
    }
    for (const std::uint32_t i : doubled) {
      if (held_[index][i]) continue;
      key_of(records(index)[i], type(index).key, key);
      hold(index, i, doubled_fault(index, i, first[key]), owner_of(index, records(index)[i]));
    }
    return {};
  }

  Fault doubled_fault(std::size_t index, std::uint32_t record, std::uint32_t first) {
    std::string columns;
    for (const std::size_t field : type(index).key)
      columns += (columns.empty() ? "" : ", ") + type(index).fields[field].name;
    const LineRecord& line = records(index)[record];
    return fault("CH-LIG-052",
                 {name_, line.line, line.slots[type(index).key.front()].origin().column, {}},
                 {{"columns", columns}, {"number", std::to_string(records(index)[first].line)}});
  }

  /// Gives every record of `parent` the list of its own lines of the type `child`.
  void hang(std::size_t parent, std::size_t child) {
    const Index parents = index_of(parent, type(child).parent_on);
    std::vector<std::uint32_t> parent_of(records(child).size(), none);
    std::vector<std::uint32_t> counts(records(parent).size());
    std::string key;
    for (std::uint32_t i = 0; i < records(child).size(); ++i) {
      if (key_of(records(child)[i], type(child).on, key))
        if (const auto found = parents.find(key); found != parents.end())
          ++counts[parent_of[i] = found->second.front()];
      if (parent_of[i] == none) hold_orphan(parent, child, i);
    }
    std::vector<std::span<Node>> lists;
    lists.reserve(counts.size());
    for (const std::uint32_t count : counts) lists.push_back(into_.arena().array<Node>(count));
    std::ranges::fill(counts, 0U);
    for (std::uint32_t i = 0; i < records(child).size(); ++i)
      if (const std::uint32_t at = parent_of[i]; at != none)
        lists[at][counts[at]++] = file_.node(child, records(child)[i]);
    for (std::uint32_t i = 0; i < lists.size(); ++i) set_list(parent, i, child, lists[i]);
  }

  /// Gives every record of `parent` the lines of the table `table` that have its values.
  void share(std::size_t parent, std::size_t table) {
    std::unordered_map<std::string, std::span<const Node>> lists;
    for (const auto& [key, lines] : index_of(table, type(table).on)) {
      const auto list = into_.arena().array<Node>(lines.size());
      std::ranges::transform(lines, list.begin(),
                             [&](std::uint32_t i) { return file_.node(table, records(table)[i]); });
      lists.emplace(key, list);
    }
    std::string key;
    for (std::uint32_t i = 0; i < records(parent).size(); ++i) {
      const bool asks = key_of(records(parent)[i], type(table).parent_on, key);
      const auto found = asks ? lists.find(key) : lists.end();
      set_list(parent, i, table, found != lists.end() ? found->second : std::span<const Node>{});
    }
  }

  void set_list(std::size_t parent, std::uint32_t record, std::size_t child,
                std::span<const Node> list) {
    const auto& children = type(parent).children;
    const auto place =
        static_cast<std::size_t>(std::ranges::find(children, child) - children.begin());
    LineRecord& line = records(parent)[record];
    const tree::Origin origin =
        list.empty() ? tree::Origin{file_.file, line.line, 1} : list.front().origin();
    line.slots[type(parent).fields.size() + place] = Node::array(list, origin);
  }

  void hold(std::size_t index, std::uint32_t record, Fault why, std::string owner = {}) {
    held_[index][record] = true;
    const LineRecord& line = records(index)[record];
    joined_.held.push_back(
        {std::move(why), line.line, line.line, std::string(line.text), std::move(owner)});
  }

  void hold_orphan(std::size_t parent, std::size_t index, std::uint32_t record) {
    const LineRecord& line = records(index)[record];
    const std::uint32_t column =
        type(index).on.empty() ? 0 : line.slots[type(index).on.front()].origin().column;
    hold(index, record,
         fault("CH-LIG-053", {name_, line.line, column, {}},
               {{"type", type(index).name}, {"parent", type(parent).name}}),
         owner_of(index, line));
  }

  /// The key of the row that a held line belongs to, if it tells one and the file gives none.
  std::string owner_of(std::size_t index, const LineRecord& line) {
    const LineType& main = type(options_.main);
    if (main.key.size() != 1) return {};
    const std::string& name = main.fields[main.key.front()].name;
    const auto field = std::ranges::find(type(index).fields, name, &LineField::name);
    if (field == type(index).fields.end()) return {};
    if (index != options_.main && !given_) {
      given_.emplace();
      for (std::uint32_t i = 0; i < records(options_.main).size(); ++i)
        if (!held_[options_.main][i])
          given_->insert(records(options_.main)[i].slots[main.key.front()].chars());
    }
    const std::string_view value =
        line.slots[static_cast<std::size_t>(field - type(index).fields.begin())].chars();
    return given_ && given_->contains(value) ? std::string{} : std::string(value);
  }

  void make_rows() {
    const std::size_t index = options_.main;
    const LineType& main = type(index);
    std::optional<Node> header;
    if (const LineRecord* const line = file_.only(options_.header))
      header = file_.node(*options_.header, *line);
    std::vector<Node> rows;
    for (std::uint32_t i = 0; i < records(index).size(); ++i) {
      if (held_[index][i]) continue;
      LineRecord& line = records(index)[i];
      if (header && !main.group_by) line.slots.back() = *header;
      rows.push_back(file_.node(index, line));
    }
    joined_.rows = main.group_by ? grouped(rows, *main.group_by, header) : std::move(rows);
  }

  /// One row for each value of a field, in the order in which they first come. Lines without a
  /// value are nobody's: each stays alone.
  std::vector<Node> grouped(const std::vector<Node>& lines, std::size_t field,
                            const std::optional<Node>& header) {
    std::unordered_map<std::string_view, std::size_t> known;
    std::vector<std::vector<Node>> groups;
    for (const Node& line : lines) {
      const std::string_view value = line.items()[field].chars();
      const auto [at, fresh] = known.emplace(value, groups.size());
      if (fresh || value.empty()) groups.emplace_back();
      (value.empty() ? groups.back() : groups[at->second]).push_back(line);
    }
    const LineType& main = type(options_.main);
    std::vector<Node> rows;
    for (const std::vector<Node>& group : groups) {
      const Node& first = group.front();
      std::vector<tree::Document::Member> members{{main.fields[field].name, first.items()[field]},
                                                  {main.name, into_.array(group, first.origin())}};
      if (header) members.emplace_back(type(*options_.header).name, *header);
      rows.push_back(into_.object(members, first.origin()));
    }
    return rows;
  }

  const LinesInput& options_;
  LineFile& file_;
  const std::string& name_;
  tree::Document& into_;
  std::vector<std::vector<bool>> held_;                        // by type and record
  std::optional<std::unordered_set<std::string_view>> given_;  // keys of the rows
  JoinedLines joined_;
};

}  // namespace

Result<JoinedLines> join_lines(const LinesInput& options, LineFile& file, const std::string& name,
                               tree::Document& into) {
  return Joiner(options, file, name, into).run();
}

}  // namespace charmille::codec
