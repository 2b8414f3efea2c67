// Sorting, variables, the clock, traces (FHIRPath 2.0.0 §5.8; 3.0.0-ballot for sort and
// defineVariable).
#include <algorithm>
#include <numeric>
#include <vector>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/navigation.h"
#include "gateway/fhirpath/operators.h"
#include "gateway/fhirpath/text.h"

namespace charmille::fhirpath {
namespace {

/// One item's keys; one that is empty comes first, whichever way its key goes.
using Keys = std::vector<std::optional<Value>>;

bool goes_down(Call& call, std::size_t key) {
  return (call.op().slot >> key & 1U) != 0;
}

/// The keys of every item; nothing after a fault.
std::optional<std::vector<Keys>> keys_of(Call& call) {
  std::vector<Keys> all;
  std::int64_t index = 0;
  for (const Value& item : call.input()) {
    Keys& keys = all.emplace_back();
    if (call.argument_count() == 0) keys.push_back(system_value(call.context(), item));
    for (std::size_t i = 0; i < call.argument_count(); ++i) {
      const Collection key = call.argument_on(i, item, index);
      const Value* value = call.single(key);
      if (call.context().failed()) return {};
      keys.push_back(value == nullptr ? std::nullopt
                                      : std::optional(system_value(call.context(), *value)));
    }
    ++index;
  }
  return all;
}

/// Every key has an order with the first of its place that is there.
bool comparable(const std::vector<Keys>& all) {
  std::vector<const Value*> first(all.empty() ? 0 : all.front().size());
  for (const Keys& keys : all)
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!keys[i]) continue;
      if (first[i] == nullptr) first[i] = &*keys[i];
      if (!order(*keys[i], *first[i]).comparable) return false;
    }
  return true;
}

int sign_of(const std::optional<Value>& a, const std::optional<Value>& b, bool down) {
  if (!a || !b) return static_cast<int>(a.has_value()) - static_cast<int>(b.has_value());
  const int sign = order(*a, *b).sign.value_or(0);
  return down ? -sign : sign;
}

Collection sort(Call& call) {
  const auto items = call.input().items();
  // Items are compared in pairs, each pair once at the most.
  if (!call.context().step(items.size() * (1 + call.argument_count())))
    return call.too_many_steps();
  const auto keys = keys_of(call);
  if (!keys) return {};
  if (!comparable(*keys)) return call.fault("CH-PATH-032", {{"operator", "sort"}});
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::stable_sort(places, [&](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < (*keys)[a].size(); ++i) {
      const int sign = sign_of((*keys)[a][i], (*keys)[b][i], goes_down(call, i));
      if (sign != 0) return sign < 0;
    }
    return false;
  });
  Collection out;
  for (const std::size_t place : places) out.add(items[place], call.arena());
  return out;
}

/// defineVariable(name, value): the input goes on; %name is the value, or the input.
Collection define_variable(Call& call) {
  Collection value =
      call.argument_count() > 1
          ? call.evaluator().argument(call.op(), 1, Focus{call.input().items(), -1, nullptr})
          : Collection::view(call.input().items());
  call.context().set(call.op().slot, std::move(value));
  return Collection::view(call.input().items());
}

Collection trace(Call& call) {
  std::string_view name;
  if (!call.text_argument(0, name)) return {};
  const auto& show = call.context().trace();
  if (show && call.argument_count() < 2) show(name, call.input().items());
  if (show && call.argument_count() > 1) {
    Collection shown;
    std::int64_t index = 0;
    for (const Value& item : call.input())
      shown.add(call.argument_on(1, item, index++).items(), call.arena());
    show(name, shown.items());
  }
  return Collection::view(call.input().items());
}

Collection now(Call& call) {
  const auto& now = call.context().now();
  return now ? Collection(Value::temporal(*now, call.arena())) : Collection{};
}

Collection today(Call& call) {
  const auto& now = call.context().now();
  if (!now) return {};
  Temporal date;
  date.year = now->year;
  date.month = now->month;
  date.day = now->day;
  return Value::temporal(date, call.arena());
}

Collection time_of_day(Call& call) {
  if (!call.context().now()) return {};
  Temporal time = *call.context().now();
  time.type = Temporal::Type::time;
  time.has_offset = false;
  return Value::temporal(time, call.arena());
}

constexpr Function functions[] = {
    {"sort", 0, 31, sort, First::sort, true, Gives::input},
    {"defineVariable", 1, 2, define_variable, First::variable, true, Gives::input},
    {"trace", 1, 2, trace, First::plain, true, Gives::input},
    {"now", 0, 0, now, First::plain, false, Gives::unknown, true},
    {"today", 0, 0, today, First::plain, false, Gives::unknown, true},
    {"timeOfDay", 0, 0, time_of_day, First::plain, false, Gives::unknown, true},
};

}  // namespace

std::span<const Function> utility_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
