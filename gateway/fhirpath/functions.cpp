#include "gateway/fhirpath/functions.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace charmille::fhirpath {
namespace {

const std::unordered_map<std::string_view, const Function*>& by_name() {
  static const auto table = [] {
    std::unordered_map<std::string_view, const Function*> functions;
    for (const auto part :
         {existence_functions(), subset_functions(), conversion_functions(), text_functions(),
          math_functions(), boundary_functions(), model_functions(), utility_functions(),
          escape_functions(), own_functions()})
      for (const Function& function : part) functions.emplace(function.name, &function);
    return functions;
  }();
  return table;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto at = by_name().find(name);
  return at == by_name().end() ? nullptr : at->second;
}

std::span<const std::string_view> function_names() {
  static const auto names = [] {
    std::vector<std::string_view> all;
    for (const auto& [name, function] : by_name()) all.push_back(name);
    std::ranges::sort(all);
    return all;
  }();
  return names;
}

bool Call::text_of(const Collection& c, std::string_view& into) {
  const Value* value = single(c);
  if (value == nullptr) return false;
  if (!value->is(Type::text)) {
    evaluator_.fault(op_, c, "CH-PATH-033", {{"wanted", "String"}});
    return false;
  }
  into = value->chars();
  return true;
}

bool Call::text_argument(std::size_t i, std::string_view& into) {
  return text_of(argument(i), into);
}

bool Call::integer_argument(std::size_t i, std::int64_t& into) {
  const Collection c = argument(i);
  const Value* value = single(c);
  if (value == nullptr) return false;
  const auto number = value->as_integer();
  if (!number) {
    evaluator_.fault(op_, c, "CH-PATH-033", {{"wanted", "Integer"}});
    return false;
  }
  into = *number;
  return true;
}

Collection Call::result(std::string_view computed) {
  return evaluator_.text(op_, computed, {}, origin());
}

}  // namespace charmille::fhirpath
