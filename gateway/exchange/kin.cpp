#include "gateway/exchange/kin.h"

#include <algorithm>
#include <set>

#include "gateway/exchange/calendar.h"
#include "gateway/record/assemble.h"
#include "gateway/record/links.h"

namespace charmille::exchange {

bool LinkedChild::holds(const base::Uuid& child) const {
  return std::ranges::find(rows, child, &store::ChildRow::id) != rows.end();
}

std::vector<base::Uuid> LinkedChild::ids() const {
  std::vector<base::Uuid> all;
  all.reserve(rows.size());
  for (const store::ChildRow& row : rows) all.push_back(row.id);
  return all;
}

void Kin::add(store::ChildRow row) {
  // A row that is new has no number yet: it comes last.
  const auto place = std::ranges::upper_bound(rows_, row.number - 1, {},
                                              [](const auto& known) { return known.number - 1; });
  rows_.insert(place, std::move(row));
}

void Kin::tie(const base::Uuid& a, const base::Uuid& b, bool probable) {
  ties_.push_back({a, b, probable});
}

bool Kin::has_probable() const {
  return std::ranges::any_of(ties_, &Tie::probable);
}

LinkedChild Kin::of(const base::Uuid& child, Ties ties) const {
  std::set<base::Uuid> group{child};
  for (bool grown = true; grown;) {
    grown = false;
    for (const Tie& tie : ties_) {
      if (tie.probable && ties == Ties::certain) continue;
      const bool a = group.contains(tie.a);
      if (a == group.contains(tie.b)) continue;
      group.insert(a ? tie.b : tie.a);
      grown = true;
    }
  }
  LinkedChild linked;
  for (const store::ChildRow& row : rows_)
    if (group.contains(row.id)) linked.rows.push_back(row);
  return linked;
}

std::vector<LinkedChild> Kin::groups(Ties ties) const {
  std::vector<LinkedChild> all;
  for (const store::ChildRow& row : rows_)
    if (std::ranges::none_of(all, [&](const auto& group) { return group.holds(row.id); }))
      all.push_back(of(row.id, ties));
  return all;
}

Result<Kin> Kin::around(store::Store& store, const store::ChildRow& child) {
  Kin kin;
  kin.add(child);
  std::set<base::Uuid> known{child.id};
  std::set<std::uint64_t> seen;
  for (std::vector<base::Uuid> work{child.id}; !work.empty();) {
    const base::Uuid next = work.back();
    work.pop_back();
    auto links = store.links_of(next);
    if (!links) return fail(links.error());
    for (const store::LinkRow& link : *links) {
      const bool in_force =
          link.state == store::LinkState::linked || link.state == store::LinkState::accepted;
      if (!in_force || !seen.insert(link.number).second) continue;
      kin.tie(link.a, link.b,
              link.state == store::LinkState::linked && record::is_probable(link.rule));
      const base::Uuid& other = link.a == next ? link.b : link.a;
      if (!known.insert(other).second) continue;
      auto row = store.child(other);
      if (!row) return fail(row.error());
      if (!*row) continue;
      kin.add(std::move(**row));
      work.push_back(other);
    }
  }
  return kin;
}

Result<std::optional<LinkedChild>> linked_child(store::Store& store, const base::Uuid& child,
                                                Ties ties) {
  auto row = store.child(child);
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  const auto kin = Kin::around(store, **row);
  if (!kin) return fail(kin.error());
  return kin->of(child, ties);
}

Result<std::optional<LinkedChild>> parted_from(store::Store& store, const LinkedChild& now,
                                               Ties ties) {
  for (const store::ChildRow& row : now.rows) {
    if (row.version == 0) continue;  // new
    auto former = linked_child(store, row.id, ties);
    if (!former) return former;
    const bool left = *former && std::ranges::any_of((*former)->rows, [&](const auto& other) {
      return !now.holds(other.id);
    });
    if (left) return former;
  }
  return std::nullopt;
}

std::string today_of(const Context& context) {
  return local_text(context.clock.now(), context.site->config->organisation.time_zone)
      .substr(0, 10);
}

Ties ties_for(const DestinationPlan& plan) {
  return is_health_channel(plan) ? Ties::certain : Ties::all;
}

Result<std::vector<record::Statement>> open_statements(
    const Context& context, const store::ChildRow& child,
    const std::vector<store::StatementRow>& rows) {
  std::vector<record::Statement> statements;
  if (child.key.empty()) return statements;  // erased
  const auto key = context.vault.child_key(child);
  if (!key) return fail(key.error());
  for (const store::StatementRow& row : rows) {
    if (row.withdrawn) continue;
    record::Statement statement;
    statement.section = row.section;
    statement.source = row.source;
    statement.extracted = row.extracted;
    statement.lot = row.lot;
    auto packed = context.vault.open_statement(**key, child.id, row.section, row.body);
    if (!packed) return fail(packed.error());
    if (auto unpacked = record::unpack(*packed, statement); !unpacked)
      return fail(unpacked.error());
    statements.push_back(std::move(statement));
  }
  return statements;
}

Result<std::vector<record::Statement>> load_statements(const Context& context,
                                                       const LinkedChild& child) {
  std::vector<record::Statement> all;
  for (const store::ChildRow& row : child.rows) {
    auto rows = context.store.statements(row.id);
    if (!rows) return fail(rows.error());
    auto statements = open_statements(context, row, *rows);
    if (!statements) return fail(statements.error());
    std::ranges::move(*statements, std::back_inserter(all));
  }
  return all;
}

Result<tree::Document> load_record(const Context& context, const LinkedChild& child) {
  const auto all = load_statements(context, child);
  if (!all) return fail(all.error());
  return record::assemble(*all, context.site->ownership);
}

Result<tree::Document> load_own_record(const Context& context, const store::ChildRow& child) {
  return load_record(context, LinkedChild{{child}});
}

}  // namespace charmille::exchange
