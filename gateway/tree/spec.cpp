#include "gateway/tree/spec.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/base/time.h"

namespace charmille::tree {
namespace {

using base::Args;

/// A scalar written as YAML in a specification, without its quotes: `";"` is a semicolon.
std::string_view unquoted(std::string_view yaml) {
  if (yaml.size() >= 2 && (yaml.front() == '"' || yaml.front() == '\'') &&
      yaml.back() == yaml.front())
    return yaml.substr(1, yaml.size() - 2);
  return yaml;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return {};
  return value;
}

/// The value of an integer, of a duration (us) or of a size (bytes), whichever the field is.
Result<std::int64_t> parse_measure(FieldType type, std::string_view text) {
  if (type == FieldType::duration)
    return base::parse_duration(text).map([](auto d) { return std::int64_t{d.count()}; });
  if (type == FieldType::size) return parse_size(text);
  if (const auto value = parse_integer(text)) return *value;
  return fail("CH-CFG-105");
}

std::string measure_text(FieldType type, std::int64_t value) {
  if (type == FieldType::duration) return base::to_text(base::Duration(value));
  if (type != FieldType::size || value == 0) return std::to_string(value);
  constexpr std::string_view units[] = {"", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  for (; unit < 3 && value % 1024 == 0; ++unit) value /= 1024;
  return fmt::format("{}{}", value, units[unit]);
}

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

/// Collects the faults of one value and of what is under it.
class Checker {
 public:
  explicit Checker(const Document& document) : document_(document) {}

  void object(const Node& node, const std::vector<Field>& fields, const std::string& path) {
    if (!node.is(Kind::object)) return add("CH-CFG-108", node, path);
    for (std::size_t i = 0; i < node.items().size(); ++i) known(node, i, fields, path);
    for (const Field& field : fields) {
      const Node* const value = node.find(field.name);
      if (value != nullptr && !value->is(Kind::null)) {
        this->value(*value, field, join(path, field.name));
      } else if (field.required) {
        add("CH-CFG-103", node, join(path, field.name), {{"key", std::string(field.name)}});
      }
    }
  }

  std::vector<base::Fault> take() { return std::move(faults_); }

 private:
  static std::string join(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }

  void add(std::string_view code, const Node& node, const std::string& path, Args args = {}) {
    faults_.push_back(base::fault(code, document_.place_of(node.origin(), path), std::move(args)));
  }

  void known(const Node& node, std::size_t i, const std::vector<Field>& fields,
             const std::string& path) {
    const std::string_view key = node.key(i);
    std::vector<std::string_view> names;
    names.reserve(fields.size());
    for (const Field& field : fields) names.push_back(field.name);
    if (std::ranges::find(names, key) != names.end()) return;
    const std::string_view near = base::nearest(key, names);
    if (near.empty())
      add("CH-CFG-102", node.at(document_.key_origin(node, i)), join(path, key),
          {{"key", std::string(key)}, {"keys", joined(names)}});
    else
      add("CH-CFG-101", node.at(document_.key_origin(node, i)), join(path, key),
          {{"key", std::string(key)}, {"near", std::string(near)}});
  }

  void value(const Node& node, const Field& field, const std::string& path) {
    switch (field.type) {
      case FieldType::any:
        return;
      case FieldType::text:
      case FieldType::path:
        return void(some_text(node, path));
      case FieldType::url:
        return url(node, path);
      case FieldType::choice:
        return choice(node, field, path);
      case FieldType::boolean:
        if (!node.is(Kind::boolean)) add("CH-CFG-106", node, path);
        return;
      case FieldType::integer:
      case FieldType::duration:
      case FieldType::size:
        return measure(node, field, path);
      case FieldType::secret:
        return secret(node, path);
      case FieldType::list:
        return list(node, field, path);
      case FieldType::map:
        return map(node, field, path);
      case FieldType::object:
        return object(node, field.fields, path);
    }
  }

  bool some_text(const Node& node, const std::string& path) {
    if (!node.is(Kind::text) && !node.is(Kind::number)) return add("CH-CFG-104", node, path), false;
    if (node.chars().empty()) return add("CH-CFG-110", node, path), false;
    return true;
  }

  void url(const Node& node, const std::string& path) {
    if (!some_text(node, path)) return;
    std::string_view rest = node.chars();
    const std::size_t scheme = rest.starts_with("https://")  ? 8
                               : rest.starts_with("http://") ? 7
                                                             : 0;
    rest.remove_prefix(scheme);
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    const bool printable = std::ranges::all_of(rest, [](char c) { return c > ' ' && c != '\x7f'; });
    // A password in a URL would end in logs: secrets have their own fields.
    if (scheme == 0 || host.empty() || host.front() == ':' || !printable ||
        host.find('@') != host.npos)
      add("CH-CFG-111", node, path);
  }

  void choice(const Node& node, const Field& field, const std::string& path) {
    if (!node.is(Kind::text) && !node.is(Kind::number)) return add("CH-CFG-104", node, path);
    const std::string_view word = node.chars();
    if (std::ranges::find(field.choices, word) != field.choices.end()) return;
    const std::string_view near = base::nearest(word, field.choices);
    add(near.empty() ? "CH-CFG-113" : "CH-CFG-112", node, path,
        {{"value", base::printable(word, 60)},
         {"choices", joined(field.choices)},
         {"near", std::string(near)}});
  }

  void measure(const Node& node, const Field& field, const std::string& path) {
    const bool scalar =
        node.is(Kind::number) || (node.is(Kind::text) && field.type != FieldType::integer);
    if (!scalar) {
      const bool integer = field.type == FieldType::integer;
      return add(integer                             ? "CH-CFG-105"
                 : field.type == FieldType::duration ? "CH-CFG-116"
                                                     : "CH-CFG-117",
                 node, path);
    }
    const auto value = parse_measure(field.type, node.chars());
    if (!value) return add(value.error().code, node, path, value.error().args);
    if (*value >= field.least && *value <= field.most) return;
    const bool below = *value < field.least;
    add(below ? "CH-CFG-114" : "CH-CFG-115", node, path,
        {{"limit", measure_text(field.type, below ? field.least : field.most)}});
  }

  void secret(const Node& node, const std::string& path) {
    if (!node.is(Kind::object)) return add("CH-CFG-120", node, path);
    const Node* const file = node.find("file");
    const Node* const env = node.find("env");
    if (node.items().size() != 1 || (file == nullptr && env == nullptr))
      return add("CH-CFG-121", node, path);
    if (!some_text(file != nullptr ? *file : *env, join(path, file != nullptr ? "file" : "env")) ||
        env == nullptr)
      return;
    const std::string_view name = env->chars();
    const bool valid = std::ranges::all_of(name, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    // A value pasted where a name belongs must not be shown, so the fault does not repeat it.
    if (!valid || (name.front() >= '0' && name.front() <= '9'))
      add("CH-CFG-122", *env, join(path, "env"));
  }

  void list(const Node& node, const Field& field, const std::string& path) {
    if (!node.is(Kind::array)) return add("CH-CFG-107", node, path);
    if (field.required && node.items().empty()) add("CH-CFG-118", node, path);
    for (std::size_t i = 0; i < node.items().size() && !field.item.empty(); ++i)
      value(node.items()[i], field.item.front(), fmt::format("{}[{}]", path, i));
  }

  void map(const Node& node, const Field& field, const std::string& path) {
    if (!node.is(Kind::object)) return add("CH-CFG-108", node, path);
    for (std::size_t i = 0; i < node.items().size() && !field.item.empty(); ++i)
      value(node.items()[i], field.item.front(), join(path, node.key(i)));
  }

  const Document& document_;
  std::vector<base::Fault> faults_;
};

/// The value as written, or the default of the specification.
std::string_view written(const Node& object, const Field& field) {
  const Node* const node = object.find(field.name);
  return node == nullptr || node->is(Kind::null) ? unquoted(field.default_value) : node->chars();
}

}  // namespace

std::vector<base::Fault> check(const Document& document, const Node& node,
                               const std::vector<Field>& fields, const std::string& path) {
  Checker checker(document);
  checker.object(node, fields, path);
  return checker.take();
}

std::string read_text(const Node& object, const Field& field) {
  return std::string(written(object, field));
}

std::int64_t read_integer(const Node& object, const Field& field) {
  return parse_measure(field.type, written(object, field)).value_or(0);
}

bool read_boolean(const Node& object, const Field& field) {
  const Node* const node = object.find(field.name);
  return node != nullptr && node->is(Kind::boolean) ? node->boolean_value()
                                                    : field.default_value == "true";
}

const Field& field_of(const std::vector<Field>& fields, std::string_view name) {
  const auto at = std::ranges::find(fields, name, &Field::name);
  if (at == fields.end())
    std::abort();  // the caller names a field that its own specification lacks
  return *at;
}

Result<std::int64_t> parse_size(std::string_view text) {
  constexpr std::pair<std::string_view, int> units[] = {
      {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
  std::string_view digits = text;
  int shift = 0;
  for (const auto& [unit, bits] : units) {
    if (!text.ends_with(unit)) continue;
    digits.remove_suffix(unit.size());
    shift = bits;
  }
  const auto count = parse_integer(digits);
  if (!count || *count < 0 || *count > (INT64_MAX >> shift))
    return fail("CH-CFG-119", {}, {{"text", base::printable(text, 40)}});
  return *count << shift;
}

}  // namespace charmille::tree
