#include "gateway/exchange/child_writer.h"

#include <algorithm>
#include <deque>

#include "gateway/exchange/preview.h"
#include "gateway/tree/document.h"

namespace charmille::exchange {
namespace {

std::string ins_system(std::string_view oid) {
  return "urn:oid:" + std::string(oid);
}

}  // namespace

/// The store as `record::find_child` asks it. The index of strict traits is not kept: that rule is
/// off.
class ChildWriter::StoreLookup final : public record::Lookup {
 public:
  StoreLookup(const Context& context, const std::string& organisation)
      : context_(context), organisation_(organisation) {}

  Result<std::optional<base::Uuid>> by_identifier(const record::Identifier& id) override {
    const Known& known = entry(id);
    if (known.child) return *known.child;
    auto child = context_.store.child_by_identifier(known.key);
    if (child) entry(id).child = *child;
    return child;
  }
  Result<std::optional<base::Uuid>> by_ins(std::string_view matricule,
                                           std::string_view oid) override {
    return by_identifier({ins_system(oid), std::string(matricule)});
  }
  Result<record::Traits> traits_of(const base::Uuid& child) override {
    auto row = context_.store.child(child);
    if (!row) return fail(row.error());
    if (!*row) return record::Traits{};
    auto record = load_record(context_, **row);
    if (!record) return fail(record.error());
    return record::claims_of(record->root()).traits;
  }
  Result<std::vector<base::Uuid>> by_traits(const record::Traits&) override {
    return std::vector<base::Uuid>{};
  }

  /// The keyed digest that the store knows the identifier by.
  const std::string& key_of(const record::Identifier& id) { return entry(id).key; }

 private:
  struct Known {
    record::Identifier id;
    std::string key;
    std::optional<std::optional<base::Uuid>> child;  ///< set once the store was asked
  };

  /// An identifier is digested, and asked for, once a child.
  Known& entry(const record::Identifier& id) {
    const auto at = std::ranges::find(known_, id, &Known::id);
    if (at != known_.end()) return *at;
    return known_.emplace_back(
        Known{id, context_.vault.lookup(organisation_, id.system, id.value), {}});
  }

