#include <algorithm>
#include <array>
#include <fstream>

#include "gateway/base/bytes.h"
#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/config/yaml.h"
#include "gateway/mapping/plan.h"
#include "gateway/mapping/schema_check.h"
#include "gateway/mapping/shapes.h"
#include "gateway/mapping/specification.h"
#include "gateway/mapping/tables.h"

namespace charmille::mapping {
namespace {

using tree::Kind;
using tree::Node;

constexpr std::size_t most_bytes = 4U << 20;
constexpr int most_nests = 8;

/// Given by the engine to every mapping.
constexpr std::array given_variables{"now", "exchange", "route", "change", "lot", "period", "file"};

/// Builds a plan from a mapping file that was read; gathers every fault.
class Loader {
 public:
  Loader(const Source& source, std::string_view text, tree::Document document)
      : source_(source), positions_(text), plan_(std::make_shared<Plan>()) {
    plan_->document = std::move(document);
    plan_->file = source.shown;
    plan_->path = source.file;
  }

  AllFaults<std::shared_ptr<const Mapping>> run() {
    faults_ = tree::check(plan_->document, root(), mapping_fields(), "");
    if (!faults_.empty()) return tl::unexpected(std::move(faults_));
    head();
    if (const Node* node = root().find("nest")) nests(*node, "nest", plan_->nests, 0);
    tables();
    variables();
    shapes();
    body();
    if (faults_.empty()) schema();
    if (faults_.empty()) unused_tables();
    if (!faults_.empty()) return tl::unexpected(std::move(faults_));
    plan_->slots = scope_.slots();
    plan_->members = scope_.members();
    return std::make_shared<const Mapping>(plan_);
  }

 private:
  const Node& root() const { return plan_->document.root(); }
  base::Place place(const Node& node, std::string path) const {
    return plan_->document.place_of(node.origin(), std::move(path));
  }
  std::string text_of(std::string_view key) const {
    const Node* node = root().find(key);
    return node == nullptr ? std::string{} : std::string(node->chars());
  }

  void head() {
    plan_->name = text_of("mapping");
    plan_->to = text_of("to");
    const std::string from = text_of("from");
    plan_->from = static_cast<From>(std::ranges::find(from_names(), from) - from_names().begin());
    if (const Node* adds = root().find("adds"))
      for (const Node& section : adds->items()) plan_->adds.emplace(section.chars());
    if (const Node* strict = root().find("strict")) scope_.set_strict(strict->boolean_value());
    if (const Node* tests = root().find("tests")) plan_->tests = *tests;
  }

  /// What the paths of the template are checked against, as far as the file tells.
  void shapes() {
    const Node* resource = root().find("resource");
    const bool r4 = text_of("model") == "r4";
    if (r4) {
      plan_->model = fhirpath::Model::fhir_r4();
      scope_.set_model(plan_->model);
    }
    if (resource != nullptr) {
      const fhirpath::Model& model = *fhirpath::Model::fhir_r4();
      const auto type = model.find(resource->chars());
      if (r4 && type != fhirpath::untyped) shapes_.item = {type};
      if (shapes_.item.empty())
        faults_.push_back(fault("CH-MAP-003", place(*resource, "resource"),
                                {{"name", base::printable(resource->chars())},
                                 base::suggestion(resource->chars(), model.type_names())}));
      if (!root().find("each")) shapes_.whole = shapes_.item;
    }
    if (const Node* columns = root().find("columns")) {
      auto names = read_columns(plan_->document, *columns, "columns", source_.file.parent_path());
      if (!names) return faults_.push_back(std::move(names.error()));
      check_joins(*names, plan_->name, plan_->nests);
      plan_->columns = *names;
      set_shapes(shapes_of_rows(plan_->name, *names, plan_->nests));
    }
    if (plan_->from == From::child_record && !r4 && !source_.schemas.empty()) {
      const auto schema = read_schema("child-record");
      if (schema) set_shapes(shapes_of_schema(*schema));
    }
  }

  void set_shapes(Shapes shapes) {
    shapes_ = std::move(shapes);
    scope_.set_shapes(shapes_.model);
    if (!root().find("each")) shapes_.item = shapes_.whole;
  }

  /// The columns of `on` are columns of both files, as far as these are declared.
  void check_joins(const std::vector<std::string>& columns, const std::string& file,
                   const std::vector<Nest>& nests) {
    const auto check = [&](const std::vector<std::string>& names,
                           const std::vector<std::string>& known, const Nest& nest,
                           const std::string& of) {
      const std::vector<std::string_view> words(known.begin(), known.end());
      for (const std::string& name : names)
        if (std::ranges::find(known, name) == known.end())
          faults_.push_back(fault("CH-MAP-025", nest.place,
                                  {{"file", of}, {"name", name}, base::suggestion(name, words)}));
    };
    for (const Nest& nest : nests) {
      check(nest.ours, columns, nest, file);
      if (!nest.columns) continue;
      check(nest.theirs, *nest.columns, nest, nest.file);
      check_joins(*nest.columns, nest.file, nest.nests);
    }
  }

