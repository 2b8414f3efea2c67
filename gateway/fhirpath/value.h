// What expressions compute with: small values that know where they came from, and collections of
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/fhirpath/decimal.h"
#include "gateway/fhirpath/model.h"
#include "gateway/fhirpath/temporal.h"
#include "gateway/tree/arena.h"
#include "gateway/tree/document.h"
#include "gateway/tree/node.h"

namespace charmille::fhirpath {

enum class Type : std::uint8_t {
  boolean,
  integer,
  number,  ///< a number of the input, its lexeme untouched: an Integer or a Decimal of FHIRPath
  decimal,
  text,
  temporal,  ///< Date, DateTime or Time
  quantity,
  complex,  ///< an object or an attachment of the input
};

struct Quantity {
  Decimal value;
  std::string_view unit;  ///< UCUM ('mg') or a calendar word in the singular (day)
  bool calendar = false;
};

/// One item: 24 bytes, trivially copyable. Characters and larger parts live in the input, in the
/// compiled expression or in the arena of the evaluation.
class Value {
 public:
  Value() = default;
  /// A value of the input; neither null nor an array (they are no items of FHIRPath).
  static Value of(const tree::Node& node);
  /// The same as a value of a model's type.
  Value typed(TypeId type) const;
  /// The same with what stands beside it in the input: the `_birthDate` of a `birthDate`.
  Value with_element(const tree::Node& element, tree::Arena& arena) const;
  static Value boolean(bool value, tree::Origin origin = {});
  static Value integer(std::int64_t value, tree::Origin origin = {});
  static Value decimal(const Decimal& value, tree::Arena& arena, tree::Origin origin = {});
  static Value text(std::string_view chars, tree::Origin origin = {});
  static Value temporal(const Temporal& value, tree::Arena& arena, tree::Origin origin = {});
  static Value quantity(const Quantity& value, tree::Arena& arena, tree::Origin origin = {});

  /// The same without its type in the model and without what stands beside it.
  Value alone() const;

  Type type() const { return static_cast<Type>(head_ & 0xF); }
  bool is(Type type) const { return this->type() == type; }
  bool is_numeric() const { return is(Type::integer) || is(Type::number) || is(Type::decimal); }
  /// Of the model that the input is read with; `untyped` for what is computed.
  TypeId model_type() const { return static_cast<TypeId>(head_ >> model_at & 0x3FF); }
  bool from_input() const { return (head_ & input_bit) != 0; }
  tree::Origin origin() const {
    return {static_cast<std::uint16_t>(head_ >> file_at),
            static_cast<std::uint32_t>(head_ >> line_at), static_cast<std::uint32_t>(tail_)};
  }
  Value at(tree::Origin origin) const {
    Value v = *this;
    v.head_ = (head_ & 0xFFFF) | place(origin);
    v.tail_ = (tail_ & ~std::uint64_t{0xFFFFFFFF}) | origin.column;
    return v;
  }

  bool boolean() const { return is_extended() ? extended_value_->boolean : boolean_; }
  std::string_view chars() const {
    return {is_extended() ? extended_value_->chars : chars_, size()};
  }  ///< of text, or the lexeme of a number
  const Temporal& temporal() const { return *temporal_; }
  const Quantity& quantity() const { return *quantity_; }
  const tree::Node& node() const { return *node_; }
  /// The object that holds the `id` and `extension` of this value, or nullptr.
  const tree::Node* element() const {
    return is_extended() ? extended_value_->element : is(Type::complex) ? node_ : nullptr;
  }

  /// The value of an Integer, whichever way it is held; nothing for other types.
  std::optional<std::int64_t> as_integer() const;
  /// The value of an Integer or Decimal.
  std::optional<Decimal> as_decimal() const;

  /// As toString() writes it; nothing for complex values.
  std::optional<std::string> to_text() const;
  /// The same without copying text; what must be computed is put into `arena`.
  std::optional<std::string_view> to_text(tree::Arena& arena) const;
  /// A node of `into`, at this value's origin; objects of the input are copied.
  tree::Node to_node(tree::Document& into) const;

 private:
  /// A primitive of the input with an element beside it.
  struct Extended {
    const char* chars = nullptr;
    const tree::Node* element = nullptr;
    bool boolean = false;
  };

