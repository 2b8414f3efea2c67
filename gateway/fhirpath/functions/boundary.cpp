// What a value of limited precision may stand for: lowBoundary, highBoundary, precision, comparable
// (FHIRPath 3.0.0-ballot §5.7, §5.8, of the R4 suite).
#include <algorithm>
#include <array>
#include <chrono>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/navigation.h"
#include "gateway/fhirpath/units.h"

namespace charmille::fhirpath {
namespace {

enum class Side : std::uint8_t { low, high };
constexpr int usual_digits = 8;

/// Digits that a moment shows up to each of its parts: 2014 has 4, 2014-03 6, T10:30 4.
int digits_of(const Temporal& t) {
  static constexpr std::array<int, 6> shown{4, 6, 8, 10, 12, 14};
  const int all = shown[static_cast<std::size_t>(t.precision)] + (t.has_fraction ? 3 : 0);
  return t.type == Temporal::Type::time ? all - 8 : all;
}

unsigned last_day(int year, unsigned month) {
  const std::chrono::year_month_day_last end{
      std::chrono::year(year), std::chrono::month_day_last{std::chrono::month(month)}};
  return static_cast<unsigned>(end.day());
}

/// Fills what is unknown with the least or the greatest that it may be.
void fill(Temporal& t, Side side) {
  const bool high = side == Side::high;
  using Precision = Temporal::Precision;
  if (t.type != Temporal::Type::time) {
    if (t.precision < Precision::month) t.month = high ? 12 : 1;
    if (t.precision < Precision::day)
      t.day = static_cast<std::uint8_t>(high ? last_day(t.year, t.month) : 1);
  }
  if (t.precision < Precision::hour) t.hour = high ? 23 : 0;
  if (t.precision < Precision::minute) t.minute = high ? 59 : 0;
  if (t.precision < Precision::second) t.second = high ? 59 : 0;
  if (!t.has_fraction) t.millisecond = high ? 999 : 0;
  // Where on earth it was is unknown too.
  if (t.type == Temporal::Type::date_time && !t.has_offset) t.offset = high ? -12 * 60 : 14 * 60;
}

std::optional<Temporal> boundary(Temporal t, Side side, std::optional<std::int64_t> digits) {
  const bool time = t.type == Temporal::Type::time;
  const std::int64_t wanted = digits.value_or(time ? 9 : t.type == Temporal::Type::date ? 8 : 17);
  if (wanted < 0 || wanted > 17) return {};
  static constexpr std::array<std::int64_t, 7> known{4, 6, 8, 10, 12, 14, 17};
  const auto at = std::ranges::find(known, time ? wanted + 8 : wanted);
  const auto last = t.type == Temporal::Type::date ? known.begin() + 3 : known.end();
  if (at >= last || (time && wanted < 2)) return {};
  const bool with_hours = wanted > 8;
  fill(t, side);
  const auto index = at - known.begin();
  t.has_fraction = index == 6;
  t.precision = static_cast<Temporal::Precision>(std::min<std::ptrdiff_t>(index, 5));
  t.has_offset = t.type == Temporal::Type::date_time && with_hours;
  return t;
}

/// The half of the last digit below or above, to `digits` of the fraction, away from the value.
std::optional<Decimal> boundary(const Decimal& value, Side side, std::int64_t digits) {
  if (digits < 0 || digits > Decimal::most_scale) return {};
  const auto half = Decimal::parse("5e-" + std::to_string(value.scale() + 1));
  const auto edge = !half               ? std::nullopt
                    : side == Side::low ? value.minus(*half)
                                        : value.plus(*half);
  const auto up = Decimal::parse("1e" + std::to_string(digits));
  const auto down = Decimal::parse("1e-" + std::to_string(digits));
  const auto shifted = edge && up ? edge->times(*up) : std::nullopt;
  if (!shifted || !down) return {};
  return (side == Side::low ? shifted->floored() : shifted->ceiled()).times(*down);
}

template <Side side>
Collection boundary(Call& call) {
  const Value* given = call.single();
  if (given == nullptr) return {};
  std::optional<std::int64_t> digits;
  if (call.argument_count() > 0) {
    std::int64_t number = 0;
    if (!call.integer_argument(0, number)) return {};
    digits = number;
  }
  const Value value = system_value(call.context(), *given);
  if (value.is(Type::temporal)) {
    const auto out = boundary(value.temporal(), side, digits);
    return out ? Collection(Value::temporal(*out, call.arena(), call.origin())) : Collection{};
  }
  const bool quantity = value.is(Type::quantity);
  const auto number = quantity ? std::optional(value.quantity().value) : value.as_decimal();
  if (!number) return call.fault("CH-PATH-033", {{"wanted", "Decimal"}});
  const auto out = boundary(*number, side, digits.value_or(usual_digits));
  if (!out) return {};
  if (!quantity) return Value::decimal(*out, call.arena(), call.origin());
  return Value::quantity({*out, value.quantity().unit, value.quantity().calendar}, call.arena(),
                         call.origin());
}

Collection precision(Call& call) {
  const Value* given = call.single();
  if (given == nullptr) return {};
  const Value value = system_value(call.context(), *given);
  if (value.is(Type::temporal)) return Value::integer(digits_of(value.temporal()), call.origin());
  const auto number = value.as_decimal();
  if (!number) return call.fault("CH-PATH-033", {{"wanted", "Decimal"}});
  return Value::integer(number->scale(), call.origin());
}

Collection comparable(Call& call) {
  const Value* left = call.single();
  if (left == nullptr) return {};
  const Collection other = call.argument(0);
  const Value* right = call.single(other);
  if (right == nullptr) return {};
  const Value a = system_value(call.context(), *left);
  const Value b = system_value(call.context(), *right);
  if (!a.is(Type::quantity) || !b.is(Type::quantity))
    return call.fault("CH-PATH-033", {{"wanted", "Quantity"}});
  return call.result(comparable(a.quantity(), b.quantity()));
}

constexpr Function functions[] = {
    {"lowBoundary", 0, 1, boundary<Side::low>},
    {"highBoundary", 0, 1, boundary<Side::high>},
    {"precision", 0, 0, precision},
    {"comparable", 1, 1, comparable},
};

}  // namespace

std::span<const Function> boundary_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