  void unused_tables() {
    const Node* tables = root().find("tables");
    if (tables == nullptr) return;
    for (std::size_t i = 0; i < tables->items().size(); ++i)
      if (!plan_->mentions.tables.contains(tables->key(i)))
        faults_.push_back(fault("CH-MAP-009",
                                plan_->document.place_of(plan_->document.key_origin(*tables, i)),
                                {{"name", base::printable(tables->key(i))}}));
  }

  /// `on: COLUMN`, a list of columns, or {main: A, other: B} with a column or a list each.
  void columns(const Node& on, const std::string& path, Nest& into) {
    const auto names = [&](const Node* node, std::vector<std::string>& to) {
      if (node != nullptr && node->is(Kind::text)) to.emplace_back(node->chars());
      if (node != nullptr && node->is(Kind::array))
        for (const Node& one : node->items())
          if (one.is(Kind::text)) to.emplace_back(one.chars());
    };
    const bool pair = on.is(Kind::object);
    names(pair ? on.find("main") : &on, into.ours);
    names(pair ? on.find("other") : &on, into.theirs);
    if (into.ours.empty() || into.ours.size() != into.theirs.size())
      faults_.push_back(fault("CH-MAP-005", place(on, path + ".on")));
  }

  void nests(const Node& node, const std::string& path, std::vector<Nest>& into, int depth) {
    if (depth >= most_nests) {
      faults_.push_back(
          fault("CH-MAP-010", place(node, path), {{"limit", std::to_string(most_nests)}}));
      return;
    }
    for (std::size_t i = 0; i < node.items().size(); ++i) {
      const Node& one = node.items()[i];
      const std::string below = path + "." + std::string(node.key(i));
      auto wrong = tree::check(plan_->document, one, nest_fields(), below);
      if (!wrong.empty()) {
        std::ranges::move(wrong, std::back_inserter(faults_));
        continue;
      }
      Nest nest;
      nest.name = node.key(i);
      nest.place = plan_->document.place_of(plan_->document.key_origin(node, i), below);
      nest.file = one.find("file")->chars();
      columns(*one.find("on"), below, nest);
      if (const Node* declared = one.find("columns")) {
        auto names = read_columns(plan_->document, *declared, below + ".columns",
                                  source_.file.parent_path());
        if (names)
          nest.columns = std::move(*names);
        else
          faults_.push_back(std::move(names.error()));
      }
      if (!nest_names_.insert(nest.name).second)
        faults_.push_back(fault("CH-MAP-006", nest.place, {{"nest", nest.name}}));
      if (const Node* inner = one.find("nest"))
        nests(*inner, below + ".nest", nest.nests, depth + 1);
      into.push_back(std::move(nest));
    }
  }

  void tables() {
    const Node* node = root().find("tables");
    if (node == nullptr) return;
    for (std::size_t i = 0; i < node->items().size(); ++i) {
      auto table = read_table(node->key(i), plan_->document, node->items()[i],
                              plan_->document.key_origin(*node, i), source_.file.parent_path());
      if (!table) {
        faults_.push_back(std::move(table.error()));
        continue;
      }
      plan_->tables.push_back(*table);
      scope_.add_table(std::move(*table));
    }
  }

  void variables() {
    for (const char* name : given_variables)
      plan_->variables.push_back({name, scope_.declare(name), Node::null(), false});
    const Node* node = root().find("vars");
    if (node == nullptr) return;
    for (std::size_t i = 0; i < node->items().size(); ++i)
      plan_->variables.push_back({std::string(node->key(i)),
                                  scope_.declare(std::string(node->key(i))),
                                  node->items()[i].at({}), true});
  }

  void body() {
    TemplateCompiler compiler(plan_->document, positions_, scope_, nest_names_);
    if (const Node* each = root().find("each")) {
      // `each` reads what decode gives, whatever the template is held to.
      const bool strict = scope_.strict();
      scope_.set_strict(false);
      scope_.set_resource(shapes_.whole);
      plan_->each = compiler.expression(*each, "each");
      scope_.set_strict(strict);
      if (plan_->each && shapes_.item.empty()) shapes_.item = plan_->each->types();
    }
    scope_.set_resource(shapes_.item);
    plan_->root = compiler.compile(*root().find("template"));
    plan_->mentions = compiler.mentions();
    std::ranges::move(compiler.faults(), std::back_inserter(faults_));
  }

