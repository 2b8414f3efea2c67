#include "gateway/config/view.h"

#include <fmt/format.h>

namespace charmille::config {
namespace {

const tree::Field& untyped() {
  static const tree::Field field{.type = tree::FieldType::any};
  return field;
}

const tree::Field& item_of(const tree::Field& field) {
  return field.item.empty() ? untyped() : field.item.front();
}

}  // namespace

View::View(const tree::Document& document, const tree::Node& node, const tree::Field& field,
           std::string path)
    : document_(&document),
      node_(node.is(tree::Kind::null) ? nullptr : &node),
      field_(&field),
      origin_(node.origin()),
      key_origin_(node.origin()),
      path_(std::move(path)) {}

View View::member(const tree::Node& node, std::size_t i, const tree::Field& field) const {
  const std::string key(node.key(i));
  View view(*document_, node.items()[i], field,
            path_.empty() ? key : fmt::format("{}.{}", path_, key));
  view.key_origin_ = document_->key_origin(node, i);
  return view;
}

View View::operator[](std::string_view name) const {
  const tree::Field& field = tree::field_of(field_->fields, name);
  if (is(tree::Kind::object))
    if (const std::uint32_t i = node_->shape().index_of(name); i != tree::Shape::npos)
      return member(*node_, i, field);
  View absent = *this;
  absent.node_ = nullptr;
  absent.field_ = &field;
  absent.path_ = path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
  return absent;
}

std::vector<View> View::items() const {
  std::vector<View> views;
  if (!is(tree::Kind::array)) return views;
  for (std::size_t i = 0; i < node_->items().size(); ++i)
    views.emplace_back(*document_, node_->items()[i], item_of(*field_),
                       fmt::format("{}[{}]", path_, i));
  return views;
}

std::vector<std::pair<std::string, View>> View::members() const {
  std::vector<std::pair<std::string, View>> views;
  if (!is(tree::Kind::object)) return views;
  for (std::size_t i = 0; i < node_->items().size(); ++i)
    views.emplace_back(node_->key(i), member(*node_, i, item_of(*field_)));
  return views;
}

std::string View::text() const {
  if (is(tree::Kind::text) || is(tree::Kind::number)) return std::string(node_->chars());
  return std::string(field_->default_value);
}

bool View::boolean() const {
  return is(tree::Kind::boolean) ? node_->boolean_value() : field_->default_value == "true";
}

std::optional<std::int64_t> View::number() const {
  const auto read = [this](std::string_view chars) -> std::optional<std::int64_t> {
    if (chars.empty()) return {};
    if (field_->type == tree::FieldType::duration) {
      const auto value = base::parse_duration(chars);
      return value ? std::optional<std::int64_t>(value->count()) : std::nullopt;
    }
    const auto value = tree::parse_size(chars);
    return value ? std::optional<std::int64_t>(*value) : std::nullopt;
  };
  if (node_ != nullptr)
    if (const auto value = read(node_->chars())) return value;
  return read(field_->default_value);
}

std::optional<base::Duration> View::duration() const {
  const auto value = number();
  return value ? std::optional(base::Duration(*value)) : std::nullopt;
}

std::vector<std::string> View::texts() const {
  std::vector<std::string> all;
  for (const View& item : items()) all.push_back(item.text());
  return all;
}

std::filesystem::path View::path_from(const std::filesystem::path& folder) const {
  const std::string written = text();
  return written.empty() ? std::filesystem::path() : resolve(folder, written);
}

std::optional<SecretReference> View::secret(const std::filesystem::path& folder) const {
  if (!is(tree::Kind::object)) return {};
  SecretReference reference;
  reference.place = place();
  if (const tree::Node* file = node_->find("file"); file != nullptr && !file->chars().empty())
    reference.file = resolve(folder, file->chars());
  else if (const tree::Node* name = node_->find("env"); name != nullptr)
    reference.variable = name->chars();
  return reference;
}

std::filesystem::path resolve(const std::filesystem::path& folder, std::string_view path) {
  return (folder / path).lexically_normal();
}

}  // namespace charmille::config
