#include "gateway/exchange/child_writer.h"

#include <algorithm>
#include <span>

#include "gateway/exchange/documents.h"
#include "gateway/exchange/family.h"
#include "gateway/exchange/former.h"
#include "gateway/exchange/preview.h"
#include "gateway/exchange/recognition.h"
#include "gateway/exchange/telling.h"
#include "gateway/exchange/withdrawal.h"
#include "gateway/policy/matrix.h"
#include "gateway/policy/projection.h"
#include "gateway/policy/secrets.h"
#include "gateway/tree/document.h"

namespace charmille::exchange {
namespace {

bool is_taken(const store::Unit& unit, const std::string& lookup) {
  return std::ranges::any_of(unit.writes, [&](const store::Write& write) {
    const auto* put = std::get_if<store::PutIdentifier>(&write);
    return put != nullptr && put->lookup == lookup;
  });
}

/// The first `count` writes of the unit change what is known, or told, of that child.
bool is_part_of(const store::Unit& unit, std::size_t count, const base::Uuid& child) {
  return std::ranges::any_of(std::span(unit.writes).first(count), [&](const store::Write& write) {
    const auto* put = std::get_if<store::PutChild>(&write);
    return put != nullptr && put->child.id == child;
  });
}

/// Another child of this work shares a claim that may link them.
bool is_claimed(const store::Unit& unit, const std::vector<store::Claim>& claims) {
  return std::ranges::any_of(unit.writes, [&](const store::Write& write) {
    const auto* put = std::get_if<store::PutClaims>(&write);
    return put != nullptr && std::ranges::any_of(put->claims, [&](const store::Claim& theirs) {
             return theirs.kind != store::ClaimKind::likeness &&
                    theirs.kind != store::ClaimKind::family &&
                    std::ranges::find(claims, theirs.key, &store::Claim::key) != claims.end();
           });
  });
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

/// Sections that tell a place, or whose it is to be kept from.
bool tells_place(const std::vector<std::string>& sections) {
  return std::ranges::any_of(sections, [](const std::string& section) {
    return section == "ids" || section == "stays" || section == "measures" ||
           section == "persons" || section == "siblings";
  });
}

/// Sections by which a child, or its family, is recognised.
bool tells_who(const std::vector<std::string>& sections) {
  return std::ranges::any_of(sections, [](const std::string& section) {
    return section == "ids" || section == "identity" || section == "ins" || section == "siblings";
  });
}

}  // namespace

/// By its source's own identifiers only: whoever else it may be is a matter of links.
Result<ChildWriter::Target> ChildWriter::find_or_create(const ImportPlan& plan,
                                                        const record::Claims& claims, Work& work) {
  const std::string& organisation = plan.lead.organisation;
  std::vector<std::pair<std::string, const record::Identifier*>> fresh;
  std::optional<base::Uuid> found;
  for (const record::Identifier& id : claims.own) {
    std::string key = context_.vault.lookup(organisation, id.system, id.value);
    if (is_taken(work.unit, key)) return fail("CH-EXC-030");
    auto known = context_.store.child_by_identifier(key);
    if (!known) return fail(known.error());
    if (!*known) {
      fresh.emplace_back(std::move(key), &id);
    } else if (found && *found != **known) {
      return fail("CH-REC-012");
    } else {
      found = **known;
    }
  }
  Target target;
  if (!found) {
    Vault::NewChild child = context_.vault.new_child(organisation);
    target = {std::move(child.row), std::move(child.key), true};
  } else {
    auto row = context_.store.child(*found);
    if (!row) return fail(row.error());
    if (!*row) return fail("CH-STO-010");
    auto key = context_.vault.child_key(**row);
    if (!key) return fail(key.error());
    target = {std::move(**row), std::move(*key), false};
    // As a sibling of one of this unit it was told already, without what it says itself.
    if (is_part_of(work.unit, work.unit.writes.size(), target.row.id)) return fail("CH-EXC-030");
  }
  work.unit.preconditions.emplace_back(store::ChildAt{target.row.id, target.row.version});
  if (!claims.authority.empty())
    target.row.authority = context_.vault.lookup(organisation, "authority", claims.authority);
  work.unit.writes.emplace_back(store::PutChild{target.row});
  for (const auto& [key, id] : fresh) {
    work.unit.preconditions.emplace_back(store::IdentifierFree{key});
    work.unit.writes.emplace_back(
        store::PutIdentifier{key, target.row.id,
                             context_.vault.seal_statement(*target.key, target.row.id, "identifier",
                                                           id->system + '\n' + id->value)});
  }
  return target;
}

Result<ChildWriter::Said> ChildWriter::add_statements(const ImportPlan& plan,
                                                      const tree::Document& child,
                                                      const Target& target, Work& work) {
  Said said;
  if (!target.created) {
    auto rows = context_.store.statements(target.row.id);
    if (!rows) return fail(rows.error());
    said.rows = std::move(*rows);
  }
  std::vector<record::Statement> fresh = record::split(child, plan.reading);
  const Former former(context_, *target.key, target.row.id, said.rows);
  if (plan.snapshot) {
    add_withdrawn(plan, said.rows, fresh);
  } else if (auto kept = former.keep_ids(fresh); !kept) {
    return fail(kept.error());
  }
  if (plan.adds.contains("documents"))
    if (auto added = former.add_documents(fresh); !added) return fail(added.error());
  const base::Time now = context_.clock.now();
  for (record::Statement& statement : fresh) {
    store::StatementRow row = row_of(target.row.id, statement, plan.lead.id, now);
    row.digest = context_.vault.digest(statement.section, statement.body);
    const store::StatementRow* known =
        row_of_section(said.rows, statement.source, statement.section);
    const bool same =
        known != nullptr && known->digest == row.digest && known->withdrawn == row.withdrawn;
    const bool older = known != nullptr && is_older(statement, *known);
    if (older && same) continue;
    if (!same && !row.withdrawn)
      row.body = context_.vault.seal_statement(*target.key, target.row.id, statement.section,
                                               record::pack(statement));
    if (older) {
      work.unit.writes.emplace_back(store::PutStatementHistory{std::move(row)});
      continue;
    }
    work.unit.writes.emplace_back(store::PutStatement{std::move(row)});
    if (same) {
      said.redated.emplace(statement.section, known->extracted);
      continue;
    }
    said.changed.push_back(statement.section);
    said.news.push_back(std::move(statement));
  }
  for (store::StatementRow& row : said.rows)
    if (row.source == plan.reading.source && said.redated.contains(row.section)) {
      row.extracted = plan.reading.extracted;
      row.lot = plan.reading.lot;
    }
  std::erase_if(said.rows, [&](const store::StatementRow& row) {
    return row.source == plan.reading.source &&
           std::ranges::find(said.changed, row.section) != said.changed.end();
  });
  return said;
}

/// What is said again unchanged may be the latest word again, where another source had it since.
Result<bool> ChildWriter::overtakes(const ImportPlan& plan, const Target& target,
                                    const Said& said) const {
  const auto takes_over = [&](const store::StatementRow& other) {
    const auto before = said.redated.find(other.section);
    return !other.withdrawn && other.source != plan.reading.source &&
           before != said.redated.end() && before->second <= other.extracted &&
           other.extracted <= plan.reading.extracted;
  };
  if (said.redated.empty()) return false;
  if (std::ranges::any_of(said.rows, takes_over)) return true;
  const auto child = linked_child(context_.store, target.row.id, Ties::all);
  if (!child) return fail(child.error());
  if (!*child) return false;
  for (const store::ChildRow& row : (*child)->rows) {
    if (row.id == target.row.id) continue;
    const auto theirs = context_.store.statements(row.id);
    if (!theirs) return fail(theirs.error());
    if (std::ranges::any_of(*theirs, takes_over)) return true;
  }
  return false;
}

/// A change of what tells nobody who a linked child is needs the record of all of them only.
Result<const tree::Document*> ChildWriter::record_of(Own& own) const {
  if (!own.record) {
    auto record = record::assemble(own.statements, context_.site->ownership);
    if (!record) return fail(record.error());
    own.record = std::move(*record);
  }
  return &*own.record;
}

/// Whom the child is tied to, derived again when what it is recognised by changed.
Result<Kin> ChildWriter::recognise(const ImportPlan& plan, const Target& target, Own& own,
                                   bool told, std::set<base::Uuid>& moved, Work& work) {
  if (told) {
    const auto alone = record_of(own);
    if (!alone) return fail(alone.error());
    const tree::Node record = (*alone)->root();
    const record::Claims claims = record::claims_of(record, plan.own_prefix);
    std::vector<store::Claim> keys = keys_of(context_.vault, plan.lead.organisation, claims);
    std::ranges::copy(family_claims(context_.vault, plan.lead.organisation, record),
                      std::back_inserter(keys));
    if (is_claimed(work.unit, keys)) return fail("CH-EXC-030");
    Recognition recognition(context_, plan.lead.id);
    recognition.claims(target.row, keys, claims.traits);
    auto kin = recognition.derive(work);
    if (!kin) return kin;
    work.unit.writes.emplace_back(store::PutClaims{target.row.id, std::move(keys)});
    moved = recognition.moved();
    return kin;
  }
  if (target.created) {
    Kin alone;
    alone.add(target.row);
    return alone;
  }
  auto kin = Kin::around(context_.store, target.row);
  if (!kin) return kin;
  for (const store::ChildRow& row : kin->of(target.row.id, Ties::all).rows)
    if (row.id != target.row.id)
      work.unit.preconditions.emplace_back(store::ChildAt{row.id, row.version});
  return kin;
}

/// The record of a child whom others know too; adds their sources.
Result<tree::Document> ChildWriter::put_together(const Target& target, const LinkedChild& child,
                                                 const Own& own, std::set<std::string>& sources) {
  std::vector<record::Statement> statements;
  for (const store::ChildRow& row : child.rows) {
    if (row.id == target.row.id) {
      std::ranges::copy(own.statements, std::back_inserter(statements));
      continue;
    }
    auto rows = context_.store.statements(row.id);
    if (!rows) return fail(rows.error());
    auto theirs = open_statements(context_, row, *rows);
    if (!theirs) return fail(theirs.error());
    for (const record::Statement& statement : *theirs) sources.insert(statement.source);
    std::ranges::move(*theirs, std::back_inserter(statements));
  }
  return record::assemble(statements, context_.site->ownership);
}

/// What waits for that destination about many says what stood when it was made: only what is secret
/// by now must not leave.
Result<void> ChildWriter::withdraw(const Change& change, const DestinationPlan& to,
                                   const LinkedChild& child, const tree::Document& record,
                                   const Fresh* sibling, Work& work) {
  if (change.documents && to.config->trigger != config::Trigger::change &&
      policy::restricts_a_document(record.root()))
    return withdraw_collections(context_, to, child, work);
  if (!change.place || !may_tell_too_much(to)) return {};
  const std::string today = today_of(context_);
  if (policy::secrets_of(record.root(), to.addressee.kind, 0, today).empty()) {
    const auto family = family_of(context_, record.root(), sibling, today);
    if (!family) return fail(family.error());
    if (!family->shares_secret_place()) return {};
  }
  return withdraw_collections(context_, to, child, work);
}

/// What the child's new record makes leave, at the destinations for which these links count.
Result<void> ChildWriter::tell(const Change& change, const LinkedChild& child, Ties ties,
                               bool regrouped, Own& own, Work& work) {
  const ImportPlan& plan = change.plan;
  const Target& target = change.target;
  std::set<std::string> sources{plan.reading.source};
  for (const record::Statement& statement : own.statements) sources.insert(statement.source);
  std::optional<tree::Document> whole;
  const tree::Document* record = nullptr;
  if (child.rows.size() > 1 || !child.holds(target.row.id)) {
    auto put = put_together(target, child, own, sources);
    if (!put) return fail(put.error());
    record = &whole.emplace(std::move(*put));
  } else {
    const auto alone = record_of(own);
    if (!alone) return fail(alone.error());
    record = *alone;
  }
  std::optional<LinkedChild> parted;
  if (regrouped) {
    auto former = parted_from(context_.store, child, ties);
    if (!former) return fail(former.error());
    parted = std::move(*former);
  }
  const ChangedChild changed{
      &child,  record,     target.created && child.rows.size() == 1, parted ? &*parted : nullptr,
      nullptr, plan.hidden};
  if (plan.preview != nullptr)
    return count_differences(outbox_, *plan.route, changed, ties, *plan.preview);
  for (const DestinationPlan* to : context_.site->told_by(sources)) {
    if (ties_for(*to) != ties) continue;
    const bool own_route = to->route == plan.route->config;
    if (auto withdrawn = withdraw(change, *to, child, *record, nullptr, work); !withdrawn)
      return withdrawn;
    if (to->config->trigger == config::Trigger::lot && !own_route)
      work.unit.writes.emplace_back(store::MarkStale{to->key, child.head().id, true});
    if (to->config->trigger != config::Trigger::change) continue;
    const bool held = own_route && plan.hold_changes && to->config->max_change;
    if (auto made = outbox_.add_change(*to, plan.lead, changed, held, work); !made)
      return fail(made.error());
  }
  // Of those who parted from the child nothing else changed.
  if (!context_.site->tells_outsiders() || !child.holds(target.row.id)) return {};
  return tell_family(change, {&child, record}, ties, work);
}

/// A place that became secret, or was only feared to be, changes what may be told of siblings.
Result<void> ChildWriter::tell_family(const Change& change, const Fresh& fresh, Ties ties,
                                      Work& work) {
  const auto family = relatives(context_, fresh.record->root(), *fresh.child, ties);
  if (!family) return fail(family.error());
  for (const LinkedChild& relative : *family) {
    for (const store::ChildRow& row : relative.rows)
      if (is_part_of(work.unit, change.begin, row.id)) return fail("CH-EXC-030");
    const auto sources = sources_of(context_, relative);
    if (!sources) return fail(sources.error());
    const auto record = load_record(context_, relative);
    if (!record) return fail(record.error());
    const ChangedChild changed{&relative, &*record, false, nullptr, &fresh, change.plan.hidden};
    bool told = false;
    for (const DestinationPlan* to : context_.site->told_by(*sources)) {
      if (policy::may_know_place(to->addressee.kind) || ties_for(*to) != ties) continue;
      told = true;
      if (auto withdrawn = withdraw(change, *to, relative, *record, &fresh, work); !withdrawn)
        return withdrawn;
      if (to->config->trigger == config::Trigger::lot)
        work.unit.writes.emplace_back(store::MarkStale{to->key, relative.head().id, true});
      if (to->config->trigger != config::Trigger::change) continue;
      if (auto made = outbox_.add_change(*to, change.plan.lead, changed, false, work); !made)
        return fail(made.error());
    }
    // A new version: what is being made of the relative as it was read before is made again.
    if (told)
      for (const store::ChildRow& row : relative.rows) {
        work.unit.preconditions.emplace_back(store::ChildAt{row.id, row.version});
        work.unit.writes.emplace_back(store::PutChild{row});
      }
  }
  return {};
}

Result<ChildOutcome> ChildWriter::write(const ImportPlan& plan, const tree::Document& child,
                                        Work& work) {
  const std::size_t begin = work.unit.writes.size();
  auto target = find_or_create(plan, record::claims_of(child.root(), plan.own_prefix), work);
  if (!target) return fail(target.error());
  const bool nameless = !target->created && target->row.authority.empty();
  auto kept =
      keep_contents(context_, target->row, *target->key, child, plan.preview == nullptr, work);
  if (!kept) return fail(kept.error());
  auto said = add_statements(plan, *kept ? **kept : child, *target, work);
  if (!said) return fail(said.error());
  ChildOutcome outcome{target->row.id, {}, said->changed, target->created};
  if (outcome.changed.empty() && !plan.check_all && !nameless) {
    const auto overtaken = overtakes(plan, *target, *said);
    if (!overtaken) return fail(overtaken.error());
    if (!*overtaken) return outcome;
  }

  auto statements = open_statements(context_, target->row, said->rows);
  if (!statements) return fail(statements.error());
  for (record::Statement& statement : said->news)
    if (!statement.body.empty()) statements->push_back(std::move(statement));
  Own own{std::move(*statements), {}};
  std::set<base::Uuid> moved;
  const bool told = target->created || nameless || tells_who(outcome.changed);
  if (told && context_.site->tells_outsiders()) {
    const auto alone = record_of(own);
    if (!alone) return fail(alone.error());
    if (has_sibling_in(context_, work.unit, (*alone)->root(), target->row.id))
      return fail("CH-EXC-030");
    if (auto held = hold_family(context_, (*alone)->root(), work.unit); !held)
      return fail(held.error());
  }
  auto kin = recognise(plan, *target, own, told, moved, work);
  if (!kin) return fail(kin.error());
  const bool documents = std::ranges::find(outcome.changed, "documents") != outcome.changed.end();
  const Change change{plan, *target, target->created || tells_place(outcome.changed), documents,
                      begin};
  for (const Ties ties : {Ties::all, Ties::certain}) {
    if (ties == Ties::certain && !context_.site->tells_health()) continue;
    for (const LinkedChild& group : kin->groups(ties)) {
      const bool regrouped =
          std::ranges::any_of(group.rows, [&](const auto& row) { return moved.contains(row.id); });
      if (!regrouped && !group.holds(target->row.id)) continue;
      outcome.heads.push_back(group.head().id);
      if (auto done = tell(change, group, ties, regrouped, own, work); !done)
        return fail(done.error());
    }
  }
  return outcome;
}

}  // namespace charmille::exchange
