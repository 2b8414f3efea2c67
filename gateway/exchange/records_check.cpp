#include "gateway/exchange/records_check.h"

#include <algorithm>

#include "gateway/record/alerts.h"
#include "gateway/record/assemble.h"
#include "gateway/record/edit.h"
#include "gateway/record/identifiers.h"
#include "gateway/record/reconcile.h"

namespace charmille::exchange {
namespace {

constexpr std::uint32_t page = 1000;

record::Voice voice_of(const Context& context, const std::string& source) {
  for (const auto& [name, endpoint] : context.site->config->endpoints) {
    if (endpoint.direction != config::Direction::source || endpoint.source != source) continue;
    const auto kind = context.site->config->partner_of(endpoint).recipient;
    if (kind == config::Recipient::dui) return record::Voice::dui;
    if (kind == config::Recipient::departement) return record::Voice::department;
  }
  return record::Voice::other;
}

/// A source gives a matricule, and the identity that the record tells contradicts it.
bool has_lost_ins(const std::vector<record::Statement>& statements, const tree::Document& record) {
  const bool given = std::ranges::any_of(statements, [](const record::Statement& statement) {
    return statement.section == "ins" && statement.body.find("\"matricule\"") != std::string::npos;
  });
  return given && record::find_path(record.root(), {"ins", "matricule"}) == nullptr;
}

Result<CheckedChild> check_one(const Context& context, const LinkedChild& child,
                               const std::string& today) {
  CheckedChild checked;
  checked.id = child.head().id;
  const auto loaded = load_statements(context, child);
  if (!loaded) return fail(loaded.error());
  const std::vector<record::Statement>& statements = *loaded;
  const auto record = record::assemble(statements, context.site->ownership);
  if (!record) return fail(record.error());
  checked.alerts = record::alerts(*record, today);
  if (has_lost_ins(statements, *record))
    checked.alerts.push_back(
        fault("CH-INS-003", {{}, 0, 0, "ins.matricule"}, {{"field", "ins.matricule"}}));
  std::vector<record::Told> told;
  told.reserve(statements.size());
  for (const record::Statement& statement : statements)
    told.push_back({voice_of(context, statement.source), &statement});
  auto differing = record::disagreements(told, today);
  if (!differing) return fail(differing.error());
  std::ranges::move(*differing, std::back_inserter(checked.alerts));
  for (const tree::Node& id : record::items_at(record->root(), "ids")) {
    const std::string_view system = record::text_at(id, "system");
    if (record::names_a_child(system) && !system.ends_with(":dossier"))
      checked.local_ids.push_back(std::string(system) + ' ' +
                                  std::string(record::text_at(id, "value")));
  }
  return checked;
}

}  // namespace

Result<RecordsCheck> check_records(const Context& context, const std::string& today) {
  RecordsCheck all;
  base::Uuid after;
  for (;;) {
    const auto rows = context.store.children(context.site->config->organisation.id, after, page);
    if (!rows) return fail(rows.error());
    for (const store::ChildRow& row : *rows) {
      const auto child = linked_child(context.store, row.id, Ties::all);
      if (!child) return fail(child.error());
      if (!*child || (*child)->head().id != row.id) continue;
      auto checked = check_one(context, **child, today);
      if (!checked) return fail(checked.error());
      ++all.checked;
      if (!checked->alerts.empty()) all.children.push_back(std::move(*checked));
    }
    if (rows->size() < page) return all;
    after = rows->back().id;
  }
}

}  // namespace charmille::exchange
