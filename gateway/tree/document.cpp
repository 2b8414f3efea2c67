#include "gateway/tree/document.h"

#include <algorithm>

namespace charmille::tree {

bool equal(const Node& a, const Node& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return a.boolean_value() == b.boolean_value();
    case Kind::number:
    case Kind::text:
      return a.chars() == b.chars();
    case Kind::attachment:
      return a.attachment_index() == b.attachment_index();
    case Kind::array:
      return std::ranges::equal(a.items(), b.items(), equal);
    case Kind::object:
      break;
  }
  if (a.items().size() != b.items().size()) return false;
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    const Node* other = b.find(a.key(i));
    if (other == nullptr || !equal(a.items()[i], *other)) return false;
  }
  return true;
}

std::uint16_t Document::add_file(std::string name) {
  const auto at = std::ranges::find(files_, name);
  if (at != files_.end()) return static_cast<std::uint16_t>(at - files_.begin());
  files_.push_back(std::move(name));
  return static_cast<std::uint16_t>(files_.size() - 1);
}

base::Place Document::place_of(Origin origin, std::string path) const {
  return {origin.file < files_.size() ? files_[origin.file] : std::string{}, origin.line,
          origin.column, std::move(path)};
}

Origin Document::key_origin(const Node& object, std::size_t i) const {
  const auto known = key_origins_.find(&object.shape());
  return known != key_origins_.end() && i < known->second.size() ? known->second[i]
                                                                 : object.items()[i].origin();
}

void Document::set_key_origins(const Shape& shape, std::vector<Origin> origins) {
  key_origins_.insert_or_assign(&shape, std::move(origins));
}

std::uint32_t Document::add_attachment(Attachment attachment) {
  attachments_.push_back(std::move(attachment));
  return static_cast<std::uint32_t>(attachments_.size() - 1);
}

Node Document::array(std::span<const Node> items, Origin origin) {
  const auto copied = arena_.array<Node>(items.size());
  std::ranges::copy(items, copied.begin());
  return Node::array(copied, origin);
}

Node Document::object(std::span<const Member> members, Origin origin) {
  const auto keys = arena_.array<std::string_view>(members.size());
  const auto slots = arena_.array<Node>(members.size());
  std::size_t count = 0;
  for (const auto& [key, value] : members) {
    const auto known = std::ranges::find(keys.first(count), key);
    const auto at = static_cast<std::size_t>(known - keys.begin());
    if (at == count) keys[count++] = arena_.copy(key);
    slots[at] = value;
  }
  const auto shape = arena_.array<Shape>(1);
  shape[0] = Shape(keys.first(count));
  return Node::object(shape[0], slots.first(count), origin);
}

Node Document::copy(const Node& node) {
  switch (node.kind()) {
    case Kind::null:
    case Kind::boolean:
    case Kind::attachment:
      return node;
    case Kind::number:
      return number(node.chars(), node.origin());
    case Kind::text:
      return text(node.chars(), node.origin());
    case Kind::array: {
      const auto items = arena_.array<Node>(node.items().size());
      for (std::size_t i = 0; i < items.size(); ++i) items[i] = copy(node.items()[i]);
      return Node::array(items, node.origin());
    }
    case Kind::object: {
      std::vector<Member> members;
      members.reserve(node.items().size());
      for (std::size_t i = 0; i < node.items().size(); ++i)
        members.emplace_back(node.key(i), copy(node.items()[i]));
      return object(members, node.origin());
    }
  }
  return {};
}

}  // namespace charmille::tree