  Result<tree::Document> read_schema(const std::string& of) {
    const std::string name = of + ".schema.json";
    const bool plain = of.find_first_of("/\\") == std::string::npos;
    auto payload = plain ? base::Payload::from_file(source_.schemas / name) : fail("CH-MAP-004");
    auto bytes = payload ? payload->bytes(most_bytes) : fail(payload.error());
    if (!bytes)
      return fail("CH-MAP-004", place(*root().find("to"), "to"),
                  {{"schema", base::printable(name)}});
    return codec::read_json(*bytes, name);
  }

  void schema() {
    if (plan_->to == "tree" || source_.schemas.empty()) return;
    auto schema = read_schema(plan_->to);
    if (schema)
      faults_ = check_against_schema(*plan_->root, plan_->document, *schema);
    else
      faults_.push_back(std::move(schema.error()));
  }

  const Source& source_;
  Positions positions_;
  std::shared_ptr<Plan> plan_;
  fhirpath::Scope scope_;
  Names nest_names_;
  Shapes shapes_;
  std::vector<Fault> faults_;
};

void collect_files(const std::vector<Nest>& nests, std::vector<std::string>& into) {
  for (const Nest& nest : nests) {
    if (std::ranges::find(into, nest.file) == into.end()) into.push_back(nest.file);
    collect_files(nest.nests, into);
  }
}

const Nest* find_nest(const std::vector<Nest>& nests, std::string_view name) {
  for (const Nest& nest : nests) {
    if (nest.name == name) return &nest;
    if (const Nest* inner = find_nest(nest.nests, name)) return inner;
  }
  return nullptr;
}

template <class Add>
void add_columns(const std::vector<Nest>& nests, std::string_view file, const Add& add) {
  for (const Nest& nest : nests) {
    if (nest.file == file) add(nest.columns);
    add_columns(nest.nests, file, add);
  }
}

}  // namespace

AllFaults<std::shared_ptr<const Mapping>> load(const Source& source, std::string_view text) {
  auto document = config::read_yaml(text, source.shown);
  if (!document) return tl::unexpected(std::vector{std::move(document.error())});
  return Loader(source, text, std::move(*document)).run();
}

AllFaults<std::shared_ptr<const Mapping>> load(const Source& source) {
  auto payload = base::Payload::from_file(source.file);
  auto text = payload ? payload->bytes(most_bytes) : fail(payload.error());
  if (!text) return tl::unexpected(std::vector{fault("CH-MAP-001", {source.shown, 0, 0, {}})});
  return load(source, *text);
}

const std::string& Mapping::name() const {
  return plan_->name;
}
const std::string& Mapping::file() const {
  return plan_->file;
}
std::span<const std::string_view> from_names() {
  static constexpr std::string_view names[] = {"csv", "json", "ndjson",   "records",      "fixed",
                                               "xml", "zip",  "document", "child-record", "tree"};
  return names;
}

std::string_view name_of(From from) {
  return from_names()[static_cast<std::size_t>(from)];
}

bool empty_is_none(From from) {
  return from == From::csv || from == From::records || from == From::fixed || from == From::xml ||
         from == From::zip;
}

From Mapping::from() const {
  return plan_->from;
}
const std::string& Mapping::to() const {
  return plan_->to;
}

std::vector<std::string> Mapping::files() const {
  std::vector<std::string> out;
  collect_files(plan_->nests, out);
  return out;
}

std::map<std::string, std::set<std::string>> Mapping::sections_and_nests() const {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& [section, nests] : plan_->mentions.sections)
    out[section].insert(nests.begin(), nests.end());
  return out;
}

std::string Mapping::file_of_nest(std::string_view name) const {
  const Nest* nest = find_nest(plan_->nests, name);
  return nest == nullptr ? std::string{} : nest->file;
}

std::vector<std::string> Mapping::columns_read(std::string_view file) const {
  std::vector<std::string> read;
  const auto add = [&](const std::optional<std::vector<std::string>>& declared) {
    if (!declared) return;
    for (const std::string& column : *declared)
      if (mentions_member(column)) read.push_back(column);
  };
  if (file.empty())
    add(plan_->columns);
  else
    add_columns(plan_->nests, file, add);
  return read;
}

std::vector<std::string_view> engine_variables() {
  return {given_variables.begin(), given_variables.end()};
}

const std::set<std::string>& Mapping::adds() const {
  return plan_->adds;
}

bool Mapping::mentions_variable(std::string_view name) const {
  return plan_->mentions.variables.contains(name);
}

bool Mapping::mentions_member(std::string_view name) const {
  return plan_->mentions.members.contains(name);
}

std::vector<std::string> Mapping::variables() const {
  std::vector<std::string> out;
  for (const Variable& variable : plan_->variables)
    if (variable.declared) out.push_back(variable.name);
  return out;
}

}  // namespace charmille::mapping
