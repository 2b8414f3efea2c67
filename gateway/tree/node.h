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
    Node n(Kind::boolean, origin);
    n.size_ = value ? 1 : 0;
    return n;
  }
  /// `lexeme` and `chars` must live as long as the document.
  static Node number(std::string_view lexeme, Origin origin = {}) {
    return Node(Kind::number, lexeme, origin);
  }
  static Node text(std::string_view chars, Origin origin = {}) {
    return Node(Kind::text, chars, origin);
  }
  static Node array(std::span<const Node> items, Origin origin = {}) {
    Node n(Kind::array, origin);
    n.items_ = items.data();
    n.size_ = static_cast<std::uint32_t>(items.size());
    return n;
  }
  /// `slots` has one node for each key of `shape`.
  static Node object(const Shape& shape, std::span<const Node> slots, Origin origin = {}) {
    Node n(Kind::object, origin);
    n.items_ = slots.data();
    n.shape_ = &shape;
    n.size_ = static_cast<std::uint32_t>(slots.size());
    return n;
  }
  static Node attachment(std::uint32_t index, Origin origin = {}) {
    Node n(Kind::attachment, origin);
    n.size_ = index;
    return n;
  }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  Origin origin() const { return {file_, line_, column_}; }
  /// The same value, said to come from elsewhere.
  Node at(Origin origin) const {
    Node n = *this;
    n.file_ = origin.file;
    n.line_ = origin.line;
    n.column_ = origin.column;
    return n;
  }

  bool boolean_value() const { return size_ != 0; }
  /// The characters of a text, or the lexeme of a number; empty for anything else.
  std::string_view chars() const {
    return kind_ == Kind::text || kind_ == Kind::number ? std::string_view(chars_, size_)
                                                        : std::string_view{};
  }
  std::uint32_t attachment_index() const { return size_; }

  /// The items of an array, or the slots of an object in the order of its shape.
  std::span<const Node> items() const {
    return kind_ == Kind::array || kind_ == Kind::object ? std::span(items_, size_)
                                                         : std::span<const Node>{};
  }
  /// Of an object only.
  const Shape& shape() const { return *shape_; }
  std::string_view key(std::size_t i) const { return shape_->keys()[i]; }
  /// The slot of that name, or nullptr (also when this is no object).
  const Node* find(std::string_view name) const {
    if (kind_ != Kind::object) return nullptr;
    const std::uint32_t i = shape_->index_of(name);
    return i == Shape::npos ? nullptr : items_ + i;
  }

 private:
  Node(Kind kind, Origin origin)
      : line_(origin.line), column_(origin.column), file_(origin.file), kind_(kind) {}
  Node(Kind kind, std::string_view chars, Origin origin) : Node(kind, origin) {
    chars_ = chars.data();
    size_ = static_cast<std::uint32_t>(chars.size());
  }

  union {
    const char* chars_ = nullptr;
    const Node* items_;
  };
  const Shape* shape_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t line_ = 0;
  std::uint32_t column_ = 0;
  std::uint16_t file_ = 0;
  Kind kind_ = Kind::null;
};

static_assert(sizeof(Node) == 32);

/// Deep equality of values, without origins. Objects are equal whatever the order of their keys;
/// numbers by lexeme.
bool equal(const Node& a, const Node& b);

}  // namespace charmille::tree
