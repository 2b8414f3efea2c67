// The layout of lines, read and checked in one go: names become positions, and what does not fit
// becomes a fault.
#include "gateway/codec/lines_options.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/bytes.h"
#include "gateway/codec/common_options.h"

namespace charmille::codec {
namespace {

using tree::Node;
using Role = LineType::Role;

std::optional<std::size_t> field_named(const LineType& type, std::string_view name) {
  const auto at = std::ranges::find(type.fields, name, &LineField::name);
  if (at == type.fields.end()) return {};
  return static_cast<std::size_t>(at - type.fields.begin());
}

struct Columns {
  std::uint32_t first = 0;
  std::uint32_t width = 0;
  std::uint32_t last() const { return first + width - 1; }
};

/// "14-53" or "94".
std::optional<Columns> columns_of(std::string_view text) {
  std::uint32_t first = 0;
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, first);
  if (error != std::errc{} || first == 0) return {};
  std::uint32_t last = first;
  if (at != end) {
    if (*at++ != '-') return {};
    const auto rest = std::from_chars(at, end, last);
    if (rest.ec != std::errc{} || rest.ptr != end) return {};
  }
  if (last < first || last > 1'000'000) return {};
  return Columns{first, last - first + 1};
}

std::vector<std::string> texts_of(const Node* list) {
  std::vector<std::string> out;
  if (list != nullptr)
    for (const Node& item : list->items()) out.emplace_back(item.chars());
  return out;
}

class LayoutReader {
 public:
  LayoutReader(const tree::Document& document, const Node& node, bool fixed,
               const std::string& path)
      : document_(document),
        node_(node),
        fixed_(fixed),
        path_(path),
        spec_(fixed ? fixed_spec() : records_spec()),
        type_spec_(field_of(spec_.fields, "types").item.front().fields) {}

  ReadLayout run() {
    read_whole();
    const Node& types = *node_.find("types");
    for (std::size_t i = 0; i < types.items().size(); ++i)
      read_type(types.key(i), types.items()[i]);
    check_names();
    read_roles();
    for (std::size_t i = 0; i < input_.types.size(); ++i) read_links(i);
    read_main();
    for (std::size_t i = 0; i < input_.types.size(); ++i) read_checks(i);
    read_header_fields();
    return {std::move(input_), std::move(faults_)};
  }

 private:
  std::string text(std::string_view name) const {
    return read_text(node_, field_of(spec_.fields, name));
  }
  std::string path_of(std::string_view inside) const {
    return path_.empty() ? std::string(inside) : path_ + "." + std::string(inside);
  }
  /// Where the options of a type stand.
  const Node& node_of(std::size_t type) const { return node_.find("types")->items()[type]; }
  std::string path_of(std::size_t type, std::string_view inside) const {
    return path_of("types." + input_.types[type].code +
                   (inside.empty() ? "" : "." + std::string(inside)));
  }
  void add(std::string_view code, const Node& at, std::string path, base::Args args = {}) {
    faults_.push_back(
        fault(code, document_.place_of(at.origin(), std::move(path)), std::move(args)));
  }
  /// A fault of the option `key` of a type, at that option when it is written.
  void add(std::string_view code, std::size_t type, std::string_view key, base::Args args = {}) {
    const Node* const at = node_of(type).find(key);
    add(code, at != nullptr ? *at : node_of(type), path_of(type, key), std::move(args));
  }

  void read_whole() {
    input_.encoding = encoding_named(text("encoding")).value_or(Encoding::utf8);
    if (fixed_) {
      input_.length =
          static_cast<std::uint32_t>(read_integer(node_, field_of(spec_.fields, "length")));
      const auto columns = columns_of(text("type-columns"));
      if (!columns || columns->last() > input_.length)
        add("CH-LIG-009", node_, path_of("type-columns"),
            {{"limit", std::to_string(input_.length)}});
      if (columns) {
        input_.code_first = columns->first;
        input_.code_width = columns->width;
      }
    } else {
      const auto delimiter = separator(text("delimiter"));
      if (!delimiter) add("CH-CSV-024", node_, path_of("delimiter"));
      input_.delimiter = delimiter.value_or(';');
    }
    const std::string end = text("line-end");
    input_.line_end = end == "crlf" ? LinesInput::End::crlf
                      : end == "lf" ? LinesInput::End::lf
                                    : LinesInput::End::any;
    input_.ctrl_z = read_boolean(node_, field_of(spec_.fields, "ctrl-z"));
    input_.line_end_mark = text("line-end-mark");
    input_.max_size =
        static_cast<std::size_t>(read_integer(node_, field_of(spec_.fields, "max-size")));
    input_.skip_unknown = text("unknown-types") == "remark";
    null_values_ = texts_of(node_.find("null-values"));
  }

