#include "gateway/mapping/joins.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <unordered_map>

#include "gateway/base/catalogue.h"
#include "gateway/mapping/plan.h"

namespace charmille::mapping {
namespace {

using tree::Kind;
using tree::Node;

/// The values of `columns` as one key; false when one is absent or empty.
bool key_of(const Node& row, const std::vector<std::string>& columns, std::string& key) {
  key.clear();
  for (const std::string& column : columns) {
    const Node* cell = row.find(column);
    if (cell == nullptr || cell->chars().empty()) return false;
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    key += std::to_string(cell->chars().size());
    key += ':';
    key += cell->chars();
  }
  return true;
}

std::span<const Node> rows_of(const tree::Document& document) {
  const Node* rows = document.root().find("rows");
  return rows != nullptr                   ? rows->items()
         : document.root().is(Kind::array) ? document.root().items()
                                           : std::span<const Node>{};
}

/// Where what a document's nodes name by number stands in the lists that several documents share.
struct Shift {
  std::vector<std::uint16_t> files;
  std::uint32_t attachments = 0;

  tree::Origin of(tree::Origin origin) const {
    if (origin.file < files.size()) origin.file = files[origin.file];
    return origin;
  }
};

/// The node with its numbers shifted. Texts are shared, containers are made anew.
Node moved(const Node& node, const Shift& shift, tree::Arena& arena) {
  if (node.is(Kind::attachment))
    return Node::attachment(node.attachment_index() + shift.attachments, shift.of(node.origin()));
  if (!node.is(Kind::array) && !node.is(Kind::object)) return node.at(shift.of(node.origin()));
  const auto items = arena.array<Node>(node.items().size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = moved(node.items()[i], shift, arena);
  return node.is(Kind::array) ? Node::array(items, shift.of(node.origin()))
                              : Node::object(node.shape(), items, shift.of(node.origin()));
}

std::uint16_t index_in(std::vector<std::string>& files, const std::string& name) {
  const auto at = std::ranges::find(files, name);
  if (at != files.end()) return static_cast<std::uint16_t>(at - files.begin());
  files.push_back(name);
  return static_cast<std::uint16_t>(files.size() - 1);
}

Shift shift_of(const tree::Document& document, std::vector<std::string>& files,
               std::size_t attachments) {
  Shift out;
  for (const std::string& name : document.files()) out.files.push_back(index_in(files, name));
  out.attachments = static_cast<std::uint32_t>(attachments);
  return out;
}

}  // namespace

/// The rows of one nest, by key.
struct Joins::Level {
  struct Group {
    std::vector<Node> rows;
    Node list;
    mutable std::atomic<bool> claimed = false;
  };

  const Nest* nest = nullptr;
  std::deque<Group> groups;
  std::unordered_map<std::string, Group*> by_key;
  std::vector<Node> without_key;
  std::vector<std::unique_ptr<Level>> below;

  /// The list for a row above, which thereby is claimed.
  Node list_for(const Node& row, std::string& key) const {
    if (!key_of(row, nest->ours, key)) return Node::array({});
    const auto found = by_key.find(key);
    if (found == by_key.end()) return Node::array({});
    found->second->claimed.store(true, std::memory_order_relaxed);
    return found->second->list;
  }
};

struct Joins::Impl {
  std::shared_ptr<const Plan> plan;
  std::vector<std::string> files{std::string{}};
  std::vector<tree::Attachment> attachments;
  Files documents;
  tree::Arena arena{64 * 1024};
  std::vector<std::unique_ptr<Level>> levels;

  Result<std::unique_ptr<Level>> build(const Nest& nest);
  Result<void> add(const tree::Document& document, const Nest& nest, Level& level);
};

namespace {

/// Adds lists to rows; rows of one file share one longer shape.
class Longer {
 public:
  explicit Longer(tree::Arena& arena) : arena_(arena) {}

  template <class Levels>
  Node add(const Node& row, const Levels& levels, const Shift& shift) {
    const tree::Shape& shape = shape_for(row.shape(), levels);
    const std::size_t own = row.items().size();
    const auto slots = arena_.array<Node>(own + levels.size());
    for (std::size_t i = 0; i < own; ++i) slots[i] = moved(row.items()[i], shift, arena_);
    for (std::size_t i = 0; i < levels.size(); ++i) slots[own + i] = levels[i]->list_for(row, key_);
    return Node::object(shape, slots, shift.of(row.origin()));
  }

 private:
  template <class Levels>
  const tree::Shape& shape_for(const tree::Shape& shape, const Levels& levels) {
    auto& known = shapes_[&shape];
    if (known == nullptr) {
      const auto keys = arena_.array<std::string_view>(shape.keys().size() + levels.size());
      const auto end = std::ranges::copy(shape.keys(), keys.begin()).out;
      std::ranges::transform(levels, end,
                             [](const auto& level) { return std::string_view(level->nest->name); });
      const auto longer = arena_.array<tree::Shape>(1);
      longer[0] = tree::Shape(keys);
      known = longer.data();
    }
    return *known;
  }

