#include "gateway/codec/xml_totals.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "gateway/codec/xml_builder.h"

namespace charmille::codec {
namespace {

constexpr std::size_t longest_number = 32;
constexpr std::size_t decimals = 6;
constexpr std::int64_t million = 1'000'000;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// "-12.50" or "12,5" in millionths; nothing for what is no number, or does not fit.
std::optional<std::int64_t> millionths(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t mark = text.find_first_of(".,");
  std::string digits(text.substr(0, mark));
  std::string_view fraction = mark == text.npos ? std::string_view{} : text.substr(mark + 1);
  while (fraction.size() > decimals && fraction.ends_with('0')) fraction.remove_suffix(1);
  if (digits.empty() || fraction.size() > decimals || (mark != text.npos && fraction.empty()))
    return {};
  digits += fraction;
  digits.append(decimals - fraction.size(), '0');
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || at != end || digits.front() == '-') return {};
  return negative ? -value : value;
}

bool named(const XmlName& name, const QName& wanted) {
  return name.local == wanted.local && name.uri == wanted.uri;
}

}  // namespace

void XmlTotals::start(const XmlEvent& event) {
  Open open{event.line, false, {}};
  for (std::size_t i = 0; i < totals_.size(); ++i) {
    const XmlCheck& check = options_.checks[i];
    if (!named(event.name, check.element)) continue;
    if (check.kind == XmlCheck::Kind::count) ++totals_[i].value;
    if (check.kind == XmlCheck::Kind::sum) open.summed = true;
  }
  QName name;
  if (open.summed) name = {std::string(event.name.uri), std::string(event.name.local)};
  open_.emplace_back(std::move(name), std::move(open));
}

void XmlTotals::text(std::string_view text) {
  if (open_.empty() || !open_.back().second.summed) return;
  std::string& all = open_.back().second.text;
  all += text.substr(0, longest_number + 1 - std::min(all.size(), longest_number + 1));
}

void XmlTotals::end() {
  const auto [name, open] = std::move(open_.back());
  open_.pop_back();
  if (!open.summed || trimmed(open.text).empty()) return;  // no value is not a wrong one
  const auto value = millionths(open.text);
  for (std::size_t i = 0; i < totals_.size(); ++i) {
    const XmlCheck& check = options_.checks[i];
    if (check.kind != XmlCheck::Kind::sum || check.element != name) continue;
    Total& total = totals_[i];
    const bool sound = value && !__builtin_add_overflow(total.value, *value, &total.value);
    if (!sound && total.wrong_line == 0) total.wrong_line = open.line;
  }
}

Result<void> XmlTotals::check(const tree::Document& footer) const {
  const base::Place place = footer.place_of(footer.root().origin());
  for (std::size_t i = 0; i < totals_.size(); ++i) {
    const XmlCheck& check = options_.checks[i];
    const Total& total = totals_[i];
    if (total.wrong_line != 0)
      return fail("CH-XML-032", {place.file, total.wrong_line, 0, {}},
                  {{"name", check.element.local}});
    const auto said = text_at_path(footer.root(), check.name);
    const auto value = said ? millionths(*said) : std::nullopt;
    if (!value) return fail("CH-XML-030", place, {{"name", check.name}});
    const std::int64_t found =
        check.kind == XmlCheck::Kind::count ? total.value * million : total.value;
    if (*value == found) continue;
    // A sum may be money of one child alone; a count says nothing of anybody.
    if (check.kind == XmlCheck::Kind::sum)
      return fail("CH-XML-033", place, {{"name", check.name}, {"element", check.element.local}});
    return fail("CH-XML-031", place,
                {{"name", check.name},
                 {"element", check.element.local},
                 {"found", std::to_string(total.value)},
                 {"expected", std::to_string(*value / million)}});
  }
  return {};
}

}  // namespace charmille::codec
