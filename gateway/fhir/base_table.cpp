#include "gateway/fhir/base_table.h"

#include <charconv>
#include <set>

#include "gateway/fhir/compiling.h"

namespace charmille::fhir {
namespace {

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = many;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string profile_url(std::string_view name) {
  return name.starts_with("http") ? std::string(name) : std::string(base_url).append(name);
}

/// "Reference(Patient|Group),string"
std::vector<TypeUse> types_of(std::string_view text) {
  std::vector<TypeUse> types;
  if (text == "-") return types;
  for (const std::string_view one : parts_of(text, ',')) {
    const std::size_t open = one.find('(');
    TypeUse use{std::string(one.substr(0, open)), {}, {}};
    if (open != one.npos)
      for (const std::string_view target :
           parts_of(one.substr(open + 1, one.size() - open - 2), '|'))
        use.targets.push_back(profile_url(target));
    types.push_back(std::move(use));
  }
  return types;
}

/// An element while its children come, line by line.
struct Draft {
  Element element;
  std::vector<std::unique_ptr<Draft>> children;
};

/// The lines of one type.
class Block {
 public:
  Block(std::span<const std::string_view> head, std::shared_ptr<const fhirpath::Model> model)
      : definition_(std::make_shared<Definition>()), compiling_(*definition_, std::move(model)) {
    definition_->type = head[1];
    definition_->url = profile_url(head[1]);
    definition_->version = "4.0.1";
    if (head[2] != "-") definition_->base = head[2];
    definition_->kind = head[0] == "primitive"  ? Definition::Kind::primitive
                        : head[0] == "resource" ? Definition::Kind::resource
                                                : Definition::Kind::complex;
    root_.element.name = head[1];
  }

  void element(std::span<const std::string_view> fields) {
    const std::string_view path = fields[0].substr(1);
    auto draft = std::make_unique<Draft>();
    Element& element = draft->element;
    const std::size_t dot = path.rfind('.');
    element.name = path.substr(dot == path.npos ? 0 : dot + 1);
    element.choice = element.name.ends_with("[x]");
    if (element.choice) element.name.resize(element.name.size() - 3);
    element.min = number_of(fields[1]);
    element.max = number_of(fields[2]);
    element.repeats = element.max != 1 && element.max != 0;
    if (fields[3].starts_with('#'))
      element.same_as = fields[3].substr(1);
    else
      element.types = types_of(fields[3]);
    if (fields.size() > 5) element.value_set = fields[5];
    at(path.substr(0, dot == path.npos ? 0 : dot)).children.push_back(std::move(draft));
  }

  void constraint(std::span<const std::string_view> fields) {
    at(fields[0].substr(1))
        .element.constraints.push_back(
            compiling_.constraint(fields[1], fields[2] == "error", fields[3], fields[4]));
  }

  const std::string& base() const { return definition_->base; }
  const std::string& type() const { return definition_->type; }

  /// With the elements of `base`, if it has one.
  DefinitionPtr finish(const Types& done) {
    compiling_.done();
    const auto base = done.find(definition_->base);
    definition_->root =
        complete(root_, base == done.end() ? nullptr : base->second->root.content.get(), done);
    definition_->root.name = definition_->type;
    return definition_;
  }

 private:
  /// The draft at a path; one whose last step names no element is its own parent.
  Draft& at(std::string_view path) {
    Draft* draft = &root_;
    if (path.empty()) return *draft;
    for (std::string_view step : parts_of(path, '.')) {
      if (step.ends_with("[x]")) step.remove_suffix(3);
      for (const auto& child : draft->children)
        if (child->element.name == step) {
          draft = child.get();
          break;
        }
    }
    return *draft;
  }

  static Element complete(Draft& draft, const Content* base, const Types& done) {
    Element element = std::move(draft.element);
    if (base == nullptr && draft.children.empty()) return element;
    auto content = std::make_shared<Content>();
    if (base != nullptr) content->elements = base->elements;
    for (const auto& child : draft.children) {
      const Content* of_type = nullptr;
      if (!child->children.empty() && !child->element.types.empty()) {
        const auto type = done.find(child->element.types.front().code);
        if (type != done.end()) of_type = type->second->root.content.get();
      }
      content->elements.push_back(complete(*child, of_type, done));
    }
    content->index();
    element.content = std::move(content);
    return element;
  }

  std::shared_ptr<Definition> definition_;
  Compiling compiling_;
  Draft root_;
};

void add_values(std::span<const std::string_view> fields, Terminology& terminology) {
  for (const std::string_view part : fields.subspan(2)) {
    const auto words = parts_of(part, ' ');
    terminology.add(std::string(fields[1]), words.front(), {words.begin() + 1, words.end()});
  }
}

void finish(Block& block, std::map<std::string, std::unique_ptr<Block>, std::less<>>& open,
            Types& done) {
  if (done.contains(block.type())) return;
  for (const std::string& name : {block.base(), std::string("BackboneElement")})
    if (const auto at = open.find(name); at != open.end() && at->second.get() != &block &&
                                         name != block.type() && block.type() != "Element")
      finish(*at->second, open, done);
  done.emplace(block.type(), block.finish(done));
}

}  // namespace

Types read_base_types(std::string_view table, const std::shared_ptr<const fhirpath::Model>& model,
                      Terminology& terminology) {
  std::map<std::string, std::unique_ptr<Block>, std::less<>> blocks;
  Block* block = nullptr;
  for (const std::string_view line : parts_of(table, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto fields = parts_of(line, '\t');
    if (fields[0] == "values") {
      add_values(fields, terminology);
    } else if (block != nullptr && line.starts_with('=')) {
      block->element(fields);
    } else if (block != nullptr && line.starts_with('!')) {
      block->constraint(fields);
    } else {
      auto made = std::make_unique<Block>(fields, model);
      block = made.get();
      blocks.emplace(std::string(fields[1]), std::move(made));
    }
  }
  Types done;
  for (const auto& entry : blocks) finish(*entry.second, blocks, done);
  return done;
}

}  // namespace charmille::fhir
