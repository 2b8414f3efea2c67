#include "gateway/fhirpath/evaluator.h"

#include <algorithm>

#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/navigation.h"
#include "gateway/fhirpath/operators.h"
#include "gateway/fhirpath/types.h"

namespace charmille::fhirpath {
namespace {

/// The name that people know a value by: the last path step that leads to it.
std::string_view field_of(const Program& program, const Op& op) {
  for (const Op* at = &op;;) {
    if (at->kind == Kind::member) return at->name;
    if (at->left == Op::none) return {};
    at = &program.ops[at->left];
  }
}

tree::Origin first_origin(std::span<const Value> a, std::span<const Value> b) {
  for (const Value& v : a)
    if (v.origin().line != 0) return v.origin();
  for (const Value& v : b)
    if (v.origin().line != 0) return v.origin();
  return {};
}

Truth negated(Truth t) {
  return t == Truth::unknown ? t : t == Truth::yes ? Truth::no : Truth::yes;
}

Collection from_truth(Truth t, tree::Origin origin) {
  if (t == Truth::unknown) return {};
  return Value::boolean(t == Truth::yes, origin);
}

}  // namespace

const Value* Evaluator::single(const Collection& c, const Op& op) {
  if (c.empty()) return nullptr;
  if (c.size() == 1) return &c.front();
  fault(op, c, "CH-PATH-030", {{"count", std::to_string(c.size())}});
  return nullptr;
}

Truth Evaluator::truth(const Collection& c, const Op& op) {
  const Value* value = single(c, op);
  if (value == nullptr) return Truth::unknown;
  return !value->is(Type::boolean) || value->boolean() ? Truth::yes : Truth::no;
}

Collection Evaluator::fault(const Op& op, const Collection& c, std::string_view code,
                            base::Args args) {
  return fault_at(op, first_origin(c.items(), {}), code, std::move(args));
}

Collection Evaluator::fault_at(const Op& op, tree::Origin origin, std::string_view code,
                               base::Args args) {
  base::Place rule = program_.place;
  rule.line = op.line;
  rule.column = op.column;
  const std::string_view field = field_of(program_, op);
  args.emplace_back("rule", rule.file.empty()
                                ? std::to_string(rule.line) + ":" + std::to_string(rule.column)
                                : rule.file + ":" + std::to_string(rule.line) + ":" +
                                      std::to_string(rule.column));
  args.emplace_back("field", field.empty() ? "-" : std::string(field));
  context_.fail(charmille::fault(code, context_.place_of(origin), std::move(args)));
  return {};
}

Collection Evaluator::too_many_steps(const Op& op, const Collection& c) {
  return fault(op, c, "CH-PATH-031", {{"limit", std::to_string(context_.limits().steps)}});
}

Collection Evaluator::run(std::uint32_t index, const Focus& focus) {
  const Op& op = program_.ops[index];
  if (context_.failed()) return {};
  if (!context_.step()) return too_many_steps(op, Collection{});
  switch (op.kind) {
    case Kind::literal:
      return op.literal;
    case Kind::nothing:
      return {};
    case Kind::self:
      return Collection::view(focus.items);
    case Kind::index:
      return focus.index < 0 ? Collection{} : Collection(Value::integer(focus.index));
    case Kind::total:
      return focus.total == nullptr ? Collection{} : Collection::view(focus.total->items());
    case Kind::context:
      return Collection::view(context_.resource());
    case Kind::variable:
      return Collection::view(context_.variable(op.slot));
    case Kind::member: {
      if (op.left == Op::none) return member(op, focus.items, true);
      const Collection from = run(op.left, focus);
      return member(op, from.items(), false);
    }
    case Kind::item:
      return indexed(op, focus);
    case Kind::call:
      return call(op, focus);
    case Kind::is_type:
    case Kind::as_type:
      return typed(op, focus);
    case Kind::negate: {
      const Collection c = run(op.left, focus);
      const Value* value = single(c, op);
      if (value == nullptr) return {};
      const Computed out = arithmetic(Kind::multiply, *value, Value::integer(-1), context_.arena());
      if (!out.known) return fault(op, c, "CH-PATH-032", {{"operator", "-"}});
      return out.value ? Collection(out.value->at(value->origin())) : Collection{};
    }
    case Kind::both:
    case Kind::either:
    case Kind::one_of:
    case Kind::implies:
      return logic(op, focus);
    default:
      return binary(op, focus);
  }
}

Collection Evaluator::member(const Op& op, std::span<const Value> from, bool at_root) {
  Collection out;
  for (const Value& value : from) {
    // The value of a primitive is an element of it (FHIR R4, datatypes §2.24.0.1).
    if (!value.is(Type::complex) && value.model_type() != untyped && op.name == "value") {
      out.add(value.alone(), context_.arena());
      continue;
    }
    const tree::Node* element = value.element();
    if (element == nullptr || !element->is(tree::Kind::object)) continue;
    const tree::Node& object = *element;
    const TypeId of = context_.model() == nullptr ? untyped : model_type(value, context_.model());
    if (of != untyped) {
      const std::size_t before = out.size();
      add_element(context_, object, of, op.name, context_.found(op.slot), out);
      if (at_root && out.size() == before &&
          context_.model()->is_a(of, context_.model()->find(op.name)))
        out.add(value, context_.arena());
      continue;
    }
    const std::uint32_t slot = context_.slot_of(op.slot, object.shape(), op.name);
    if (slot == tree::Shape::npos) {
      if (at_root && has_type(value, TypeName{TypeName::Space::any, op.name, untyped}))
        out.add(value, context_.arena());
      continue;
    }
    const tree::Node& node = object.items()[slot];
    if (!node.is(tree::Kind::object) && !node.is(tree::Kind::array))
      context_.note_read(node.origin());
    if (context_.skips_empty_texts() && node.is(tree::Kind::text) && node.chars().empty()) continue;
    out.add_node(node, context_.arena());
  }
  if (out.size() > 1 && !context_.step(out.size())) return too_many_steps(op, out);
  return out;
}

Collection Evaluator::indexed(const Op& op, const Focus& focus) {
  const Collection from = run(op.left, focus);
  const Collection at = run(op.right, focus);
  const Value* index = single(at, op);
  if (index == nullptr) return {};
  const auto i = index->as_integer();
  if (!i) return fault(op, at, "CH-PATH-033", {{"wanted", "Integer"}});
  if (*i < 0 || static_cast<std::uint64_t>(*i) >= from.size()) return {};
  return from[static_cast<std::size_t>(*i)];
}

Collection Evaluator::call(const Op& op, const Focus& focus) {
  Collection input = op.left == Op::none ? Collection::view(focus.items) : run(op.left, focus);
  if (context_.failed()) return {};
  Call call(*this, op, focus, input);
  Collection out = op.function->run(call);
  if (context_.failed()) return {};
  if (out.size() > 1 && !context_.step(out.size())) return too_many_steps(op, out);
  return out;
}

Collection Evaluator::typed(const Op& op, const Focus& focus) {
  const Collection c = run(op.left, focus);
  const Value* value = single(c, op);
  if (value == nullptr) return {};
  const bool fits = has_type(*value, op.type);
  if (op.kind == Kind::is_type) return Value::boolean(fits, value->origin());
  return fits ? Collection(*value) : Collection{};
}

Collection Evaluator::logic(const Op& op, const Focus& focus) {
  const Collection left = run(op.left, focus);
  const Truth a = truth(left, op);
  if (context_.failed()) return {};
  // What decides alone is not followed by the other side.
  if (op.kind == Kind::both && a == Truth::no)
    return Value::boolean(false, first_origin(left.items(), {}));
  if (op.kind == Kind::either && a == Truth::yes)
    return Value::boolean(true, first_origin(left.items(), {}));
  if (op.kind == Kind::implies && a == Truth::no)
    return Value::boolean(true, first_origin(left.items(), {}));
  const Collection right = run(op.right, focus);
  const Truth b = truth(right, op);
  if (context_.failed()) return {};
  Truth out = Truth::unknown;
  switch (op.kind) {
    case Kind::both:
      out = b == Truth::no ? Truth::no : a == Truth::yes ? b : Truth::unknown;
      break;
    case Kind::either:
      out = b == Truth::yes ? Truth::yes : a == Truth::no ? b : Truth::unknown;
      break;
    case Kind::implies:
      out = b == Truth::yes ? Truth::yes : a == Truth::yes ? b : Truth::unknown;
      break;
    default:
      if (a != Truth::unknown && b != Truth::unknown) out = a != b ? Truth::yes : Truth::no;
  }
  return from_truth(out, first_origin(left.items(), right.items()));
}

Collection Evaluator::binary(const Op& op, const Focus& focus) {
  const Collection left = run(op.left, focus);
  const Collection right = run(op.right, focus);
  if (context_.failed()) return {};
  switch (op.kind) {
    case Kind::equal:
    case Kind::not_equal:
    case Kind::equivalent:
    case Kind::not_equivalent:
    case Kind::unite:
    case Kind::is_in:
    case Kind::contains:
      return of_collections(op, left, right);
    default:
      break;
  }
  const Value* a = single(left, op);
  const Value* b = single(right, op);
  if (context_.failed()) return {};
  if (op.kind == Kind::concatenate) return joined(op, a, b);
  if (a == nullptr || b == nullptr) return {};
  return of_items(op, system_value(context_, *a), system_value(context_, *b));
}

Collection Evaluator::system_values(std::span<const Value> items) {
  Collection out;
  for (const Value& item : items) out.add(system_value(context_, item), context_.arena());
  return out;
}

Collection Evaluator::of_collections(const Op& op, const Collection& left,
                                     const Collection& right) {
  const tree::Origin origin = first_origin(left.items(), right.items());
  // Items are compared each with each at the worst.
  if (left.size() > 1 && right.size() > 1 && !context_.step(left.size() * right.size()))
    return too_many_steps(op, left);
  switch (op.kind) {
    case Kind::equal:
    case Kind::not_equal: {
      if (left.empty() || right.empty()) return {};
      const Truth out = context_.model() == nullptr ? equal(left.items(), right.items())
                                                    : equal(system_values(left.items()).items(),
                                                            system_values(right.items()).items());
      return from_truth(op.kind == Kind::equal ? out : negated(out), origin);
    }
    case Kind::equivalent:
    case Kind::not_equivalent: {
      const bool same = context_.model() == nullptr
                            ? equivalent(left.items(), right.items())
                            : equivalent(system_values(left.items()).items(),
                                         system_values(right.items()).items());
      return Value::boolean(same == (op.kind == Kind::equivalent), origin);
    }
    case Kind::unite: {
      Collection all;
      all.add(left.items(), context_.arena());
      all.add(right.items(), context_.arena());
      return distinct(op, all.items());
    }
    default:
      break;
  }
  const Collection& one = op.kind == Kind::is_in ? left : right;
  const Collection& many = op.kind == Kind::is_in ? right : left;
  const Value* value = single(one, op);
  if (value == nullptr) return {};
  return Value::boolean(holds(many.items(), *value), origin);
}

Collection Evaluator::distinct(const Op& op, std::span<const Value> items) {
  Collection out;
  for (const Value& value : items) {
    if (!context_.step(1 + out.size())) return too_many_steps(op, out);
    if (!holds(out.items(), value)) out.add(value, context_.arena());
  }
  return out;
}

Collection Evaluator::joined(const Op& op, const Value* a, const Value* b) {
  const auto text_of = [&](const Value* value) {
    return value ? value->to_text(context_.arena()) : std::optional(std::string_view{});
  };
  const auto left = text_of(a);
  const auto right = text_of(b);
  const tree::Origin origin = a && a->origin().line != 0 ? a->origin()
                              : b                        ? b->origin()
                                                         : tree::Origin{};
  if (!left || !right) return fault_at(op, origin, "CH-PATH-032", {{"operator", "&"}});
  return text(op, *left, *right, origin);
}

Collection Evaluator::text(const Op& op, std::string_view left, std::string_view right,
                           tree::Origin origin) {
  const std::size_t size = left.size() + right.size();
  if (size > context_.limits().text)
    return fault_at(op, origin, "CH-PATH-034", {{"limit", std::to_string(context_.limits().text)}});
  // Memory counts as work: it is given back only with the result.
  if (!context_.step(size / 64)) return too_many_steps(op, Collection{});
  if (size == 0) return Value::text({}, origin);
  const auto both = context_.arena().array<char>(size);
  std::ranges::copy(right, std::ranges::copy(left, both.begin()).out);
  return Value::text({both.data(), both.size()}, origin);
}

Collection Evaluator::of_items(const Op& op, const Value& a, const Value& b) {
  static constexpr std::string_view names[] = {"*", "/", "div", "mod", "+", "-",
                                               "&", "|", "<",   "<=",  ">", ">="};
  const auto misfit = [&](tree::Origin origin) {
    const auto index = static_cast<std::size_t>(op.kind) - static_cast<std::size_t>(Kind::multiply);
    return fault_at(op, origin, "CH-PATH-032", {{"operator", std::string(names[index])}});
  };
  const tree::Origin origin = a.origin().line != 0 ? a.origin() : b.origin();
  if (op.kind >= Kind::less && op.kind <= Kind::greater_equal) {
    const Order found = order(a, b);
    if (!found.comparable) return misfit(origin);
    if (!found.sign) return {};
    const int sign = *found.sign;
    const bool out = op.kind == Kind::less         ? sign < 0
                     : op.kind == Kind::less_equal ? sign <= 0
                     : op.kind == Kind::greater    ? sign > 0
                                                   : sign >= 0;
    return Value::boolean(out, origin);
  }
  if (op.kind == Kind::add && a.is(Type::text) && b.is(Type::text))
    return text(op, a.chars(), b.chars(), origin);
  const Computed out = arithmetic(op.kind, a, b, context_.arena());
  if (!out.known) return misfit(origin);
  return out.value ? Collection(out.value->at(origin)) : Collection{};
}

}  // namespace charmille::fhirpath
