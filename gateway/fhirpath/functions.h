// The functions of the language: one table, in which each file of functions/ has its lines.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/fhirpath/evaluator.h"

namespace charmille::fhirpath {

/// One call at run time: the input, and the arguments, evaluated when asked for.
class Call {
 public:
  Call(Evaluator& evaluator, const Op& op, const Focus& focus, Collection& input)
      : evaluator_(evaluator), op_(op), focus_(focus), input_(input) {}

  Collection& input() { return input_; }
  const Op& op() const { return op_; }
  const Focus& focus() const { return focus_; }
  Evaluator& evaluator() { return evaluator_; }
  Context& context() { return evaluator_.context(); }
  tree::Arena& arena() { return context().arena(); }
  tree::Origin origin() const { return input_.empty() ? tree::Origin{} : input_.front().origin(); }

  std::size_t argument_count() const { return op_.argument_count; }
  /// Evaluated where the call stands.
  Collection argument(std::size_t i) { return evaluator_.argument(op_, i, focus_); }
  /// Evaluated with `item` as $this.
  Collection argument_on(std::size_t i, const Value& item, std::int64_t index,
                         const Collection* total = nullptr) {
    return evaluator_.argument(op_, i,
                               Focus{std::span(&item, 1), index, total ? total : focus_.total});
  }
  /// The one item of the input or of an argument; nullptr when there is none; a fault when there
  /// are several.
  const Value* single() { return evaluator_.single(input_, op_); }
  const Value* single(const Collection& c) { return evaluator_.single(c, op_); }

  /// The text of the input; false when it is empty, or after a fault when it is something else.
  bool text(std::string_view& into) { return text_of(input_, into); }
  bool text_argument(std::size_t i, std::string_view& into);
  bool integer_argument(std::size_t i, std::int64_t& into);
  bool text_of(const Collection& c, std::string_view& into);

  /// A computed text, at the origin of the input.
  Collection result(std::string_view computed);
  Collection result(bool value) { return Value::boolean(value, origin()); }
  Collection too_many_steps() { return evaluator_.too_many_steps(op_, input_); }
  Collection fault(std::string_view code, base::Args args = {}) {
    return evaluator_.fault(op_, input_, code, std::move(args));
  }

 private:
  Evaluator& evaluator_;
  const Op& op_;
  const Focus& focus_;
  Collection& input_;
};

using Run = Collection (*)(Call& call);

/// What the compiler does with the first argument.
enum class First : std::uint8_t {
  plain,
  regex,
  table,
  type,
  date_format,
  sort,
  variable,
  sentence
};

/// Of which types the result is, for the checks before any input is seen.
enum class Gives : std::uint8_t { unknown, input, argument, type };

struct Function {
  std::string_view name;
  std::uint8_t least;
  std::uint8_t most;
  Run run;
  First first = First::plain;
  bool criterion = false;  ///< arguments are evaluated on each item of the input
  Gives gives = Gives::unknown;
  bool clock = false;  ///< its result depends on when it is asked
};

const Function* find_function(std::string_view name);
std::span<const std::string_view> function_names();

// The lines of the table, by file.
std::span<const Function> existence_functions();
std::span<const Function> subset_functions();
std::span<const Function> conversion_functions();
std::span<const Function> text_functions();
std::span<const Function> math_functions();
std::span<const Function> boundary_functions();
std::span<const Function> model_functions();
std::span<const Function> utility_functions();
std::span<const Function> escape_functions();
std::span<const Function> own_functions();

}  // namespace charmille::fhirpath