  void read_type(std::string_view code, const Node& node) {
    LineType type;
    type.code = code;
    type.name = node.find("name")->chars();
    const std::string role = read_text(node, field_of(type_spec_, "role"));
    type.role = role == "header" ? Role::header : role == "trailer" ? Role::trailer : Role::record;
    type.reference = read_boolean(node, field_of(type_spec_, "reference"));
    type.reject_doubled = read_text(node, field_of(type_spec_, "doubled-keys")) == "reject";
    input_.types.push_back(std::move(type));
    const std::size_t index = input_.types.size() - 1;
    const Node& fields = *node.find("fields");
    for (const Node& field : fields.items())
      input_.types.back().fields.push_back(fixed_ ? read_columns(index, field)
                                                  : read_cell(index, field));
    if (fixed_) {
      if (code.size() != input_.code_width)
        add("CH-LIG-010", index, "", {{"expected", std::to_string(input_.code_width)}});
      check_overlaps(index);
    } else if (const Node* const nulls = node.find("null-values")) {
      for (std::size_t i = 0; i < nulls->items().size(); ++i)
        if (const auto field = find_field(index, nulls->key(i), "null-values"))
          for (std::string& value : texts_of(&nulls->items()[i]))
            input_.types.back().fields[*field].null_values.push_back(std::move(value));
    }
  }

  LineField read_cell(std::size_t type, const Node& node) const {
    LineField field;
    field.name = node.chars();
    // The first cell is the type code.
    field.first = static_cast<std::uint32_t>(input_.types[type].fields.size() + 2);
    field.null_values = null_values_;
    return field;
  }

  LineField read_columns(std::size_t type, const Node& node) {
    const auto& spec = field_of(type_spec_, "fields").item.front().fields;
    LineField field;
    field.name = node.find("name")->chars();
    const std::string kind = read_text(node, field_of(spec, "type"));
    field.kind = kind == "digits"  ? LineField::Kind::digits
                 : kind == "alpha" ? LineField::Kind::alpha
                 : kind == "date"  ? LineField::Kind::date
                                   : LineField::Kind::text;
    field.required = read_boolean(node, field_of(spec, "required"));
    field.trim = read_boolean(node, field_of(spec, "trim"));
    field.null_values = null_values_;
    for (std::string& value : texts_of(node.find("null-values")))
      field.null_values.push_back(std::move(value));
    const auto columns = columns_of(node.find("columns")->chars());
    const std::string path = path_of(type, "fields." + field.name + ".columns");
    if (!columns || columns->last() > input_.length)
      add("CH-LIG-009", *node.find("columns"), path, {{"limit", std::to_string(input_.length)}});
    if (columns) {
      field.first = columns->first;
      field.width = columns->width;
    }
    if (columns && field.kind == LineField::Kind::date && field.width != 8)
      add("CH-LIG-011", *node.find("columns"), path);
    return field;
  }

  /// Two fields that share a column are a slip of the pen.
  void check_overlaps(std::size_t index) {
    std::vector<const LineField*> fields;
    for (const LineField& field : input_.types[index].fields) fields.push_back(&field);
    std::ranges::sort(fields, {}, &LineField::first);
    std::uint32_t end = 0;  // of what came before
    std::string_view before;
    for (const LineField* const field : fields) {
      const bool over_code = field->first < input_.code_first + input_.code_width &&
                             field->first + field->width > input_.code_first;
      if (field->first < end || over_code)
        add("CH-LIG-012", index, "fields",
            {{"column", field->name},
             {"other", field->first < end ? std::string(before) : "type-columns"}});
      if (field->first + field->width > end) before = field->name;
      end = std::max(end, field->first + field->width);
    }
  }

  /// In a row stand the fields of its type, the lists of the types under it, and the header; each
  /// has its own name.
  void check_names() {
    for (std::size_t i = 0; i < input_.types.size(); ++i) {
      std::vector<std::string_view> names;
      for (const LineField& field : input_.types[i].fields) names.push_back(field.name);
      for (std::size_t j = 0; j < input_.types.size(); ++j) {
        const auto parent = node_of(j).find("parent");
        const bool below = parent != nullptr && parent->chars() == input_.types[i].name;
        if (below || input_.types[j].role == Role::header) names.push_back(input_.types[j].name);
        if (j > i && input_.types[j].name == input_.types[i].name)
          add("CH-LIG-003", j, "name", {{"name", input_.types[j].name}});
      }
      std::ranges::sort(names);
      const auto twice = std::ranges::adjacent_find(names);
      if (twice != names.end()) add("CH-LIG-003", i, "fields", {{"name", std::string(*twice)}});
    }
  }

