// A document owns the memory of one tree. It moves between threads; it is never shared while it is
// being built.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/tree/arena.h"
#include "gateway/tree/node.h"

namespace charmille::tree {

/// A binary value that was too large for the tree.
struct Attachment {
  base::Payload bytes;
  std::string media_type;
};

class Document {
 public:
  Document() = default;
  explicit Document(std::size_t first_block) : arena_(first_block) {}
  Document(Document&&) = default;
  Document& operator=(Document&&) = default;

  const Node& root() const { return root_; }
  void set_root(Node root) { root_ = root; }
  Arena& arena() { return arena_; }

  /// Names of source files; Origin::file indexes this list, 0 being "unknown".
  const std::vector<std::string>& files() const { return files_; }
  std::uint16_t add_file(std::string name);
  base::Place place_of(Origin origin, std::string path = {}) const;

  /// Where the key of an object's slot `i` was written; the origin of its value when keys have no
  /// positions of their own (they have in YAML).
  Origin key_origin(const Node& object, std::size_t i) const;
  /// Positions of the keys of `shape`, which lives in this document: one for each key.
  void set_key_origins(const Shape& shape, std::vector<Origin> origins);

  const std::vector<Attachment>& attachments() const { return attachments_; }
  std::uint32_t add_attachment(Attachment attachment);

  /// Keeps something that nodes point into (a shared header, another document) alive with this
  /// document.
  void keep(std::shared_ptr<const void> owner) { kept_.push_back(std::move(owner)); }

  // Builders: the node lives in this document.
  Node text(std::string_view chars, Origin origin = {}) {
    return Node::text(arena_.copy(chars), origin);
  }
  Node number(std::string_view lexeme, Origin origin = {}) {
    return Node::number(arena_.copy(lexeme), origin);
  }
  Node integer(std::int64_t value, Origin origin = {}) {
    return number(std::to_string(value), origin);
  }
  Node array(std::span<const Node> items, Origin origin = {});
  using Member = std::pair<std::string_view, Node>;
  /// Keys are copied; the last of two equal keys wins, at the place of the first.
  Node object(std::span<const Member> members, Origin origin = {});
  Node object(std::initializer_list<Member> members, Origin origin = {}) {
    return object(std::span(members.begin(), members.size()), origin);
  }
  /// A deep copy of a node of another document; origins are kept when both share the same list of
  /// files.
  Node copy(const Node& node);

 private:
  Arena arena_;
  Node root_;
  std::vector<std::string> files_{std::string{}};
  std::unordered_map<const Shape*, std::vector<Origin>> key_origins_;
  std::vector<Attachment> attachments_;
  std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace charmille::tree
