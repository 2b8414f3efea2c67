#include "gateway/fhirpath/operators.h"

#include <algorithm>
#include <vector>

#include "gateway/fhirpath/text.h"
#include "gateway/fhirpath/units.h"

namespace charmille::fhirpath {
namespace {

Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

/// A text of the input beside a date is read as one: input without a model has no dates of its own.
std::optional<Temporal> as_temporal(const Value& value, const Temporal& beside) {
  if (value.is(Type::temporal)) return value.temporal();
  if (!value.is(Type::text) || !value.from_input()) return {};
  if (beside.type == Temporal::Type::time) return Temporal::parse_time(value.chars());
  const auto date = Temporal::parse_date(value.chars());
  return date ? date : Temporal::parse_date_time(value.chars());
}

std::optional<std::pair<Temporal, Temporal>> both_temporal(const Value& a, const Value& b) {
  if (!a.is(Type::temporal) && !b.is(Type::temporal)) return {};
  const Temporal& known = a.is(Type::temporal) ? a.temporal() : b.temporal();
  const auto left = as_temporal(a, known);
  const auto right = as_temporal(b, known);
  if (!left || !right) return {};
  return std::pair(*left, *right);
}

std::optional<int> compare_numbers(const Value& a, const Value& b) {
  const auto left = a.as_decimal();
  const auto right = b.as_decimal();
  if (left && right) return left->compare(*right);
  // Numbers too large to compute with are compared as they are written.
  if (a.is(Type::number) && b.is(Type::number) && a.chars() == b.chars()) return 0;
  return {};
}

bool equal_nodes(const tree::Node& a, const tree::Node& b) {
  if (a.is(tree::Kind::number) && b.is(tree::Kind::number))
    return compare_numbers(Value::of(a), Value::of(b)) == 0;
  if (a.kind() != b.kind() || a.items().size() != b.items().size()) return false;
  if (a.is(tree::Kind::array)) return std::ranges::equal(a.items(), b.items(), equal_nodes);
  if (!a.is(tree::Kind::object)) return tree::equal(a, b);
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    const tree::Node* other = b.find(a.key(i));
    if (other == nullptr || !equal_nodes(a.items()[i], *other)) return false;
  }
  return true;
}

/// Lower case, runs of white space as one blank.
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : lower(trim(text))) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!blank) out += c;
    if (blank && !out.ends_with(' ')) out += ' ';
  }
  return out;
}

Computed whole_arithmetic(Kind kind, std::int64_t a, std::int64_t b, tree::Arena& arena) {
  std::int64_t out = 0;
  bool lost = false;
  switch (kind) {
    case Kind::add:
      lost = __builtin_add_overflow(a, b, &out);
      break;
    case Kind::subtract:
      lost = __builtin_sub_overflow(a, b, &out);
      break;
    case Kind::multiply:
      lost = __builtin_mul_overflow(a, b, &out);
      break;
    case Kind::whole_divide:
    case Kind::modulo:
      if (b == 0 || (a == INT64_MIN && b == -1)) return {};
      out = kind == Kind::modulo ? a % b : a / b;
      break;
    default: {
      const auto quotient = Decimal(a).divided(Decimal(b));
      return {true, quotient ? std::optional(Value::decimal(*quotient, arena)) : std::nullopt};
    }
  }
  if (lost) return {};
  return {true, Value::integer(out)};
}

std::optional<Decimal> decimal_arithmetic(Kind kind, const Decimal& a, const Decimal& b) {
  switch (kind) {
    case Kind::add:
      return a.plus(b);
    case Kind::subtract:
      return a.minus(b);
    case Kind::multiply:
      return a.times(b);
    case Kind::divide:
      return a.divided(b);
    case Kind::whole_divide:
      return a.quotient(b);
    default:
      return a.remainder(b);
  }
}

Computed number_arithmetic(Kind kind, const Value& a, const Value& b, tree::Arena& arena) {
  const auto whole_a = a.as_integer();
  const auto whole_b = b.as_integer();
  if (whole_a && whole_b) return whole_arithmetic(kind, *whole_a, *whole_b, arena);
  const auto left = a.as_decimal();
  const auto right = b.as_decimal();
  const auto out = left && right ? decimal_arithmetic(kind, *left, *right) : std::nullopt;
  if (!out) return {};
  if (kind == Kind::whole_divide) {
    const auto whole = out->to_integer();
    return {true, whole ? std::optional(Value::integer(*whole)) : std::nullopt};
  }
  return {true, Value::decimal(*out, arena)};
}

/// A number beside a quantity counts as one of the unit '1'.
std::optional<Quantity> as_quantity(const Value& value) {
  if (value.is(Type::quantity)) return value.quantity();
  const auto number = value.as_decimal();
  return number ? std::optional(Quantity{*number, "1", false}) : std::nullopt;
}

/// Sum or difference in the unit of `a`; product or quotient in base units, unless one is a plain
/// number.
Computed quantity_arithmetic(Kind kind, const Value& a, const Value& b, tree::Arena& arena) {
  const auto left = as_quantity(a);
  const auto right = as_quantity(b);
  if (!left || !right) return {};
  const auto made = [&](const std::optional<Decimal>& value, const Quantity& unit) {
    return Computed{
        true, value ? std::optional(Value::quantity({*value, unit.unit, unit.calendar}, arena))
                    : std::nullopt};
  };
  if (kind == Kind::add || kind == Kind::subtract) {
    if (!a.is(Type::quantity) || !b.is(Type::quantity)) return {false, {}};
    const auto other = converted(*right, *left);
    return made(other ? decimal_arithmetic(kind, left->value, *other) : std::nullopt, *left);
  }
  if (kind != Kind::multiply && kind != Kind::divide) return {false, {}};
  if (right->unit == "1") return made(decimal_arithmetic(kind, left->value, right->value), *left);
  if (left->unit == "1" && kind == Kind::multiply)
    return made(left->value.times(right->value), *right);
  const auto out = kind == Kind::multiply ? multiply(*left, *right) : divide(*left, *right);
  if (!out) return {};
  return made(out->value, {{}, arena.copy(out->unit), false});
}

