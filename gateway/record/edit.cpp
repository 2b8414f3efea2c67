#include "gateway/record/edit.h"

#include <algorithm>

namespace charmille::record {

using tree::Document;
using tree::Kind;
using tree::Node;

Node with(Document& document, const Node& object, std::string_view key, const Node& value) {
  std::vector<Document::Member> members;
  bool put = false;
  for (std::size_t i = 0; i < object.items().size(); ++i) {
    const bool here = object.key(i) == key;
    members.emplace_back(object.key(i), here ? value : object.items()[i]);
    put = put || here;
  }
  if (!put) members.emplace_back(key, value);
  return document.object(members, object.origin());
}

Node without(Document& document, const Node& object, std::initializer_list<std::string_view> keys) {
  std::vector<Document::Member> members;
  for (std::size_t i = 0; i < object.items().size(); ++i)
    if (std::ranges::find(keys, object.key(i)) == keys.end())
      members.emplace_back(object.key(i), object.items()[i]);
  return document.object(members, object.origin());
}

std::string_view text_at(const Node& object, std::string_view key) {
  const Node* node = object.find(key);
  return node != nullptr && node->is(Kind::text) ? node->chars() : std::string_view{};
}

const Node* find_path(const Node& root, std::initializer_list<std::string_view> keys) {
  const Node* at = &root;
  for (const std::string_view key : keys) {
    at = at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view code_at(const Node& object, std::string_view key) {
  const Node* coded = object.find(key);
  return coded != nullptr ? text_at(*coded, "code") : std::string_view{};
}

std::span<const Node> items_at(const Node& object, std::string_view key) {
  const Node* array = object.find(key);
  return array != nullptr && array->is(Kind::array) ? array->items() : std::span<const Node>{};
}

void walk(const Node& node, std::string& path,
          const std::function<void(const Node&, const std::string&)>& visit) {
  visit(node, path);
  const std::size_t length = path.size();
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    if (node.is(Kind::object)) {
      if (length != 0) path += '.';
      path += node.key(i);
    } else {
      path += '[' + std::to_string(i) + ']';
    }
    walk(node.items()[i], path, visit);
    path.resize(length);
  }
}

}  // namespace charmille::record
