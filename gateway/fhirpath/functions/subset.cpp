// Subsetting and combining (FHIRPath 2.0.0 §5.1, §5.3, §5.4).
#include <algorithm>
#include <vector>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/operators.h"

namespace charmille::fhirpath {
namespace {

Collection slice(Call& call, std::int64_t from, std::int64_t count) {
  const auto items = call.input().items();
  const auto size = static_cast<std::int64_t>(items.size());
  from = std::clamp<std::int64_t>(from, 0, size);
  count = std::clamp<std::int64_t>(count, 0, size - from);
  Collection out;
  out.add(items.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(count)),
          call.arena());
  return out;
}

Collection first(Call& call) {
  return call.input().empty() ? Collection{} : Collection(call.input().front());
}
Collection last(Call& call) {
  return call.input().empty() ? Collection{} : Collection(call.input()[call.input().size() - 1]);
}
Collection tail(Call& call) {
  return slice(call, 1, INT64_MAX);
}

Collection skip(Call& call) {
  std::int64_t count = 0;
  return call.integer_argument(0, count) ? slice(call, count, INT64_MAX) : Collection{};
}

Collection take(Call& call) {
  std::int64_t count = 0;
  return call.integer_argument(0, count) ? slice(call, 0, count) : Collection{};
}

Collection single(Call& call) {
  const Value* value = call.single();
  return value == nullptr ? Collection{} : Collection(*value);
}

Collection distinct(Call& call) {
  return call.evaluator().distinct(call.op(), call.input().items());
}

Collection is_distinct(Call& call) {
  return call.result(distinct(call).size() == call.input().size());
}

Collection combine(Call& call);

Collection unite(Call& call) {
  const Collection all = combine(call);
  return call.evaluator().distinct(call.op(), all.items());
}

Collection combine(Call& call) {
  Collection out;
  out.add(call.input().items(), call.arena());
  out.add(call.argument(0).items(), call.arena());
  return out;
}

Collection intersect(Call& call) {
  const Collection other = call.argument(0);
  Collection shared;
  for (const Value& value : call.input()) {
    if (!call.context().step(1 + other.size())) return call.too_many_steps();
    if (holds(other.items(), value)) shared.add(value, call.arena());
  }
  return call.evaluator().distinct(call.op(), shared.items());
}

Collection exclude(Call& call) {
  const Collection other = call.argument(0);
  Collection out;
  for (const Value& value : call.input()) {
    if (!call.context().step(1 + other.size())) return call.too_many_steps();
    if (!holds(other.items(), value)) out.add(value, call.arena());
  }
  return out;
}

bool within(Call& call, std::span<const Value> part, std::span<const Value> whole) {
  if (!call.context().step(part.size() * whole.size())) {
    call.too_many_steps();
    return false;
  }
  return std::ranges::all_of(part, [&](const Value& value) { return holds(whole, value); });
}

Collection subset_of(Call& call) {
  return call.result(within(call, call.input().items(), call.argument(0).items()));
}
Collection superset_of(Call& call) {
  return call.result(within(call, call.argument(0).items(), call.input().items()));
}

Collection count(Call& call) {
  return Value::integer(static_cast<std::int64_t>(call.input().size()), call.origin());
}

constexpr Function functions[] = {
    {"first", 0, 0, first, First::plain, false, Gives::input},
    {"last", 0, 0, last, First::plain, false, Gives::input},
    {"tail", 0, 0, tail, First::plain, false, Gives::input},
    {"skip", 1, 1, skip, First::plain, false, Gives::input},
    {"take", 1, 1, take, First::plain, false, Gives::input},
    {"single", 0, 0, single, First::plain, false, Gives::input},
    {"distinct", 0, 0, distinct, First::plain, false, Gives::input},
    {"isDistinct", 0, 0, is_distinct},
    {"union", 1, 1, unite},
    {"combine", 1, 1, combine},
    {"intersect", 1, 1, intersect, First::plain, false, Gives::input},
    {"exclude", 1, 1, exclude, First::plain, false, Gives::input},
    {"subsetOf", 1, 1, subset_of},
    {"supersetOf", 1, 1, superset_of},
    {"count", 0, 0, count},
};

}  // namespace

std::span<const Function> subset_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
