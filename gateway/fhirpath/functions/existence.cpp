// Existence, filtering and control (FHIRPath 2.0.0 §5.1, §5.2, §5.5, §6.5).
#include <algorithm>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/navigation.h"
#include "gateway/fhirpath/operators.h"

namespace charmille::fhirpath {
namespace {

/// Calls `take(item, truth)` for each item of the input until it says stop or a fault comes.
template <class Take>
void each_truth(Call& call, Take take) {
  std::int64_t index = 0;
  for (const Value& item : call.input()) {
    const Truth truth = call.evaluator().truth(call.argument_on(0, item, index++), call.op());
    if (call.context().failed() || !take(item, truth)) return;
  }
}

Collection where(Call& call) {
  Collection out;
  each_truth(call, [&](const Value& item, Truth truth) {
    if (truth == Truth::yes) out.add(item, call.arena());
    return true;
  });
  return out;
}

Collection exists(Call& call) {
  if (call.argument_count() == 0) return call.result(!call.input().empty());
  bool found = false;
  each_truth(call, [&](const Value&, Truth truth) { return !(found = truth == Truth::yes); });
  return call.result(found);
}

Collection empty(Call& call) {
  return call.result(call.input().empty());
}

Collection all(Call& call) {
  bool every = true;
  each_truth(call, [&](const Value&, Truth truth) { return every = truth == Truth::yes; });
  return call.result(every);
}

/// Whether an item equals `wanted`.
bool any_boolean(Call& call, bool wanted) {
  bool found = false;
  for (const Value& item : call.input()) {
    if (!item.is(Type::boolean)) call.fault("CH-PATH-033", {{"wanted", "Boolean"}});
    found |= item.is(Type::boolean) && item.boolean() == wanted;
  }
  return found;
}

Collection all_true(Call& call) {
  return call.result(!any_boolean(call, false));
}
Collection any_true(Call& call) {
  return call.result(any_boolean(call, true));
}
Collection all_false(Call& call) {
  return call.result(!any_boolean(call, true));
}
Collection any_false(Call& call) {
  return call.result(any_boolean(call, false));
}

Collection negation(Call& call) {
  const Truth truth = call.evaluator().truth(call.input(), call.op());
  if (truth == Truth::unknown) return {};
  return call.result(truth == Truth::no);
}

Collection select(Call& call) {
  Collection out;
  std::int64_t index = 0;
  for (const Value& item : call.input()) {
    out.add(call.argument_on(0, item, index++).items(), call.arena());
    if (call.context().failed()) return {};
  }
  return out;
}

/// Repeats until nothing new comes; equal items are taken once (§5.2.3), so that it ends.
Collection repeat(Call& call) {
  Collection out;
  Collection work = Collection::view(call.input().items());
  while (!work.empty()) {
    Collection next;
    std::int64_t index = 0;
    for (const Value& item : work)
      for (const Value& found : call.argument_on(0, item, index++)) {
        if (!call.context().step(1 + out.size())) return call.too_many_steps();
        if (holds(out.items(), found)) continue;
        out.add(found, call.arena());
        next.add(found, call.arena());
      }
    if (call.context().failed()) return {};
    work = std::move(next);
  }
  return out;
}

Collection of_type(Call& call) {
  Collection out;
  for (const Value& item : call.input())
    if (call.evaluator().has_type(item, call.op().type)) out.add(item, call.arena());
  return out;
}

Collection as_type(Call& call) {
  const Value* value = call.single();
  if (value == nullptr || !call.evaluator().has_type(*value, call.op().type)) return {};
  return *value;
}

Collection is_type(Call& call) {
  const Value* value = call.single();
  if (value == nullptr) return {};
  return call.result(call.evaluator().has_type(*value, call.op().type));
}

Collection aggregate(Call& call) {
  Collection total = call.argument_count() > 1 ? call.argument(1) : Collection{};
  std::int64_t index = 0;
  for (const Value& item : call.input()) {
    total = call.argument_on(0, item, index++, &total);
    if (call.context().failed()) return {};
  }
  return total;
}

/// As a method its input, one item at most, is $this for the arguments; only the branch chosen is
/// evaluated.
Collection iif(Call& call) {
  const bool method = call.op().left != Op::none;
  if (method && call.input().size() > 1) {
    call.single();
    return {};
  }
  const Focus focus = method ? Focus{call.input().items(), 0, call.focus().total} : call.focus();
  const Collection condition = call.evaluator().argument(call.op(), 0, focus);
  const Value* value = call.single(condition);
  if (call.context().failed()) return {};
  if (value != nullptr && !value->is(Type::boolean))
    return call.fault("CH-PATH-033", {{"wanted", "Boolean"}});
  if (value != nullptr && value->boolean()) return call.evaluator().argument(call.op(), 1, focus);
  return call.argument_count() > 2 ? call.evaluator().argument(call.op(), 2, focus) : Collection{};
}

Collection children(Call& call) {
  Collection out;
  for (const Value& item : call.input()) add_children(call.context(), item, out);
  return out;
}

Collection descendants(Call& call) {
  Collection out;
  // A tree is finite: no search for equal items, which would be quadratic.
  Collection work = children(call);
  while (!work.empty()) {
    Collection next;
    for (const Value& item : work) {
      if (!call.context().step()) return call.too_many_steps();
      out.add(item, call.arena());
      add_children(call.context(), item, next);
    }
    work = std::move(next);
  }
  return out;
}

constexpr Function functions[] = {
    {"where", 1, 1, where, First::plain, true, Gives::input},
    {"exists", 0, 1, exists, First::plain, true},
    {"empty", 0, 0, empty},
    {"all", 1, 1, all, First::plain, true},
    {"allTrue", 0, 0, all_true},
    {"anyTrue", 0, 0, any_true},
    {"allFalse", 0, 0, all_false},
    {"anyFalse", 0, 0, any_false},
    {"not", 0, 0, negation},
    {"select", 1, 1, select, First::plain, true, Gives::argument},
    {"repeat", 1, 1, repeat, First::plain, true},
    {"ofType", 1, 1, of_type, First::type, false, Gives::type},
    {"as", 1, 1, as_type, First::type, false, Gives::type},
    {"is", 1, 1, is_type, First::type},
    {"aggregate", 1, 2, aggregate, First::plain, true},
    {"iif", 2, 3, iif, First::plain, true},
    {"children", 0, 0, children},
    {"descendants", 0, 0, descendants},
};

}  // namespace

std::span<const Function> existence_functions() {
  return functions;
}

}  // namespace charmille::fhirpath
