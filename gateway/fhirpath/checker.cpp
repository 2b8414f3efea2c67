#include "gateway/fhirpath/checker.h"

#include <algorithm>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/catalogue.h"
#include "gateway/fhirpath/functions.h"

namespace charmille::fhirpath {
namespace {

class Checker {
 public:
  Checker(const Program& program, const Scope& scope)
      : program_(program), scope_(scope), model_(*scope.shapes()) {}

  Result<Types> run() {
    Types out = of(program_.root, scope_.root(), true);
    if (fault_) return fail(std::move(*fault_));
    return out;
  }

 private:
  /// The types of the result of an operation whose bare paths read items of `focus`.
  Types of(std::uint32_t index, const Types& focus, bool at_root) {
    if (index == Op::none || fault_) return {};
    const Op& op = program_.ops[index];
    switch (op.kind) {
      case Kind::self:
        return focus;
      case Kind::context:
        return scope_.context();
      case Kind::variable:
        return scope_.types_of(op.slot);
      case Kind::member:
        if (op.left == Op::none) return first_step(op, focus, at_root);
        return element(op, of(op.left, focus, at_root));
      case Kind::item: {
        Types items = of(op.left, focus, at_root);
        of(op.right, focus, at_root);
        return items;
      }
      case Kind::call:
        return call(op, focus, at_root);
      case Kind::as_type:
        return narrowed(of(op.left, focus, at_root), op.type);
      case Kind::unite: {
        Types all = of(op.left, focus, at_root);
        const Types more = of(op.right, focus, at_root);
        if (all.empty() || more.empty()) return {};
        all.insert(all.end(), more.begin(), more.end());
        return all;
      }
      default:
        of(op.left, focus, at_root);
        of(op.right, focus, at_root);
        return {};
    }
  }

  /// What is of the type already keeps its own, narrower one.
  Types narrowed(const Types& from, const TypeName& type) const {
    if (type.model_type == untyped) return {};
    Types out;
    for (const TypeId one : from)
      if (one != untyped && model_.is_a(one, type.model_type)) out.push_back(one);
    return out.empty() ? Types{type.model_type} : out;
  }

  /// A bare name: an element, or the type of the root itself (`Patient.name`).
  Types first_step(const Op& op, const Types& focus, bool at_root) {
    const TypeId named = model_.find(op.name);
    if (focus.empty()) {
      const bool type = at_root && named != untyped && model_.is_resource(named);
      return type ? Types{named} : Types{};
    }
    // Each item decides for itself whether the name is its type or one of its elements.
    Types selves, others;
    for (const TypeId type : focus) {
      const bool self =
          named != untyped && model_.is_a(type, named) && model_.element(type, op.name) == nullptr;
      (self ? selves : others).push_back(type);
    }
    if (selves.empty()) return element(op, focus);
    for (const TypeId type : others)
      if (const Model::Element* found = model_.element(type, op.name))
        for (const Model::Form& form : found->forms) selves.push_back(form.type);
    return std::ranges::find(selves, untyped) != selves.end() ? Types{} : selves;
  }

  Types element(const Op& op, const Types& from) {
    Types out;
    bool open = from.empty() || op.name == "resourceType";
    for (const TypeId type : from) {
      // What stands in the place of any resource may be of each type.
      if (is_any_resource(type)) open = true;
      const Model::Element* element = model_.element(type, op.name);
      if (element == nullptr) continue;
      for (const Model::Form& form : element->forms) {
        open |= form.type == untyped;
        out.push_back(form.type);
      }
    }
    if (out.empty() && !open) refuse(op, from.front());
    return open ? Types{} : out;
  }

  bool is_any_resource(TypeId type) const {
    const std::string_view name = model_.type(type).name;
    return name == "Resource" || name == "DomainResource";
  }

  Types call(const Op& op, const Types& focus, bool at_root) {
    Types input = op.left == Op::none ? focus : of(op.left, focus, at_root);
    const bool criterion = op.function->criterion;
    Types argument;
    for (std::uint32_t i = 0; i < op.argument_count; ++i) {
      const std::uint32_t index = program_.arguments[op.first_argument + i];
      // The start of aggregate() is evaluated outside; repeat() runs on what it gave, too.
      const bool inside = criterion && !(i == 1 && op.function->name == "aggregate");
      const bool again = op.function->name == "repeat";
      Types found = of(index, again ? Types{} : inside ? input : focus, !inside && at_root);
      if (i == 0) argument = std::move(found);
    }
    switch (op.function->gives) {
      case Gives::input:
        return input;
      case Gives::argument:
        return argument;
      case Gives::type:
        return narrowed(input, op.type);
      case Gives::unknown:
        break;
    }
    return {};
  }

  void refuse(const Op& op, TypeId type) {
    base::Place place = program_.place;
    place.line = op.line;
    place.column = op.column;
    std::vector<std::string_view> names;
    for (const Model::Element& one : model_.type(type).elements) names.push_back(one.name);
    fault_ = charmille::fault(model_.unknown(), place,
                              {{"name", base::printable(op.name)},
                               {"type", std::string(model_.type(type).name)},
                               base::suggestion(op.name, names)});
  }

  const Program& program_;
  const Scope& scope_;
  const Model& model_;
  std::optional<Fault> fault_;
};

}  // namespace

Result<Types> check_paths(const Program& program, const Scope& scope) {
  if (scope.shapes() == nullptr) return Types{};
  return Checker(program, scope).run();
}

}  // namespace charmille::fhirpath