  // Written whole and read whole: what is put together from small stores is slow to copy.
  static constexpr unsigned model_at = 6;  ///< 10 bits, after type (4), input_bit and extended_bit
  static constexpr unsigned file_at = 16;  ///< 16 bits
  static constexpr unsigned line_at = 32;  ///< 32 bits
  static constexpr unsigned size_at = 32;  ///< of tail_, after the column
  static constexpr std::uint64_t input_bit = 1U << 4;
  static constexpr std::uint64_t extended_bit = 1U << 5;

  static std::uint64_t place(tree::Origin origin) {
    return static_cast<std::uint64_t>(origin.file) << file_at |
           static_cast<std::uint64_t>(origin.line) << line_at;
  }
  Value(Type type, tree::Origin origin, std::size_t size = 0, std::uint64_t bits = 0)
      : head_(static_cast<std::uint64_t>(type) | bits | place(origin)),
        tail_(static_cast<std::uint64_t>(size) << size_at | origin.column) {}

  bool is_extended() const { return (head_ & extended_bit) != 0; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(tail_ >> size_at); }

  std::uint64_t head_ = 0;  ///< type, bits, model's type, file, line
  std::uint64_t tail_ = 0;  ///< column, size of text
  union {
    std::int64_t integer_ = 0;
    bool boolean_;
    const Decimal* decimal_;
    const char* chars_;
    const Temporal* temporal_;
    const Quantity* quantity_;
    const tree::Node* node_;
    const Extended* extended_value_;
  };
};

static_assert(sizeof(Value) == 24);

/// An ordered list of values. One value needs no memory of its own; more live in an arena. Moved,
/// never copied; `view` shares the items of another without copying them.
class Collection {
 public:
  Collection() {}
  Collection(const Value& one) : size_(1) { one_ = one; }  // NOLINT: a value is a collection of one
  Collection(Collection&&) = default;
  Collection& operator=(Collection&&) = default;
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  /// The same items; they must outlive the view.
  static Collection view(std::span<const Value> items);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const Value> items() const { return {many_ ? many_ : &one_, size_}; }
  const Value* begin() const { return items().data(); }
  const Value* end() const { return begin() + size_; }
  const Value& front() const { return *begin(); }
  const Value& operator[](std::size_t i) const { return begin()[i]; }

  void add(const Value& value, tree::Arena& arena) {
    if (size_ != 0) return add_to_many(value, arena);
    many_ = nullptr;
    capacity_ = 0;
    one_ = value;
    size_ = 1;
  }
  void add(std::span<const Value> values, tree::Arena& arena);
  /// The value of a node; items of an array one by one; nothing for null.
  void add_node(const tree::Node& node, tree::Arena& arena);

 private:
  void add_to_many(const Value& value, tree::Arena& arena);

  const Value* many_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;  ///< of `many_`; 0 when the items belong to someone else
  Value one_;
};

// The makers of the usual values, small enough for the place where they are called.

inline Value Value::of(const tree::Node& node) {
  const bool text = node.is(tree::Kind::text);
  if (text || node.is(tree::Kind::number)) {
    Value v(text ? Type::text : Type::number, node.origin(), node.chars().size(), input_bit);
    v.chars_ = node.chars().data();
    return v;
  }
  const bool boolean = node.is(tree::Kind::boolean);
  Value v(boolean ? Type::boolean : Type::complex, node.origin(), 0, input_bit);
  if (boolean)
    v.boolean_ = node.boolean_value();
  else
    v.node_ = &node;
  return v;
}

inline Value Value::boolean(bool value, tree::Origin origin) {
  Value v(Type::boolean, origin);
  v.boolean_ = value;
  return v;
}

inline Value Value::integer(std::int64_t value, tree::Origin origin) {
  Value v(Type::integer, origin);
  v.integer_ = value;
  return v;
}

inline Value Value::text(std::string_view chars, tree::Origin origin) {
  Value v(Type::text, origin, chars.size());
  v.chars_ = chars.data();
  return v;
}

inline Collection Collection::view(std::span<const Value> items) {
  Collection c;
  c.size_ = static_cast<std::uint32_t>(items.size());
  if (items.size() == 1)
    c.one_ = items.front();
  else if (!items.empty())
    c.many_ = items.data();
  return c;
}

}  // namespace charmille::fhirpath
