#include "gateway/fhirpath/value.h"

#include <algorithm>
#include <charconv>

namespace charmille::fhirpath {
namespace {

bool is_integer_lexeme(std::string_view lexeme) {
  return lexeme.find_first_of(".eE") == lexeme.npos;
}

std::string quantity_text(const Quantity& quantity) {
  const std::string value = quantity.value.text();
  if (quantity.calendar)
    return value + " " + std::string(quantity.unit) + (value == "1" ? "" : "s");
  return value + " '" + std::string(quantity.unit) + "'";
}

/// The literal kinds of FPML's cleaning: what is empty in an object of the input is left out of the
/// copy.
bool is_empty(const tree::Node& node) {
  return (node.is(tree::Kind::array) || node.is(tree::Kind::object)) &&
         std::ranges::all_of(node.items(), is_empty);
}

tree::Node copy_cleaned(tree::Document& into, const tree::Node& node) {
  if (node.is(tree::Kind::array)) {
    std::vector<tree::Node> items;
    for (const tree::Node& item : node.items())
      if (!is_empty(item)) items.push_back(copy_cleaned(into, item));
    return into.array(items, node.origin());
  }
  if (node.is(tree::Kind::object)) {
    std::vector<tree::Document::Member> members;
    for (std::size_t i = 0; i < node.items().size(); ++i)
      if (!is_empty(node.items()[i]))
        members.emplace_back(node.key(i), copy_cleaned(into, node.items()[i]));
    return into.object(members, node.origin());
  }
  return into.copy(node);
}

}  // namespace

Value Value::typed(TypeId type) const {
  Value v = *this;
  v.head_ = (head_ & ~(std::uint64_t{0x3FF} << model_at)) | static_cast<std::uint64_t>(type & 0x3FF)
                                                                << model_at;
  return v;
}

Value Value::alone() const {
  if (is(Type::boolean)) return boolean(boolean(), origin());
  Value v = typed(untyped);
  if (is_extended()) {
    v.head_ &= ~extended_bit;
    v.chars_ = chars().data();
  }
  return v;
}

Value Value::with_element(const tree::Node& element, tree::Arena& arena) const {
  if (is(Type::complex)) return *this;
  const auto kept = arena.array<Extended>(1);
  kept[0].element = &element;
  kept[0].boolean = is(Type::boolean) && boolean();
  kept[0].chars = is(Type::boolean) ? nullptr : chars().data();
  Value v = *this;
  v.head_ |= extended_bit;
  v.extended_value_ = kept.data();
  return v;
}

Value Value::decimal(const Decimal& value, tree::Arena& arena, tree::Origin origin) {
  Value v(Type::decimal, origin);
  const auto kept = arena.array<Decimal>(1);
  kept[0] = value;
  v.decimal_ = kept.data();
  return v;
}

Value Value::temporal(const Temporal& value, tree::Arena& arena, tree::Origin origin) {
  Value v(Type::temporal, origin);
  const auto kept = arena.array<Temporal>(1);
  kept[0] = value;
  v.temporal_ = kept.data();
  return v;
}

Value Value::quantity(const Quantity& value, tree::Arena& arena, tree::Origin origin) {
  Value v(Type::quantity, origin);
  const auto kept = arena.array<Quantity>(1);
  kept[0] = value;
  v.quantity_ = kept.data();
  return v;
}

std::optional<std::int64_t> Value::as_integer() const {
  if (is(Type::integer)) return integer_;
  if (!is(Type::number) || !is_integer_lexeme(chars())) return {};
  std::int64_t value = 0;
  const char* const last = chars().data() + size();
  const auto [end, error] = std::from_chars(chars().data(), last, value);
  if (error != std::errc{} || end != last) return {};
  return value;
}

std::optional<Decimal> Value::as_decimal() const {
  if (is(Type::integer)) return Decimal(integer_);
  if (is(Type::decimal)) return *decimal_;
  if (is(Type::number)) return Decimal::parse(chars());
  return {};
}

std::optional<std::string> Value::to_text() const {
  switch (type()) {
    case Type::boolean:
      return boolean() ? "true" : "false";
    case Type::integer:
      return std::to_string(integer_);
    case Type::decimal:
      return decimal_->text();
    case Type::number:
    case Type::text:
      return std::string(chars());
    case Type::temporal:
      return temporal_->text();
    case Type::quantity:
      return quantity_text(*quantity_);
    case Type::complex:
      break;
  }
  return {};
}

std::optional<std::string_view> Value::to_text(tree::Arena& arena) const {
  if (is(Type::text) || is(Type::number)) return chars();
  const auto text = to_text();
  if (!text) return {};
  return arena.copy(*text);
}

tree::Node Value::to_node(tree::Document& into) const {
  switch (type()) {
    case Type::boolean:
      return tree::Node::boolean(boolean(), origin());
    case Type::integer:
      return into.integer(integer_, origin());
    case Type::decimal:
      return into.number(decimal_->text(), origin());
    case Type::number:
      return into.number(chars(), origin());
    case Type::text:
      return into.text(chars(), origin());
    case Type::temporal:
    case Type::quantity:
      return into.text(*to_text(), origin());
    case Type::complex:
      return copy_cleaned(into, *node_);
  }
  return {};
}

void Collection::add_to_many(const Value& value, tree::Arena& arena) {
  if (size_ >= capacity_) {
    const auto room = arena.array<Value>(std::max<std::size_t>(4, size_ * std::size_t{2}));
    std::ranges::copy(items(), room.begin());
    many_ = room.data();
    capacity_ = static_cast<std::uint32_t>(room.size());
  }
  // Only memory that this collection took is written: `view` leaves capacity_ at 0.
  const_cast<Value*>(many_)[size_++] = value;
}

void Collection::add(std::span<const Value> values, tree::Arena& arena) {
  for (const Value& value : values) add(value, arena);
}

void Collection::add_node(const tree::Node& node, tree::Arena& arena) {
  if (node.is(tree::Kind::null)) return;
  if (!node.is(tree::Kind::array)) return add(Value::of(node), arena);
  for (const tree::Node& item : node.items()) add_node(item, arena);
}

}  // namespace charmille::fhirpath
