#include "gateway/mapping/evaluate.h"

#include "gateway/fhirpath/expression.h"

namespace charmille::mapping {

using fhirpath::Collection;
using fhirpath::Value;

Result<tree::Document> evaluate(std::string_view expression, const tree::Document& input,
                                const Variables& variables) {
  fhirpath::Scope scope;
  for (const std::string_view name : variables.names()) scope.declare(std::string(name));
  auto compiled = fhirpath::compile(expression, scope, base::Place{"expression", 1, 1, {}});
  if (!compiled) return fail(std::move(compiled.error()));
  tree::Document out;
  for (const std::string& file : input.files()) out.add_file(file);
  for (const tree::Attachment& attachment : input.attachments()) out.add_attachment(attachment);
  fhirpath::Context context(out.files(), out.arena(), scope.slots(), scope.members());
  for (const std::string_view name : variables.names()) {
    Collection value;
    value.add_node(*variables.find(name), out.arena());
    context.set(scope.find(name), std::move(value));
  }
  Collection root;
  root.add_node(input.root(), out.arena());
  context.set_resource(Collection::view(root.items()));
  const Collection result = compiled->evaluate(context, root.items());
  if (context.failed()) return fail(*context.take_fault());
  std::vector<tree::Node> items;
  for (const Value& value : result) items.push_back(value.to_node(out));
  out.set_root(out.array(items));
  return out;
}

}  // namespace charmille::mapping