Computed temporal_arithmetic(Kind kind, const Temporal& moment, const Quantity& by,
                             tree::Arena& arena) {
  if (kind != Kind::add && kind != Kind::subtract) return {false, {}};
  const auto unit = moving_unit(by);
  if (!unit) return {false, {}};
  const auto out = moment.plus(kind == Kind::add ? by.value : by.value.negated(), *unit);
  return {true, out ? std::optional(Value::temporal(*out, arena)) : std::nullopt};
}

}  // namespace

Truth equal(const Value& a, const Value& b) {
  if (a.is_numeric() && b.is_numeric()) return truth_of(compare_numbers(a, b) == 0);
  if (a.is(Type::text) && b.is(Type::text)) return truth_of(a.chars() == b.chars());
  if (const auto moments = both_temporal(a, b)) {
    const auto sign = moments->first.compare(moments->second);
    if (sign) return truth_of(*sign == 0);
    return (moments->first.type == Temporal::Type::time) !=
                   (moments->second.type == Temporal::Type::time)
               ? Truth::no
               : Truth::unknown;
  }
  if (a.type() != b.type()) return Truth::no;
  switch (a.type()) {
    case Type::boolean:
      return truth_of(a.boolean() == b.boolean());
    case Type::complex:
      return truth_of(equal_nodes(a.node(), b.node()));
    case Type::quantity: {
      const auto sign = compare(a.quantity(), b.quantity());
      return sign ? truth_of(*sign == 0) : Truth::unknown;
    }
    default:
      return Truth::no;
  }
}

bool equivalent(const Value& a, const Value& b) {
  if (a.is(Type::text) && b.is(Type::text)) return folded(a.chars()) == folded(b.chars());
  if (a.is_numeric() && b.is_numeric()) {
    const auto left = a.as_decimal();
    const auto right = b.as_decimal();
    if (!left || !right) return equal(a, b) == Truth::yes;
    const int scale = std::min(left->trimmed().scale(), right->trimmed().scale());
    const auto near_a = left->rounded(scale);
    const auto near_b = right->rounded(scale);
    return near_a && near_b && near_a->compare(*near_b) == 0;
  }
  if (const auto moments = both_temporal(a, b)) return moments->first.equivalent(moments->second);
  if (a.is(Type::quantity) && b.is(Type::quantity)) return equivalent(a.quantity(), b.quantity());
  return equal(a, b) == Truth::yes;
}

Truth equal(std::span<const Value> a, std::span<const Value> b) {
  if (a.size() != b.size()) return Truth::no;
  Truth all = Truth::yes;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Truth one = equal(a[i], b[i]);
    if (one == Truth::no) return Truth::no;
    if (one == Truth::unknown) all = Truth::unknown;
  }
  return all;
}

bool equivalent(std::span<const Value> a, std::span<const Value> b) {
  if (a.size() != b.size()) return false;
  // Order does not count (§6.1.2): each item finds its own partner.
  std::vector<bool> taken(b.size());
  return std::ranges::all_of(a, [&](const Value& item) {
    for (std::size_t i = 0; i < b.size(); ++i)
      if (!taken[i] && equivalent(item, b[i])) return static_cast<bool>(taken[i] = true);
    return false;
  });
}

bool holds(std::span<const Value> items, const Value& value) {
  return std::ranges::any_of(items,
                             [&](const Value& item) { return equal(item, value) == Truth::yes; });
}

Order order(const Value& a, const Value& b) {
  if (a.is_numeric() && b.is_numeric()) return {true, compare_numbers(a, b)};
  if (a.is(Type::text) && b.is(Type::text)) {
    const int sign = a.chars().compare(b.chars());
    return {true, sign == 0 ? 0 : sign < 0 ? -1 : 1};
  }
  if (const auto moments = both_temporal(a, b)) {
    const bool mixed = (moments->first.type == Temporal::Type::time) !=
                       (moments->second.type == Temporal::Type::time);
    return {!mixed, moments->first.compare(moments->second)};
  }
  if (a.is(Type::quantity) && b.is(Type::quantity))
    return {true, compare(a.quantity(), b.quantity())};
  return {false, {}};
}

Computed arithmetic(Kind kind, const Value& a, const Value& b, tree::Arena& arena) {
  if (a.is_numeric() && b.is_numeric()) return number_arithmetic(kind, a, b, arena);
  if (b.is(Type::quantity)) {
    if (a.is(Type::temporal)) return temporal_arithmetic(kind, a.temporal(), b.quantity(), arena);
    if (a.is(Type::text) && a.from_input())
      if (const auto date = Temporal::parse_date(a.chars()))
        return temporal_arithmetic(kind, *date, b.quantity(), arena);
  }
  const bool scalars =
      (a.is(Type::quantity) || a.is_numeric()) && (b.is(Type::quantity) || b.is_numeric());
  if (scalars) return quantity_arithmetic(kind, a, b, arena);
  return {false, {}};
}

}  // namespace charmille::fhirpath
