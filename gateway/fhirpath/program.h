// A compiled expression: operations that refer to each other by index.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/fhirpath/lexer.h"
#include "gateway/fhirpath/regex.h"
#include "gateway/fhirpath/table.h"
#include "gateway/fhirpath/types.h"
#include "gateway/fhirpath/value.h"

namespace charmille::fhirpath {

struct Function;

enum class Kind : std::uint8_t {
  literal,
  nothing,  ///< {}
  self,     ///< $this
  index,    ///< $index
  total,    ///< $total
  context,  ///< %context
  variable,
  member,  ///< .name, or a bare name
  item,    ///< [n]
  call,
  negate,
  is_type,
  as_type,
  // Binary operators.
  multiply,
  divide,
  whole_divide,
  modulo,
  add,
  subtract,
  concatenate,
  unite,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  equivalent,
  not_equivalent,
  is_in,
  contains,
  both,
  either,
  one_of,
  implies,
};

struct Op {
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  Kind kind = Kind::nothing;
  std::uint32_t left = none;         ///< input of a step or call (none: the focus), left operand
  std::uint32_t right = none;        ///< index or right operand
  std::uint32_t slot = 0;            ///< of a variable; number of a member step
  std::uint32_t first_argument = 0;  ///< in Program::arguments
  std::uint32_t argument_count = 0;
  const Function* function = nullptr;
  std::string_view name;  ///< of a member
  TypeName type;          ///< of is, as and ofType
  Value literal;
  std::shared_ptr<const Regex> regex;  ///< of a call whose pattern is a literal
  std::shared_ptr<const Table> table;  ///< of a call of translate
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Program {
  std::string text;
  base::Place place;
  std::vector<Op> ops;
  std::vector<std::uint32_t> arguments;
  std::uint32_t root = 0;
  tree::Arena arena;  ///< characters and literals
  std::set<std::string, std::less<>> members;
  std::set<std::uint32_t> variables;
  std::set<std::string, std::less<>> tables;
  Types types;  ///< of the result
};

}  // namespace charmille::fhirpath