  void read_roles() {
    for (std::size_t i = 0; i < input_.types.size(); ++i) {
      const Role role = input_.types[i].role;
      if (role == Role::record) {
        if (node_of(i).find("checks") != nullptr) add("CH-LIG-007", i, "checks");
        continue;
      }
      auto& known = role == Role::header ? input_.header : input_.trailer;
      if (known) add("CH-LIG-006", i, "role");
      known = i;
      for (const std::string_view key : {"key", "parent", "on", "reference", "group-by"})
        if (node_of(i).find(key) != nullptr) add("CH-LIG-007", i, key);
    }
  }

  std::optional<std::size_t> find_type(std::string_view name, const Node& at, std::string path) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < input_.types.size(); ++i) {
      if (input_.types[i].name == name) return i;
      names.push_back(input_.types[i].name);
    }
    const std::string_view near = base::nearest(name, names);
    add("CH-LIG-004", at, std::move(path),
        {{"name", base::printable(name, 60)},
         {"near", std::string(near.empty() ? names.front() : near)}});
    return {};
  }

  std::optional<std::size_t> find_field(std::size_t type, std::string_view name, const Node& at,
                                        std::string path) {
    if (const auto field = field_named(input_.types[type], name)) return field;
    add("CH-LIG-005", at, std::move(path),
        {{"column", base::printable(name, 60)}, {"type", input_.types[type].name}});
    return {};
  }
  std::optional<std::size_t> find_field(std::size_t type, std::string_view name,
                                        std::string_view key) {
    const Node* const at = node_of(type).find(key);
    return find_field(type, name, at != nullptr ? *at : node_of(type), path_of(type, key));
  }

  /// Those fields of `type` that the option `key` of the type `from` names.
  std::vector<std::size_t> find_fields(std::size_t type, const std::vector<std::string>& names,
                                       std::size_t from, std::string_view key) {
    const Node* const written = node_of(from).find(key);
    const Node& at = written != nullptr ? *written : node_of(from);
    std::vector<std::size_t> fields;
    for (const std::string& name : names)
      if (const auto field = find_field(type, name, at, path_of(from, key)))
        fields.push_back(*field);
    return fields;
  }

  void read_links(std::size_t index) {
    LineType& type = input_.types[index];
    const Node& node = node_of(index);
    type.key = find_fields(index, texts_of(node.find("key")), index, "key");
    if (type.role != Role::record) return;
    const Node* const parent = node.find("parent");
    if (parent == nullptr) {
      for (const std::string_view key : {"on", "reference"})
        if (node.find(key) != nullptr) add("CH-LIG-008", index, key);
      return;
    }
    type.parent = find_type(parent->chars(), *parent, path_of(index, "parent"));
    if (!type.parent) return;
    LineType& above = input_.types[*type.parent];
    if (above.role != Role::record || *type.parent == index) {
      add("CH-LIG-013", index, "parent");
      type.parent = {};
      return;
    }
    above.children.push_back(index);
    const auto key_of_parent = texts_of(node_of(*type.parent).find("key"));
    std::vector<std::string> on = texts_of(node.find("on"));
    if (on.empty()) on = type.reference ? texts_of(node.find("key")) : key_of_parent;
    type.on = find_fields(index, on, index, "on");
    type.parent_on = find_fields(*type.parent, on, index, "on");
    // A line has one parent at most, unless it is shared: what joins them holds the whole key.
    const bool unique = !key_of_parent.empty() && std::ranges::all_of(key_of_parent, [&](auto& k) {
      return std::ranges::find(on, k) != on.end();
    });
    if (on.empty() || (!type.reference && !unique))
      add("CH-LIG-014", index, "on", {{"type", above.name}});
  }

  /// Exactly one type gives the records, and from it all others are reached.
  void read_main() {
    std::vector<std::size_t> tops;
    for (std::size_t i = 0; i < input_.types.size(); ++i)
      if (input_.types[i].role == Role::record && node_of(i).find("parent") == nullptr)
        tops.push_back(i);
    if (tops.size() != 1)
      return add("CH-LIG-015", *node_.find("types"), path_of("types"),
                 {{"count", std::to_string(tops.size())}});
    input_.main = tops.front();
    std::vector<std::size_t> reached{input_.main};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const std::size_t child : input_.types[reached[i]].children) reached.push_back(child);
    for (std::size_t i = 0; i < input_.types.size(); ++i) {
      const Node* const group = node_of(i).find("group-by");
      if (group != nullptr && i != input_.main) add("CH-LIG-016", i, "group-by");
      if (group != nullptr && i == input_.main)
        input_.types[i].group_by = find_field(i, group->chars(), "group-by");
      if (input_.types[i].parent && std::ranges::find(reached, i) == reached.end())
        add("CH-LIG-013", i, "parent");
    }
  }

  void read_checks(std::size_t index) {
    const Node* const checks = node_of(index).find("checks");
    if (checks == nullptr || input_.types[index].role == Role::record) return;
    for (std::size_t i = 0; i < checks->items().size(); ++i) {
      const Node& written = checks->items()[i];
      const std::string path = path_of(index, "checks." + std::string(checks->key(i)));
      const auto field = find_field(index, checks->key(i), written, path);
      const auto check = read_check(written, path);
      if (!field || !check) continue;
      input_.types[index].checks.push_back(*check);
      input_.types[index].checks.back().field = *field;
    }
  }

  std::optional<LineCheck> read_check(const Node& node, const std::string& path) {
    const Node* const count = node.find("count");
    const Node* const sum = node.find("sum");
    const Node* const equals = node.find("equals");
    const int ways = (count != nullptr) + (sum != nullptr) + (equals != nullptr);
    if (ways != 1 || (sum == nullptr && node.find("modulo") != nullptr)) {
      add("CH-LIG-017", node, path);
      return {};
    }
    LineCheck check;
    if (const Node* const modulo = node.find("modulo"))
      std::from_chars(modulo->chars().data(), modulo->chars().data() + modulo->chars().size(),
                      check.modulo);
    if (count != nullptr && count->chars() == "all") return check;
    if (count != nullptr) {
      const auto type = find_type(count->chars(), *count, path + ".count");
      if (!type) return {};
      check.of = LineCheck::Of::count;
      check.type = *type;
      return check;
    }
    if (sum != nullptr && sum->chars() == "length") {
      check.of = LineCheck::Of::length;
      return check;
    }
    check.of = sum != nullptr ? LineCheck::Of::sum : LineCheck::Of::header;
    return read_target(sum != nullptr ? *sum : *equals,
                       path + (sum != nullptr ? ".sum" : ".equals"), check);
  }

  /// "TYPE.FIELD".
  std::optional<LineCheck> read_target(const Node& node, const std::string& path, LineCheck check) {
    const std::string_view text = node.chars();
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto type = find_type(text.substr(0, dot), node, path);
    if (!type) return {};
    const auto field = find_field(*type, text.substr(std::min(dot + 1, text.size())), node, path);
    if (!field) return {};
    if ((check.of == LineCheck::Of::header) != (input_.header == type)) {
      add("CH-LIG-017", node, path);
      return {};
    }
    check.type = *type;
    check.other = *field;
    return check;
  }

  void read_header_fields() {
    const Node* const version = node_.find("version");
    const Node* const envelope = node_.find("envelope");
    for (const Node* const block : {version, envelope})
      if (block != nullptr && !input_.header)
        return add("CH-LIG-018", *block, path_of(block == version ? "version" : "envelope"));
    const auto take = [&](const Node* block, std::string_view key, const std::string& path,
                          std::optional<std::size_t>& into) {
      if (block == nullptr || block->find(key) == nullptr) return;
      const Node& name = *block->find(key);
      into = find_field(*input_.header, name.chars(), name, path_of(path + std::string(key)));
    };
    take(version, "field", "version.", input_.version);
    if (version != nullptr) input_.versions = texts_of(version->find("accept"));
    take(envelope, "lot", "envelope.", input_.lot);
    take(envelope, "extracted", "envelope.", input_.extracted);
    take(envelope, "emitter", "envelope.", input_.emitter);
  }

  const tree::Document& document_;
  const Node& node_;
  const bool fixed_;
  const std::string& path_;
  const tree::Spec& spec_;
  const std::vector<tree::Field>& type_spec_;
  LinesInput input_;
  std::vector<std::string> null_values_;
  std::vector<Fault> faults_;
};

}  // namespace

ReadLayout read_lines(const tree::Document& document, const tree::Node& node, bool fixed,
                      const std::string& path) {
  return LayoutReader(document, node, fixed, path).run();
}

}  // namespace charmille::codec
