#include "gateway/mapping/profile/header_doubt.h"

#include <algorithm>

#include "gateway/fhirpath/text.h"
#include "gateway/mapping/profile/column_name.h"
#include "gateway/mapping/profile/column_profile.h"

namespace charmille::mapping {
namespace {

/// How a text is written, whatever its length: "Xx-Xx" for "Jean-Paul".
std::string form_of(std::string_view text) {
  std::string form = shape_of(text);
  form.erase(std::unique(form.begin(), form.end()), form.end());
  return form;
}

/// Words of two letters or more: a single letter names nobody.
bool is_words(std::string_view name) {
  return fhirpath::character_count(name) >= 2 &&
         form_of(name).find_first_not_of("Xx -'") == std::string::npos;
}

}  // namespace

HeaderDoubt::HeaderDoubt(std::span<const std::string> names) {
  for (const std::string& name : names) {
    columns_.push_back({name, form_of(name), promise_of(name) != Promise::nothing});
    words_only_ = words_only_ && is_words(name);
  }
}

void HeaderDoubt::feed(std::size_t column, std::string_view cell) {
  if (column >= columns_.size()) return;
  Column& at = columns_[column];
  if (at.rows++ >= most_rows) return;
  cell = fhirpath::trim(cell);
  if (cell.empty()) return;
  ++at.filled;
  if (form_of(cell) == at.form) ++at.alike;
  at.comes_again = at.comes_again || cell == at.name;
}

bool HeaderDoubt::is_row() const {
  const bool promises = std::ranges::any_of(columns_, &Column::promises);
  const bool comes_again = std::ranges::any_of(columns_, &Column::comes_again);
  const bool filled = std::ranges::any_of(columns_, [](const Column& c) { return c.filled > 0; });
  return words_only_ && filled && (!promises || comes_again) &&
         std::ranges::all_of(
             columns_, [](const Column& c) { return c.filled == 0 || c.alike * 2 > c.filled; });
}

}  // namespace charmille::mapping
