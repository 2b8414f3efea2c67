// One row, or all rows, of a query on a borrowed connection.
#pragma once

#include <optional>
#include <vector>

#include "gateway/store/sqlite/readers.h"

namespace charmille::store::sqlite {

/// The first row made into a value by `decode(Cursor&)`, or nothing.
template <class Decode, class... Args>
auto read_one(Readers& readers, const char* sql, Decode decode, const Args&... args)
    -> Result<std::optional<decltype(decode(std::declval<Cursor&>()))>> {
  auto loan = readers.borrow();
  if (!loan) return fail(loan.error());
  Cursor cursor = (*loan)->query(sql, args...);
  auto row = cursor.next();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  return decode(cursor);
}

template <class Decode, class... Args>
auto read_all(Readers& readers, const char* sql, Decode decode, const Args&... args)
    -> Result<std::vector<decltype(decode(std::declval<Cursor&>()))>> {
  auto loan = readers.borrow();
  if (!loan) return fail(loan.error());
  Cursor cursor = (*loan)->query(sql, args...);
  std::vector<decltype(decode(cursor))> rows;
  for (;;) {
    auto row = cursor.next();
    if (!row) return fail(row.error());
    if (!*row) return rows;
    rows.push_back(decode(cursor));
  }
}

}  // namespace charmille::store::sqlite
