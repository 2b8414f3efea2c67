#include "gateway/base/catalogue.h"

#include <algorithm>

#include "gateway/base/catalogue/areas.h"
#include "gateway/base/catalogue/words.h"

namespace charmille::base {
namespace {

std::vector<const CatalogueEntry*> gather() {
  std::vector<const CatalogueEntry*> all;
#define CHARMILLE_AREA(name) \
  for (const CatalogueEntry& entry : name##_entries()) all.push_back(&entry);
  CHARMILLE_AREAS(CHARMILLE_AREA)
#undef CHARMILLE_AREA
  std::ranges::sort(all, {}, [](const CatalogueEntry* entry) { return entry->code; });
  return all;
}

const std::vector<const CatalogueEntry*>& sorted_entries() {
  static const std::vector<const CatalogueEntry*> all = gather();
  return all;
}

std::string_view value_of(const Args& args, std::string_view name) {
  const auto arg = std::ranges::find(args, name, &Args::value_type::first);
  return arg == args.end() ? std::string_view() : std::string_view(arg->second);
}

std::string suggestion_of(const Args& args, Language language) {
  const bool french = language == Language::fr;
  if (const std::string_view near = value_of(args, "nearest"); !near.empty())
    return (french ? "le plus proche : " : "the nearest: ") + std::string(near);
  if (const std::string_view names = value_of(args, "names"); !names.empty())
    return (french ? "à choisir parmi : " : "one of: ") + std::string(names);
  return french ? "il n'y en a aucun" : "there is none";
}

/// Fills `{name}` from the arguments; a name without an argument stays as written, so that it is
/// seen. Only reasons and states are words: the name of a file or of a partner is never translated.
std::string fill(std::string_view text, const Args& args, Language language) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    out += text.substr(0, open);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto arg = std::ranges::find(args, name, &Args::value_type::first);
    const bool is_word = language == Language::fr && (name == "reason" || name == "state");
    if (name == "suggestion")
      out += suggestion_of(args, language);
    else if (arg == args.end())
      out += text.substr(open, close - open + 1);
    else
      out += is_word ? french_of(arg->second) : std::string_view(arg->second);
    text.remove_prefix(close + 1);
  }
  out += text;
  return out;
}

}  // namespace

const CatalogueEntry* find_entry(std::string_view code) {
  const auto& all = sorted_entries();
  const auto at = std::ranges::lower_bound(all, code, {},
                                           [](const CatalogueEntry* entry) { return entry->code; });
  return at != all.end() && (*at)->code == code ? *at : nullptr;
}

std::span<const CatalogueEntry* const> all_entries() {
  return sorted_entries();
}

Fault fault(std::string_view code, Place place, Args args) {
  const CatalogueEntry* entry = find_entry(code);
  return Fault{entry ? entry->code : code, entry ? entry->action : Action::reject, std::move(place),
               std::move(args)};
}

std::string_view argument(const Fault& f, std::string_view name) {
  return value_of(f.args, name);
}

std::string describe(const Place& place) {
  std::string out = place.file;
  if (place.line != 0) {
    out += ':' + std::to_string(place.line);
    if (place.column != 0) out += ':' + std::to_string(place.column);
  }
  if (!place.path.empty()) out += (out.empty() ? "" : ": ") + place.path;
  return out;
}

std::string text_of(const Fault& f, Language language) {
  const CatalogueEntry* entry = find_entry(f.code);
  if (entry == nullptr) return std::string(f.code);
  return fill(language == Language::fr ? entry->text_fr : entry->text_en, f.args, language);
}

std::string remedy_of(const Fault& f, Language language) {
  const CatalogueEntry* entry = find_entry(f.code);
  if (entry == nullptr) return {};
  return fill(language == Language::fr ? entry->remedy_fr : entry->remedy_en, f.args, language);
}

std::string describe(const Fault& f, Language language) {
  std::string out = describe(f.place);
  if (!out.empty()) out += ": ";
  out += text_of(f, language);
  if (const std::string remedy = remedy_of(f, language); !remedy.empty())
    out += " (" + remedy + ")";
  out += " [" + std::string(f.code) + "]";
  return out;
}

std::string_view name_of(Action action) {
  switch (action) {
    case Action::retry:
      return "retry";
    case Action::reject:
      return "reject";
    case Action::hold:
      return "hold";
    case Action::stop:
      return "stop";
  }
  return "reject";
}

}  // namespace charmille::base
