#include "gateway/mapping/evaluate.h"

#include "gateway/fhirpath/expression.h"
#include "gateway/fhirpath/types.h"

namespace charmille::mapping {

using fhirpath::Collection;
using fhirpath::Value;

Result<tree::Document> evaluate(std::string_view expression, const tree::Document& input,
                                const Variables& variables, const Evaluation& how) {
  fhirpath::Scope scope;
  scope.set_clock(true);
  if (how.model) {
    scope.set_model(how.model);
    const auto root = fhirpath::model_type(Value::of(input.root()), how.model.get());
    if (root != fhirpath::untyped) scope.set_resource({root});
  }
  for (const std::string_view name : variables.names()) scope.declare(std::string(name));
  auto compiled = fhirpath::compile(expression, scope, base::Place{"expression", 1, 1, {}});
  if (!compiled) return fail(std::move(compiled.error()));
  tree::Document out;
  for (const std::string& file : input.files()) out.add_file(file);
  for (const tree::Attachment& attachment : input.attachments()) out.add_attachment(attachment);
  fhirpath::Context context(out.files(), out.arena(), scope.slots(), scope.members());
  context.set_model(how.model.get());
  context.set_trace(how.trace);
  if (const auto now = fhirpath::Temporal::parse_date_time(base::to_rfc3339(how.now)))
    context.set_now(*now);
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