  tree::Arena& arena_;
  std::unordered_map<const tree::Shape*, const tree::Shape*> shapes_;
  std::string key_;
};

}  // namespace

Result<std::unique_ptr<Joins::Level>> Joins::Impl::build(const Nest& nest) {
  auto level = std::make_unique<Level>();
  level->nest = &nest;
  for (const Nest& inner : nest.nests) {
    auto below = build(inner);
    if (!below) return fail(std::move(below.error()));
    level->below.push_back(std::move(*below));
  }
  const auto [first, last] = documents.equal_range(nest.file);
  for (auto document = first; document != last; ++document)
    if (auto added = add(document->second, nest, *level); !added)
      return fail(std::move(added.error()));
  for (Level::Group& group : level->groups) {
    const auto list = arena.array<Node>(group.rows.size());
    std::ranges::copy(group.rows, list.begin());
    group.list = Node::array(list, list.front().origin());
  }
  return level;
}

Result<void> Joins::Impl::add(const tree::Document& document, const Nest& nest, Level& level) {
  const Shift shift = shift_of(document, files, attachments.size());
  std::ranges::copy(document.attachments(), std::back_inserter(attachments));
  const auto rows = rows_of(document);
  if (!rows.empty())
    for (const std::string& column : nest.theirs)
      if (rows.front().find(column) == nullptr)
        return fail(
            "CH-MAP-041", document.place_of(rows.front().origin()),
            {{"column", column}, {"nest", nest.name}, {"rule", base::describe(nest.place)}});
  Longer longer(arena);
  std::string key;
  for (const Node& row : rows) {
    if (!row.is(Kind::object)) continue;
    const Node kept = longer.add(row, level.below, shift);
    if (!key_of(row, nest.theirs, key)) {
      level.without_key.push_back(kept);
      continue;
    }
    Level::Group*& group = level.by_key[key];
    if (group == nullptr) group = &level.groups.emplace_back();
    group->rows.push_back(kept);
  }
  return {};
}

Joins::Joins(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Joins::~Joins() = default;
Joins::Joins(Joins&&) noexcept = default;
Joins& Joins::operator=(Joins&&) noexcept = default;

Result<Joins> Joins::build(const Mapping& mapping, Files files) {
  auto impl = std::make_unique<Impl>();
  impl->plan = mapping.shared_plan();
  impl->documents = std::move(files);
  for (const Nest& nest : impl->plan->nests) {
    auto level = impl->build(nest);
    if (!level) return fail(std::move(level.error()));
    impl->levels.push_back(std::move(*level));
  }
  return Joins(std::move(impl));
}

const std::vector<tree::Attachment>& Joins::attachments() const {
  return impl_->attachments;
}

std::vector<Fault> Joins::orphans() const {
  std::vector<Fault> out;
  const auto note = [&](const Level& level, const Node& row) {
    const tree::Origin origin = row.origin();
    out.push_back(fault("CH-MAP-040", {impl_->files[origin.file], origin.line, origin.column, {}},
                        {{"nest", level.nest->name}, {"rule", base::describe(level.nest->place)}}));
  };
  std::vector<const Level*> work;
  for (const auto& level : impl_->levels) work.push_back(level.get());
  while (!work.empty()) {
    const Level& level = *work.back();
    work.pop_back();
    for (const Level::Group& group : level.groups)
      if (!group.claimed.load(std::memory_order_relaxed))
        for (const Node& row : group.rows) note(level, row);
    for (const Node& row : level.without_key) note(level, row);
    for (const auto& below : level.below) work.push_back(below.get());
  }
  std::ranges::sort(out, [](const Fault& a, const Fault& b) {
    return std::tie(a.place.file, a.place.line) < std::tie(b.place.file, b.place.line);
  });
  return out;
}

struct JoinedRows::Impl {
  explicit Impl(const Joins& j) : joins(j), longer(arena) {}
  const Joins& joins;
  Shift shift;
  tree::Arena arena{16 * 1024};
  Longer longer;
};

JoinedRows::JoinedRows(const Joins* joins, const tree::Document& batch) {
  if (joins == nullptr) {
    files_ = batch.files();
    return;
  }
  impl_ = std::make_unique<Impl>(*joins);
  files_ = joins->impl_->files;
  impl_->shift = shift_of(batch, files_, joins->attachments().size());
}

JoinedRows::~JoinedRows() = default;

const Node& JoinedRows::with_lists(const Node& row) {
  if (!impl_ || !row.is(Kind::object)) return row;
  const auto kept = impl_->arena.array<Node>(1);
  kept[0] = impl_->longer.add(row, impl_->joins.impl_->levels, impl_->shift);
  return kept[0];
}

}  // namespace charmille::mapping
