// Conversions: toXxx and convertsToXxx (FHIRPath 2.0.0 §5.5).
#include <algorithm>
#include <array>
#include <optional>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {
namespace {

using Convert = std::optional<Value> (*)(const Value& value, tree::Arena& arena);

std::optional<Value> boolean(const Value& value, tree::Arena&) {
  static constexpr std::array yes{"true", "t", "yes", "y", "1", "1.0"};
  static constexpr std::array no{"false", "f", "no", "n", "0", "0.0"};
  if (value.is(Type::boolean)) return value;
  if (value.is(Type::text)) {
    const std::string word = lower(value.chars());
    if (std::ranges::find(yes, word) != yes.end()) return Value::boolean(true);
    if (std::ranges::find(no, word) != no.end()) return Value::boolean(false);
    return {};
  }
  const auto number = value.as_decimal();
  if (number && number->compare(Decimal(1)) == 0) return Value::boolean(true);
  if (number && number->is_zero()) return Value::boolean(false);
  return {};
}

std::optional<Value> integer(const Value& value, tree::Arena&) {
  if (value.is(Type::boolean)) return Value::integer(value.boolean() ? 1 : 0);
  if (const auto whole = value.as_integer()) return Value::integer(*whole);
  if (!value.is(Type::text) || value.chars().find_first_of(".eE") != std::string_view::npos)
    return {};
  const auto number = Decimal::parse(value.chars());
  const auto whole = number ? number->to_integer() : std::nullopt;
  return whole ? std::optional(Value::integer(*whole)) : std::nullopt;
}

std::optional<Value> decimal(const Value& value, tree::Arena& arena) {
  if (value.is(Type::boolean)) return Value::decimal(Decimal(value.boolean() ? 1 : 0), arena);
  auto number = value.as_decimal();
  // The standard's form of a decimal has no exponent.
  if (value.is(Type::text) && value.chars().find_first_of("eE") == std::string_view::npos)
    number = Decimal::parse(value.chars());
  return number ? std::optional(Value::decimal(*number, arena)) : std::nullopt;
}

std::optional<Value> text(const Value& value, tree::Arena& arena) {
  const auto chars = value.to_text(arena);
  return chars ? std::optional(Value::text(*chars)) : std::nullopt;
}

std::optional<Value> date(const Value& value, tree::Arena& arena) {
  std::optional<Temporal> found;
  if (value.is(Type::temporal) && value.temporal().type != Temporal::Type::time)
    found = value.temporal();
  if (value.is(Type::text)) {
    found = Temporal::parse_date(value.chars());
    if (!found) found = Temporal::parse_date_time(value.chars());
  }
  if (!found) return {};
  Temporal out;
  out.year = found->year;
  out.month = found->month;
  out.day = found->day;
  out.precision = std::min(found->precision, Temporal::Precision::day);
  return Value::temporal(out, arena);
}

std::optional<Value> date_time(const Value& value, tree::Arena& arena) {
  std::optional<Temporal> found;
  if (value.is(Type::temporal) && value.temporal().type != Temporal::Type::time)
    found = value.temporal();
  if (value.is(Type::text)) found = Temporal::parse_date_time(value.chars());
  if (!found) return {};
  found->type = Temporal::Type::date_time;
  return Value::temporal(*found, arena);
}

std::optional<Value> time(const Value& value, tree::Arena& arena) {
  if (value.is(Type::temporal) && value.temporal().type == Temporal::Type::time) return value;
  const auto found = value.is(Type::text) ? Temporal::parse_time(value.chars()) : std::nullopt;
  return found ? std::optional(Value::temporal(*found, arena)) : std::nullopt;
}

/// "4 days", "4.5 'mg'", "4.5".
std::optional<Value> quantity(const Value& value, tree::Arena& arena) {
  if (value.is(Type::quantity)) return value;
  if (value.is(Type::boolean))
    return Value::quantity({Decimal(value.boolean() ? 1 : 0), "1", false}, arena);
  if (const auto number = value.as_decimal()) return Value::quantity({*number, "1", false}, arena);
  if (!value.is(Type::text)) return {};
  const std::string_view chars = value.chars();
  const std::size_t end = std::min(chars.find_first_not_of("+-.0123456789"), chars.size());
  const auto number = Decimal::parse(chars.substr(0, end));
  if (!number) return {};
  std::string_view unit = chars.substr(end);
  if (unit.empty()) return Value::quantity({*number, "1", false}, arena);
  const bool parted = unit.front() == ' ';
  unit = trim(unit);
  if (unit.size() > 2 && unit.front() == '\'' && unit.back() == '\'')
    return Value::quantity({*number, unit.substr(1, unit.size() - 2), false}, arena);
  if (!parted || !calendar_unit(unit)) return {};
  if (unit.ends_with('s')) unit.remove_suffix(1);
  return Value::quantity({*number, unit, true}, arena);
}

template <Convert convert>
Collection to(Call& call) {
  const Value* value = call.single();
  if (value == nullptr) return {};
  const auto out = convert(*value, call.arena());
  return out ? Collection(out->at(value->origin())) : Collection{};
}

template <Convert convert>
Collection converts(Call& call) {
  const Value* value = call.single();
  if (value == nullptr) return {};
  return call.result(convert(*value, call.arena()).has_value());
}

constexpr Function functions[] = {
    {"toBoolean", 0, 0, to<boolean>},    {"convertsToBoolean", 0, 0, converts<boolean>},
    {"toInteger", 0, 0, to<integer>},    {"convertsToInteger", 0, 0, converts<integer>},
    {"toDecimal", 0, 0, to<decimal>},    {"convertsToDecimal", 0, 0, converts<decimal>},
    {"toString", 0, 0, to<text>},        {"convertsToString", 0, 0, converts<text>},
    {"toDate", 0, 0, to<date>},          {"convertsToDate", 0, 0, converts<date>},
    {"toDateTime", 0, 0, to<date_time>}, {"convertsToDateTime", 0, 0, converts<date_time>},
    {"toTime", 0, 0, to<time>},          {"convertsToTime", 0, 0, converts<time>},
    {"toQuantity", 0, 0, to<quantity>},  {"convertsToQuantity", 0, 0, converts<quantity>},
};

}  // namespace

std::span<const Function> conversion_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
