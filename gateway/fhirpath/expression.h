// FHIRPath (HL7 FHIRPath 2.0.0): an expression is compiled once and evaluated many times, from any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/fhirpath/context.h"
#include "gateway/fhirpath/model.h"
#include "gateway/fhirpath/table.h"
#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

struct Program;

/// What expressions may mention, while they are compiled: %variables, tables. One scope serves all
/// expressions that are evaluated with one Context.
class Scope {
 public:
  /// A new slot for %`name`; it hides an older one of the same name until `leave`.
  std::uint32_t declare(std::string name);
  std::size_t mark() const { return visible_.size(); }
  void leave(std::size_t mark) { visible_.resize(mark); }
  /// The slot of %`name`, or npos.
  std::uint32_t find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  std::string_view name_of(std::uint32_t slot) const { return names_[slot]; }

  void add_table(std::shared_ptr<const Table> table);
  std::shared_ptr<const Table> table(std::string_view name) const;
  std::vector<std::string_view> table_names() const;

  /// Reads the input with a model, and checks paths against it.
  void set_model(std::shared_ptr<const Model> model) {
    model_ = model;
    shapes_ = std::move(model);
  }
  const Model* model() const { return model_.get(); }
  /// Checks paths against types that say nothing at run time: columns, a JSON Schema.
  void set_shapes(std::shared_ptr<const Model> shapes) { shapes_ = std::move(shapes); }
  const Model* shapes() const { return shapes_.get(); }
  /// The types of what bare paths read, of %context, and of variables, as far as they are known.
  void set_root(Types types) { root_ = std::move(types); }
  const Types& root() const { return root_; }
  /// What bare paths read and %context is; blocks inside change the root alone.
  void set_resource(Types types) {
    context_ = types;
    root_ = std::move(types);
  }
  const Types& context() const { return context_; }
  void set_types(std::uint32_t slot, Types types) { types_[slot] = std::move(types); }
  const Types& types_of(std::uint32_t slot) const;

  /// now(), today() and timeOfDay() may be asked. A mapping may not: its result depends on its
  /// input alone.
  void set_clock(bool clock) { clock_ = clock; }
  bool clock() const { return clock_; }

  /// Bare paths are refused: only %variables may be read.
  void set_strict(bool strict) { strict_ = strict; }
  bool strict() const { return strict_; }

  std::uint32_t slots() const { return slots_; }
  std::uint32_t members() const { return members_; }
  std::uint32_t add_member() { return members_++; }

  static constexpr std::uint32_t npos = 0xFFFFFFFF;

 private:
  std::vector<std::pair<std::string, std::uint32_t>> visible_;
  std::vector<std::string> names_;  ///< of every slot
  std::map<std::string, std::shared_ptr<const Table>, std::less<>> tables_;
  std::uint32_t slots_ = 0;
  std::uint32_t members_ = 0;
  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Model> shapes_;
  Types root_;
  Types context_;
  std::map<std::uint32_t, Types> types_;
  bool clock_ = false;
  bool strict_ = false;
};

class Expression {
 public:
  /// The result for `focus` (usually one item: what bare paths read). On a fault the result is
  /// empty and `context.failed()`.
  Collection evaluate(Context& context, std::span<const Value> focus) const;

  /// The text, number or boolean that the expression reads from `focus`, when it is a bare name and
  /// the item an object without a model; else nullptr, which says nothing about the result.
  const tree::Node* plain_node(Context& context, std::span<const Value> focus) const;

  const std::string& text() const;
  const base::Place& place() const;
  /// Names of members that it reads, and slots of variables.
  const std::set<std::string, std::less<>>& members() const;
  const std::set<std::uint32_t>& variables() const;
  const std::set<std::string, std::less<>>& tables() const;
  /// Of what its result is, as far as the scope's types tell.
  const Types& types() const;

 private:
  friend Result<Expression> compile(std::string_view, Scope&,
                                    const std::function<base::Place(std::size_t)>&);
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

/// Where the byte `at` of an expression stands, for faults.
using Locate = std::function<base::Place(std::size_t at)>;

/// The expression `text`. A mistake is a fault at its character.
Result<Expression> compile(std::string_view text, Scope& scope, const Locate& locate);
/// The same for an expression that begins at `place` and stands there as it is.
Result<Expression> compile(std::string_view text, Scope& scope, const base::Place& place);

}  // namespace charmille::fhirpath
