// Runs a compiled expression.
#pragma once

#include <cstdint>
#include <span>

#include "gateway/fhirpath/context.h"
#include "gateway/fhirpath/program.h"
#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

/// What bare paths read ($this), and $index and $total inside a criterion.
struct Focus {
  std::span<const Value> items;
  std::int64_t index = -1;
  const Collection* total = nullptr;
};

/// A boolean that may be unknown.
enum class Truth : std::uint8_t { no, yes, unknown };

class Evaluator {
 public:
  Evaluator(const Program& program, Context& context) : program_(program), context_(context) {}

  Collection run(std::uint32_t op, const Focus& focus);
  Collection run_root(const Focus& focus) { return run(program_.root, focus); }
  Collection argument(const Op& op, std::size_t i, const Focus& focus) {
    return run(program_.arguments[op.first_argument + i], focus);
  }

  Context& context() { return context_; }
  const Value* single(const Collection& c, const Op& op);
  /// §4.5, singleton evaluation: one item that is no boolean counts as true.
  Truth truth(const Collection& c, const Op& op);
  /// Notes a fault at the origin of `c` (or of the focus) that names the rule and the field; gives
  /// nothing.
  Collection fault(const Op& op, const Collection& c, std::string_view code, base::Args args = {});
  Collection too_many_steps(const Op& op, const Collection& c);
  /// The items without those that equal an earlier one.
  Collection distinct(const Op& op, std::span<const Value> items);
  bool has_type(const Value& value, const TypeName& type) const {
    return fhirpath::has_type(value, type, context_.model());
  }
  /// Two texts put together, within the limits.
  Collection text(const Op& op, std::string_view left, std::string_view right, tree::Origin origin);
  Collection fault_at(const Op& op, tree::Origin origin, std::string_view code,
                      base::Args args = {});

 private:
  Collection member(const Op& op, std::span<const Value> from, bool at_root);
  Collection binary(const Op& op, const Focus& focus);
  Collection of_collections(const Op& op, const Collection& left, const Collection& right);
  Collection system_values(std::span<const Value> items);
  Collection of_items(const Op& op, const Value& a, const Value& b);
  Collection joined(const Op& op, const Value* a, const Value* b);
  Collection logic(const Op& op, const Focus& focus);
  Collection call(const Op& op, const Focus& focus);
  Collection indexed(const Op& op, const Focus& focus);
  Collection typed(const Op& op, const Focus& focus);

  const Program& program_;
  Context& context_;
};

}  // namespace charmille::fhirpath
