#include "gateway/exchange/former.h"

#include <algorithm>

namespace charmille::exchange {
namespace {

Result<void> put(record::Statement& into, Result<std::string> body) {
  if (!body) return fail(body.error());
  into.body = std::move(*body);
  return {};
}

}  // namespace

const store::StatementRow* row_of_section(const std::vector<store::StatementRow>& rows,
                                          const std::string& source, const std::string& section) {
  const auto at = std::ranges::find_if(
      rows, [&](const auto& row) { return row.source == source && row.section == section; });
  return at == rows.end() ? nullptr : &*at;
}

bool is_older(const record::Statement& fresh, const store::StatementRow& known) {
  return fresh.extracted != known.extracted ? fresh.extracted < known.extracted
                                            : fresh.lot < known.lot;
}

Result<void> Former::keep_ids(std::vector<record::Statement>& fresh) const {
  const auto ids = std::ranges::find(fresh, "ids", &record::Statement::section);
  if (ids == fresh.end()) return {};
  const auto former = body_of(standing(*ids));
  if (!former) return fail(former.error());
  if (former->empty()) return {};
  return put(*ids, record::with_former_ids(*former, ids->body));
}

Result<void> Former::add_documents(std::vector<record::Statement>& fresh) const {
  const auto told = std::ranges::find(fresh, "documents", &record::Statement::section);
  if (told == fresh.end()) return {};
  const store::StatementRow* known = standing(*told);
  auto former = body_of(known);
  if (!former) return fail(former.error());
  if (former->empty()) former = "[]";
  if (known == nullptr || !is_older(*told, *known))
    return put(*told, record::with_former_documents(*former, told->body));
  told->extracted = known->extracted;
  told->lot = known->lot;
  return put(*told, record::with_former_documents(told->body, *former));
}

const store::StatementRow* Former::standing(const record::Statement& fresh) const {
  const store::StatementRow* known = row_of_section(rows_, fresh.source, fresh.section);
  return known == nullptr || known->withdrawn ? nullptr : known;
}

/// Empty when nothing stands.
Result<std::string> Former::body_of(const store::StatementRow* known) const {
  if (known == nullptr) return std::string{};
  const auto packed = context_.vault.open_statement(key_, child_, known->section, known->body);
  if (!packed) return fail(packed.error());
  record::Statement former;
  if (auto unpacked = record::unpack(*packed, former); !unpacked) return fail(unpacked.error());
  return std::move(former.body);
}

}  // namespace charmille::exchange
