// What becomes of each column, once every file was read.
#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/fhirpath/text.h"
#include "gateway/mapping/mask/mask.h"

namespace charmille::mapping {
namespace {

/// A shorter code says nothing: the "12" of a list is not the "12" of an identifier.
constexpr std::size_t shortest_shared_code = 3;

/// Kinds whose cells point at a person, whatever the column of the same name holds elsewhere.
bool is_personal(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::identifier:
    case ColumnKind::national_id:
    case ColumnKind::phone:
    case ColumnKind::mail:
    case ColumnKind::name:
    case ColumnKind::address:
    case ColumnKind::date:
      return true;
    default:
      return false;
  }
}

/// An identifier told by its cells alone may be a code of a table: "A12".
bool may_hold_codes(const ColumnProfile& profile) {
  const ColumnKind kind = profile.kind();
  return !is_personal(kind) ||
         (kind == ColumnKind::identifier && profile.promise() == Promise::nothing);
}

}  // namespace

Result<void> Mask::decide() {
  if (auto asked = check_asked(); !asked) return asked;
  gathered_->calendar.draw(key_);
  inventor_ = std::make_unique<Inventor>(key_.clone(), *gathered_);
  for (const File& file : files_)
    for (const ColumnProfile& profile : file.profiles)
      if (is_personal(profile.kind())) personal_.insert(profile.name());
  for (File& file : files_)
    for (std::size_t i = 0; i < file.profiles.size(); ++i) {
      std::vector<std::size_t> forms;
      for (const std::string_view pattern : file.profiles[i].date_forms())
        for (std::size_t form = 0; form < date_form_count; ++form)
          if (date_form_list[form].pattern == pattern) forms.push_back(form);
      file.forms.push_back(std::move(forms));
      file.columns.push_back(column_of(file, i));
    }
  for (const File& file : files_)
    if (auto claimed = claim_values(file); !claimed) return claimed;
  mask_shared_codes();
  for (const File& file : files_)
    for (std::size_t i = 0; i < file.columns.size(); ++i)
      if (file.columns[i].fate == Fate::codes_stay)
        for (const auto& [code, count] : file.profiles[i].values()) vocabulary_.insert(code);
  return {};
}

Result<void> Mask::check_asked() const {
  std::vector<std::string_view> names;
  for (const File& file : files_)
    for (const ColumnProfile& profile : file.profiles)
      if (std::ranges::find(names, profile.name()) == names.end()) names.push_back(profile.name());
  for (const std::string& asked : keep_.columns)
    if (std::ranges::find(names, asked) == names.end())
      return fail("CH-MAP-071", {},
                  {{"name", base::printable(asked, 60)}, base::suggestion(asked, names)});
  return {};
}

Mask::Column Mask::column_of(const File& file, std::size_t column) const {
  const ColumnProfile& profile = file.profiles[column];
  Column out{profile.name(), Fate::masked, way_of(profile.kind(), profile.promise()), nullptr};
  if (std::ranges::find(keep_.columns, profile.name()) != keep_.columns.end()) {
    out.fate = Fate::asked_for;
    return out;
  }
  for (std::size_t i = 0; may_hold_codes(profile) && i < codes_.size(); ++i)
    if (profile.filled() > 0 && file.coded[column][i] * 10 >= profile.filled() * 9) {
      out.fate = Fate::table_stays;
      out.codes = &codes_[i];
      return out;
    }
  if (!holds_codes(profile)) return out;
  if (names_persons(profile))
    out.way = Way::name;
  else
    out.fate = Fate::codes_stay;
  return out;
}

/// Unless the same column holds persons in another file.
bool Mask::holds_codes(const ColumnProfile& profile) const {
  const ColumnKind kind = profile.kind();
  return kind == ColumnKind::boolean || ((kind == ColumnKind::code || profile.only_marks()) &&
                                         !personal_.contains(profile.name()));
}

/// One of the codes is made of words that name persons somewhere.
bool Mask::names_persons(const ColumnProfile& profile) const {
  return profile.kind() != ColumnKind::boolean &&
         std::ranges::any_of(profile.values(), [&](const auto& one) {
           return gathered_->persons.clashes(one.first);
         });
}

/// A code that a masked column holds too is masked like there, and then those beside it: until
/// every code is masked everywhere or nowhere.
void Mask::mask_shared_codes() {
  const auto is_shared = [&](std::string_view code) {
    return fhirpath::character_count(code) >= shortest_shared_code &&
           (masked_codes_.contains(code) || ways_.points_at_somebody(code));
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (File& file : files_)
      for (std::size_t i = 0; i < file.columns.size(); ++i) {
        const ColumnProfile& profile = file.profiles[i];
        if (file.columns[i].fate != Fate::codes_stay || profile.kind() == ColumnKind::boolean)
          continue;
        if (std::ranges::none_of(profile.values(),
                                 [&](const auto& one) { return is_shared(one.first); }))
          continue;
        file.columns[i].fate = Fate::masked;
        for (const auto& [code, count] : profile.values()) masked_codes_.insert(code);
        changed = true;
      }
  }
}

}  // namespace charmille::mapping
