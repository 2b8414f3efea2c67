// Changing an immutable tree: the same object with one member put, or taken out.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tree/document.h"

namespace charmille::record {

/// `object` with `key` = `value` (appended when new). The other slots are shared, not copied.
tree::Node with(tree::Document& document, const tree::Node& object, std::string_view key,
                const tree::Node& value);
/// `object` without the named members.
tree::Node without(tree::Document& document, const tree::Node& object,
                   std::initializer_list<std::string_view> keys);

/// The text at `object`.`key`, or empty.
std::string_view text_at(const tree::Node& object, std::string_view key);
/// The node at a path of keys, or nullptr: find_path(root, {"health", "doctor"}).
const tree::Node* find_path(const tree::Node& root, std::initializer_list<std::string_view> keys);
/// `object`.`key`.code of a coded value, or empty.
std::string_view code_at(const tree::Node& object, std::string_view key);
/// The items of the array at `object`.`key`; none when it is absent.
std::span<const tree::Node> items_at(const tree::Node& object, std::string_view key);

/// Calls `visit` for each node below and including `node`, with its path ("measures[2].start").
void walk(const tree::Node& node, std::string& path,
          const std::function<void(const tree::Node&, const std::string&)>& visit);

}  // namespace charmille::record
