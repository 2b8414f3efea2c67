// A compiled template: a tree of rules, each of which yields a value or nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/fhirpath/expression.h"
#include "gateway/tree/document.h"

namespace charmille::mapping {

struct Rule;
using RulePtr = std::unique_ptr<Rule>;

/// `{{ a }}`, or `{{+ a +}}` when `keep_null`; or, without an expression, characters that stand for
/// themselves.
struct Part {
  std::string_view text;
  std::optional<fhirpath::Expression> expression;
  bool keep_null = false;
};

struct Rule {
  enum class Kind : std::uint8_t {
    literal,  ///< `literal`
    single,   ///< {{ parts[0] }}: the first item
    list,     ///< {[ parts[0] ]}: all items
    joined,   ///< text {{ a }} text: parts in order
    object,   ///< members
    array,    ///< bodies
    choice,   ///< if parts[0] then bodies[0] else bodies[1]
    each,     ///< for item in parts[0]: bodies[0]
    context,  ///< {{ parts[0] }}: bodies[0] with each item as the resource
    merge,    ///< bodies, left to right
  };
  struct Member {
    std::string_view key;
    tree::Origin origin;  ///< of the key
    RulePtr rule;
    bool splice = false;  ///< a block beside other keys: its object is merged into this one
  };

  Kind kind = Kind::literal;
  tree::Origin origin;  ///< in the mapping file
  tree::Origin other;   ///< of a choice: where its else stands
  std::string path;     ///< of the value in the output: persons[].name
  tree::Node literal;
  std::vector<Part> parts;
  std::vector<std::pair<std::uint32_t, RulePtr>>
      assigns;  ///< slot and value, in order, before the rest
  std::vector<Member> members;
  std::vector<RulePtr> bodies;
  bool whole = true;  ///< of an object: no splice, so that `shape` fits when no member is empty
  tree::Shape shape;
  std::uint32_t item_slot = fhirpath::Scope::npos;
  std::uint32_t index_slot = fhirpath::Scope::npos;
};

}  // namespace charmille::mapping
