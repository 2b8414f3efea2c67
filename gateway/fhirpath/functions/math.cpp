// Mathematics (FHIRPath 2.0.0 §5.7). Decimals stay exact wherever the result is a decimal number.
#include <cmath>
#include <optional>

#include "gateway/fhirpath/functions.h"

namespace charmille::fhirpath {
namespace {

/// The number of the input; nothing when it is empty, or after a fault when it is something else.
std::optional<Decimal> number(Call& call, const Collection& c) {
  const Value* value = call.single(c);
  if (value == nullptr) return {};
  const auto out =
      value->is(Type::quantity) ? std::optional(value->quantity().value) : value->as_decimal();
  if (!out) call.fault("CH-PATH-033", {{"wanted", "Decimal"}});
  return out;
}

Collection as_decimal(Call& call, const std::optional<Decimal>& value) {
  return value ? Collection(Value::decimal(*value, call.arena(), call.origin())) : Collection{};
}

Collection as_integer(Call& call, const Decimal& value) {
  const auto whole = value.to_integer();
  return whole ? Collection(Value::integer(*whole, call.origin())) : Collection{};
}

Collection abs(Call& call) {
  const auto n = number(call, call.input());
  if (!n) return {};
  const Decimal out = n->is_negative() ? n->negated() : *n;
  const Value& value = call.input().front();
  if (value.is(Type::quantity))
    return Value::quantity({out, value.quantity().unit, value.quantity().calendar}, call.arena(),
                           call.origin());
  return value.as_integer() ? as_integer(call, out) : as_decimal(call, out);
}

Collection ceiling(Call& call) {
  const auto n = number(call, call.input());
  return n ? as_integer(call, n->ceiled()) : Collection{};
}

Collection floor(Call& call) {
  const auto n = number(call, call.input());
  return n ? as_integer(call, n->floored()) : Collection{};
}

Collection truncate(Call& call) {
  const auto n = number(call, call.input());
  return n ? as_integer(call, n->truncated()) : Collection{};
}

Collection round(Call& call) {
  const auto n = number(call, call.input());
  if (!n) return {};
  std::int64_t precision = 0;
  if (call.argument_count() > 0 && !call.integer_argument(0, precision)) return {};
  if (precision < 0 || precision > Decimal::most_scale) return call.fault("CH-PATH-022");
  return as_decimal(call, n->rounded(static_cast<int>(precision)));
}

/// Results that no decimal number holds: computed in binary, and only here.
template <double (*compute)(double)>
Collection irrational(Call& call) {
  const auto n = number(call, call.input());
  return n ? as_decimal(call, Decimal::from_double(compute(n->to_double()))) : Collection{};
}

double exp_of(double x) {
  return std::exp(x);
}
double ln_of(double x) {
  return std::log(x);
}
double sqrt_of(double x) {
  return std::sqrt(x);
}

Collection log(Call& call) {
  const auto n = number(call, call.input());
  if (!n) return {};
  const auto base = number(call, call.argument(0));
  if (!base) return {};
  return as_decimal(call,
                    Decimal::from_double(std::log(n->to_double()) / std::log(base->to_double())));
}

Collection power(Call& call) {
  const auto n = number(call, call.input());
  if (!n) return {};
  const Collection argument = call.argument(0);
  const auto exponent = number(call, argument);
  if (!exponent) return {};
  if (!exponent->is_whole())
    return as_decimal(call, Decimal::from_double(std::pow(n->to_double(), exponent->to_double())));
  const auto whole = exponent->to_integer();
  if (!whole || (*whole < 0 && n->is_zero())) return {};
  const auto out = n->power(*whole);
  if (out && *whole >= 0 && call.input().front().as_integer() && argument.front().as_integer())
    return as_integer(call, *out);
  return as_decimal(call, out);
}

constexpr Function functions[] = {
    {"abs", 0, 0, abs},
    {"ceiling", 0, 0, ceiling},
    {"floor", 0, 0, floor},
    {"truncate", 0, 0, truncate},
    {"round", 0, 1, round},
    {"exp", 0, 0, irrational<exp_of>},
    {"ln", 0, 0, irrational<ln_of>},
    {"sqrt", 0, 0, irrational<sqrt_of>},
    {"log", 1, 1, log},
    {"power", 1, 1, power},
};

}  // namespace

std::span<const Function> math_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