  const Context& context_;
  const std::string& organisation_;
  std::deque<Known> known_;
};

namespace {

/// Every key that leads to the child: its identifiers, and its qualified INS.
std::vector<record::Identifier> keys_of(const record::Claims& claims) {
  std::vector<record::Identifier> keys = claims.identifiers;
  if (!claims.matricule.empty()) keys.push_back({ins_system(claims.oid), claims.matricule});
  return keys;
}

bool is_taken(const store::Unit& unit, const std::string& lookup) {
  return std::ranges::any_of(unit.writes, [&](const store::Write& write) {
    const auto* put = std::get_if<store::PutIdentifier>(&write);
    return put != nullptr && put->lookup == lookup;
  });
}

/// Unseals the statements that say something.
Result<std::vector<record::Statement>> open_all(const Context& context, const base::Uuid& child,
                                                const crypto::Key& key,
                                                const std::vector<store::StatementRow>& rows) {
  std::vector<record::Statement> statements;
  for (const store::StatementRow& row : rows) {
    if (row.withdrawn) continue;
    record::Statement statement;
    statement.section = row.section;
    statement.source = row.source;
    statement.extracted = row.extracted;
    statement.lot = row.lot;
    auto packed = context.vault.open_statement(key, child, row.section, row.body);
    if (!packed) return fail(packed.error());
    if (auto unpacked = record::unpack(*packed, statement); !unpacked)
      return fail(unpacked.error());
    statements.push_back(std::move(statement));
  }
  return statements;
}

store::StatementRow row_of(const base::Uuid& child, const record::Statement& statement,
                           const base::Uuid& exchange, base::Time now) {
  store::StatementRow row;
  row.child = child;
  row.source = statement.source;
  row.section = statement.section;
  row.extracted = statement.extracted;
  row.lot = statement.lot;
  row.exchange = exchange;
  row.withdrawn = statement.body.empty();
  row.recorded = now;
  return row;
}

const store::StatementRow* find(const std::vector<store::StatementRow>& rows,
                                const std::string& source, const std::string& section) {
  const auto at = std::ranges::find_if(
      rows, [&](const auto& row) { return row.source == source && row.section == section; });
  return at == rows.end() ? nullptr : &*at;
}

bool is_older(const record::Statement& fresh, const store::StatementRow& known) {
  return fresh.extracted != known.extracted ? fresh.extracted < known.extracted
                                            : fresh.lot < known.lot;
}

/// What a snapshot no longer says of a child that it holds: the sections that it covers and does
/// not give.
void add_withdrawn(const ImportPlan& plan, const std::vector<store::StatementRow>& rows,
                   std::vector<record::Statement>& fresh) {
  for (const store::StatementRow& row : rows) {
    if (row.source != plan.reading.source || row.withdrawn || !plan.covered.contains(row.section))
      continue;
    if (std::ranges::any_of(
            fresh, [&](const auto& statement) { return statement.section == row.section; }))
      continue;
    record::Statement gone;
    gone.section = row.section;
    gone.source = plan.reading.source;
    gone.extracted = plan.reading.extracted;
    gone.lot = plan.reading.lot;
    fresh.push_back(std::move(gone));
  }
}

/// A change that names the child by one identifier takes none of the others away.
Result<void> keep_ids(const Context& context, const ChildWriter::Target& target,
                      const std::vector<store::StatementRow>& rows,
                      std::vector<record::Statement>& fresh) {
  const auto ids = std::ranges::find(fresh, "ids", &record::Statement::section);
  if (ids == fresh.end()) return {};
  const store::StatementRow* known = find(rows, ids->source, ids->section);
  if (known == nullptr || known->withdrawn) return {};
  auto packed =
      context.vault.open_statement(*target.key, target.row.id, known->section, known->body);
  if (!packed) return fail(packed.error());
  record::Statement former;
  if (auto unpacked = record::unpack(*packed, former); !unpacked) return unpacked;
  auto body = record::with_former_ids(former.body, ids->body);
  if (!body) return fail(body.error());
  ids->body = std::move(*body);
  return {};
}

}  // namespace

Result<ChildWriter::Target> ChildWriter::find_or_create(const ImportPlan& plan,
                                                        const record::Claims& claims,
                                                        StoreLookup& lookup, Work& work) {
  const std::string& organisation = plan.lead.organisation;
  auto match = record::find_child(claims, lookup, false);
  if (!match) return fail(match.error());
  if (match->conflict) return fail("CH-REC-012");
  Target target;
  if (match->rule == record::MatchRule::none) {
    Vault::NewChild fresh = context_.vault.new_child(organisation);
    target = {std::move(fresh.row), std::move(fresh.key), true};
    work.unit.preconditions.emplace_back(store::ChildAt{target.row.id, 0});
  } else {
    auto row = context_.store.child(match->child);
    if (!row) return fail(row.error());
    if (!*row) return fail("CH-STO-010");
    auto key = context_.vault.child_key(**row);
    if (!key) return fail(key.error());
    target = {std::move(**row), std::move(*key), false};
    work.unit.preconditions.emplace_back(store::ChildAt{target.row.id, target.row.version});
  }
  work.unit.writes.emplace_back(store::PutChild{target.row});
  for (const record::Identifier& id : keys_of(claims)) {
    const std::string& key = lookup.key_of(id);
    auto known = lookup.by_identifier(id);
    if (!known) return fail(known.error());
    if (*known) continue;
    work.unit.preconditions.emplace_back(store::IdentifierFree{key});
    work.unit.writes.emplace_back(
        store::PutIdentifier{key, target.row.id,
                             context_.vault.seal_statement(*target.key, target.row.id, "identifier",
                                                           id.system + '\n' + id.value)});
  }
  return target;
}

Result<ChildOutcome> ChildWriter::write(const ImportPlan& plan, const tree::Document& child,
                                        Work& work) {
  const record::Claims claims = record::claims_of(child.root());
  StoreLookup lookup(context_, plan.lead.organisation);
  for (const record::Identifier& id : keys_of(claims))
    if (is_taken(work.unit, lookup.key_of(id))) return fail("CH-EXC-030");
  auto target = find_or_create(plan, claims, lookup, work);
  if (!target) return fail(target.error());
  auto rows = target->created ? Result<std::vector<store::StatementRow>>{}
                              : context_.store.statements(target->row.id);
  if (!rows) return fail(rows.error());

  std::vector<record::Statement> fresh = record::split(child, plan.reading);
  if (plan.snapshot) {
    add_withdrawn(plan, *rows, fresh);
  } else if (auto kept = keep_ids(context_, *target, *rows, fresh); !kept) {
    return fail(kept.error());
  }
  const base::Time now = context_.clock.now();
  ChildOutcome outcome{target->row.id, {}, target->created};
  std::vector<record::Statement> news;
  for (record::Statement& statement : fresh) {
    store::StatementRow row = row_of(target->row.id, statement, plan.lead.id, now);
    row.digest = context_.vault.digest(statement.section, statement.body);
    const store::StatementRow* known = find(*rows, statement.source, statement.section);
    const bool same =
        known != nullptr && known->digest == row.digest && known->withdrawn == row.withdrawn;
    const bool older = known != nullptr && is_older(statement, *known);
    if (older && same) continue;
    if (!same && !row.withdrawn)
      row.body = context_.vault.seal_statement(*target->key, target->row.id, statement.section,
                                               record::pack(statement));
    if (older) {
      work.unit.writes.emplace_back(store::PutStatementHistory{std::move(row)});
      continue;
    }
    work.unit.writes.emplace_back(store::PutStatement{std::move(row)});
    if (same) continue;
    outcome.changed.push_back(statement.section);
    news.push_back(std::move(statement));
  }
  if (outcome.changed.empty() && !plan.check_all) return outcome;

  std::erase_if(*rows, [&](const store::StatementRow& row) {
    return row.source == plan.reading.source &&
           std::ranges::find(outcome.changed, row.section) != outcome.changed.end();
  });
  auto latest = open_all(context_, target->row.id, *target->key, *rows);
  if (!latest) return fail(latest.error());
  for (record::Statement& statement : news)
    if (!statement.body.empty()) latest->push_back(std::move(statement));
  auto record = record::assemble(*latest, {});
  if (!record) return fail(record.error());
  const ChangedChild changed{outcome.child, target->row.tag, &*record, outcome.created};
  if (plan.preview != nullptr) {
    auto counted = count_differences(outbox_, *plan.route, changed, *plan.preview);
    if (!counted) return fail(counted.error());
    return outcome;
  }
  for (const DestinationPlan& destination : plan.route->to) {
    if (destination.config->trigger != config::Trigger::change) continue;
    auto made = outbox_.add_change(destination, plan.lead, changed,
                                   plan.hold_changes && destination.config->max_change, work);
    if (!made) return fail(made.error());
  }
  return outcome;
}

Result<tree::Document> load_record(const Context& context, const store::ChildRow& child) {
  auto key = context.vault.child_key(child);
  if (!key) return fail(key.error());
  auto rows = context.store.statements(child.id);
  if (!rows) return fail(rows.error());
  auto statements = open_all(context, child.id, **key, *rows);
  if (!statements) return fail(statements.error());
  return record::assemble(*statements, {});
}

}  // namespace charmille::exchange
