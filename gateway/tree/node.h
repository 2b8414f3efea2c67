// The one in-memory data model: an immutable tree whose values keep where they came from.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace charmille::tree {

enum class Kind : std::uint8_t {
  null,
  boolean,
  number,  ///< the lexeme, exact as it was written ("10.50" stays "10.50")
  text,    ///< UTF-8
  array,
  object,
  attachment,  ///< a large binary value, by its index in the document
};

/// Where a value stood in its source; 0 means unknown. `file` indexes Document::files().
struct Origin {
  std::uint16_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  bool operator==(const Origin&) const = default;
};

/// The names of an object's slots, in order. One shape serves every row of a CSV file.
class Shape {
 public:
  static constexpr std::uint32_t npos = 0xFFFFFFFF;

  Shape() = default;
  explicit Shape(std::span<const std::string_view> keys) : keys_(keys) {}
  std::span<const std::string_view> keys() const { return keys_; }
  std::uint32_t index_of(std::string_view key) const {
    for (std::uint32_t i = 0; i < keys_.size(); ++i)
      if (keys_[i] == key) return i;
    return npos;
  }

 private:
  std::span<const std::string_view> keys_;
};

/// A value of a document: 32 bytes, trivially copyable; what it points to lives in the document's
/// arena.
class Node {
 public:
  Node() = default;

  static Node null(Origin origin = {}) { return Node(Kind::null, origin); }
  static Node boolean(bool value, Origin origin = {}) {
    return Node(Kind::boolean, origin, value ? 1 : 0);
  }
  /// `lexeme` and `chars` must live as long as the document.
  static Node number(std::string_view lexeme, Origin origin = {}) {
    return Node(Kind::number, lexeme, origin);
  }
  static Node text(std::string_view chars, Origin origin = {}) {
    return Node(Kind::text, chars, origin);
  }
  static Node array(std::span<const Node> items, Origin origin = {}) {
    Node n(Kind::array, origin, items.size());
    n.items_ = items.data();
    return n;
  }
  /// `slots` has one node for each key of `shape`.
  static Node object(const Shape& shape, std::span<const Node> slots, Origin origin = {}) {
    Node n(Kind::object, origin, slots.size());
    n.items_ = slots.data();
    n.shape_ = &shape;
    return n;
  }
  static Node attachment(std::uint32_t index, Origin origin = {}) {
    return Node(Kind::attachment, origin, index);
  }

  Kind kind() const { return static_cast<Kind>(place_ >> kind_at & 0xFF); }
  bool is(Kind kind) const { return this->kind() == kind; }
  Origin origin() const {
    return {static_cast<std::uint16_t>(place_ >> file_at),
            static_cast<std::uint32_t>(size_ >> line_at), static_cast<std::uint32_t>(place_)};
  }
  /// The same value, said to come from elsewhere.
  Node at(Origin origin) const {
    Node n = *this;
    n.size_ = sized(size(), origin);
    n.place_ = placed(kind(), origin);
    return n;
  }

  bool boolean_value() const { return size() != 0; }
  /// The characters of a text, or the lexeme of a number; empty for anything else.
  std::string_view chars() const {
    return is(Kind::text) || is(Kind::number) ? std::string_view(chars_, size())
                                              : std::string_view{};
  }
  std::uint32_t attachment_index() const { return size(); }

  /// The items of an array, or the slots of an object in the order of its shape.
  std::span<const Node> items() const {
    return is(Kind::array) || is(Kind::object) ? std::span(items_, size())
                                               : std::span<const Node>{};
  }
  /// Of an object only.
  const Shape& shape() const { return *shape_; }
  std::string_view key(std::size_t i) const { return shape_->keys()[i]; }  // NOLINT: never null
  /// The slot of that name, or nullptr (also when this is no object).
  const Node* find(std::string_view name) const {
    if (!is(Kind::object)) return nullptr;
    const std::uint32_t i = shape_->index_of(name);  // NOLINT: never null
    return i == Shape::npos ? nullptr : items_ + i;
  }

 private:
  // Written whole and read whole: what is put together from small stores is slow to copy.
  static constexpr unsigned line_at = 32;  ///< of size_
  static constexpr unsigned file_at = 32;  ///< of place_, after the column: 16 bits
  static constexpr unsigned kind_at = 48;

  static std::uint64_t sized(std::size_t size, Origin origin) {
    return static_cast<std::uint32_t>(size) | static_cast<std::uint64_t>(origin.line) << line_at;
  }
  static std::uint64_t placed(Kind kind, Origin origin) {
    return origin.column | static_cast<std::uint64_t>(origin.file) << file_at |
           static_cast<std::uint64_t>(kind) << kind_at;
  }
  Node(Kind kind, Origin origin, std::size_t size = 0)
      : size_(sized(size, origin)), place_(placed(kind, origin)) {}
  Node(Kind kind, std::string_view chars, Origin origin) : Node(kind, origin, chars.size()) {
    chars_ = chars.data();
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(size_); }

  union {
    const char* chars_ = nullptr;
    const Node* items_;
  };
  const Shape* shape_ = nullptr;
  std::uint64_t size_ = 0;   ///< size, line
  std::uint64_t place_ = 0;  ///< column, file, kind (null is 0)
};

static_assert(sizeof(Node) == 32);

/// Deep equality of values, without origins. Objects are equal whatever the order of their keys;
/// numbers by lexeme.
bool equal(const Node& a, const Node& b);

}  // namespace charmille::tree
