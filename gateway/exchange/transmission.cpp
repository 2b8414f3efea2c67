#include "gateway/exchange/transmission.h"

#include <algorithm>

#include "gateway/codec/codec.h"
#include "gateway/exchange/durable.h"
#include "gateway/exchange/telling.h"
#include "gateway/record/assemble.h"
#include "gateway/record/edit.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

bool is_own(const record::Statement& statement) {
  return statement.source == record::own_source &&
         statement.section == record::transmissions_section;
}

std::string_view scope_of(const Handover& handover) {
  switch (handover.what) {
    case Handover::What::since:
      return handover.since;
    case Handover::What::everything:
      return "everything";
    case Handover::What::nothing:
      break;
  }
  return "nothing";
}

store::StatementRow row_of(const Vault& vault, const crypto::Key& key, const base::Uuid& child,
                           const record::Statement& statement) {
  store::StatementRow row;
  row.child = child;
  row.source = statement.source;
  row.section = statement.section;
  row.extracted = row.recorded = statement.extracted;
  row.digest = vault.digest(statement.section, statement.body);
  row.withdrawn = statement.body.empty();
  if (!row.withdrawn)
    row.body = vault.seal_statement(key, child, statement.section, record::pack(statement));
  return row;
}

}  // namespace

asio::awaitable<Result<HandoverOutcome>> Transmission::decide(Handover handover,
                                                              events::Person person) {
  const auto& partners = context_.site->config->partners;
  const auto partner = partners.find(handover.partner);
  if (partner == partners.end()) co_return fail("CH-EXC-044", {}, {{"partner", handover.partner}});
  if (partner->second.recipient != config::Recipient::departement ||
      partner->second.department.empty())
    co_return fail("CH-EXC-036", {}, {{"partner", handover.partner}});
  for (int attempt = 1;; ++attempt) {
    auto done = co_await decide_once(handover, partner->second.department, person);
    if (done || !changed_meanwhile(done.error()) || attempt == most_computations) co_return done;
  }
}

Result<std::optional<record::Statement>> Transmission::statement_of(const Handover* handover,
                                                                    const std::string& department,
                                                                    const store::ChildRow& row,
                                                                    const std::string& login) {
  auto rows = context_.store.statements(row.id);
  if (!rows) return fail(rows.error());
  const auto statements = open_statements(context_, row, *rows);
  if (!statements) return fail(statements.error());
  tree::Document document;
  std::vector<tree::Node> items;
  bool stood = false;
  for (const record::Statement& known : *statements) {
    if (!is_own(known)) continue;
    stood = true;
    const auto body = codec::read_own_json(document, known.body);
    if (!body) return fail(body.error());
    for (const tree::Node& item : body->items())
      if (record::text_at(item, "department") != department) items.push_back(item);
  }
  if (handover != nullptr && handover->what != Handover::What::nothing) {
    std::vector<tree::Document::Member> members{{"department", document.text(department)},
                                                {"reference", document.text(handover->reference)},
                                                {"decidedBy", document.text(login)},
                                                {"decidedOn", document.text(today_of(context_))}};
    if (handover->what == Handover::What::since)
      members.emplace_back("from", document.text(handover->since));
    items.push_back(document.object(members));
  }
  if (!stood && items.empty()) return std::nullopt;
  record::Statement statement;
  statement.section = record::transmissions_section;
  statement.source = record::own_source;
  statement.extracted = context_.clock.now();
  if (!items.empty()) statement.body = codec::write_canonical_json(document.array(items));
  return std::optional(std::move(statement));
}

/// The record of the child as it will be.
Result<tree::Document> Transmission::record_with(const LinkedChild& child,
                                                 const std::vector<record::Statement>& decided) {
  auto all = load_statements(context_, child);
  if (!all) return fail(all.error());
  std::erase_if(*all, is_own);
  for (const record::Statement& statement : decided)
    if (!statement.body.empty()) all->push_back(statement);
  return record::assemble(*all, context_.site->ownership);
}

/// What stands after the decision, row by row: it replaces those that persons took about the same
/// department, whichever of the linked children they named.
Result<std::vector<record::Statement>> Transmission::put_statements(const Handover& handover,
                                                                    const std::string& department,
                                                                    const LinkedChild& child,
                                                                    const std::string& login,
                                                                    Work& work) {
  std::vector<record::Statement> decided;
  for (const store::ChildRow& row : child.rows) {
    work.unit.preconditions.emplace_back(store::ChildAt{row.id, row.version});
    if (row.key.empty()) continue;
    const bool named = row.id == handover.child;
    auto statement = statement_of(named ? &handover : nullptr, department, row, login);
    if (!statement) return fail(statement.error());
    if (!*statement) continue;
    const auto key = context_.vault.child_key(row);
    if (!key) return fail(key.error());
    work.unit.writes.emplace_back(store::PutChild{row});
    work.unit.writes.emplace_back(
        store::PutStatement{row_of(context_.vault, **key, row.id, **statement)});
    decided.push_back(std::move(**statement));
  }
  return decided;
}

asio::awaitable<Result<HandoverOutcome>> Transmission::decide_once(const Handover& handover,
                                                                   const std::string& department,
                                                                   const events::Person& person) {
  const auto child = linked_child(context_.store, handover.child, Ties::all);
  if (!child) co_return fail(child.error());
  if (!*child) co_return fail("CH-EXC-024");
  const auto row = std::ranges::find((*child)->rows, handover.child, &store::ChildRow::id);
  if (row == (*child)->rows.end() || row->key.empty()) co_return fail("CH-EXC-024");
  Undertaking undertaking(context_, lanes_);
  Work& work = undertaking.work;
  const auto statements = put_statements(handover, department, **child, person.login, work);
  if (!statements) co_return fail(statements.error());
  const auto record = record_with(**child, *statements);
  if (!record) co_return fail(record.error());
  work.unit.audit.push_back(events::transmission(row->id, handover.partner, scope_of(handover),
                                                 handover.reference, person, context_));
  store::Exchange cause;
  cause.flow = base::uuid_v7(context_.clock.now(), context_.random);
  cause.organisation = context_.site->config->organisation.id;
  const auto concerned = [&](const DestinationPlan& to) {
    return to.addressee.kind == config::Recipient::departement &&
           to.addressee.department == department;
  };
  const Decided decided{&**child, &*record, nullptr, false};
  if (auto told = tell_decided(context_, outbox_, decided, Ties::all, cause, concerned, work);
      !told)
    co_return fail(told.error());
  HandoverOutcome outcome;
  outcome.told = told_in(work.unit, cause.flow);
  outcome.concerned = std::ranges::any_of(
      record::items_at(record->root(), "measures"),
      [&](const tree::Node& one) { return record::text_at(one, "department") == department; });
  auto done = co_await carry_out(context_, lanes_, std::move(work));
  if (!done) co_return fail(done.error());
  co_return outcome;
}

}  // namespace charmille::exchange
