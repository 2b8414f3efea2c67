// Any expression on any tree, with the model of FHIR R4 or without one: never a crash, never more
// work than the limits allow. The input is an expression, a zero byte, and JSON.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/codec/codec.h"
#include "gateway/fhirpath/expression.h"
#include "gateway/fhirpath/types.h"

using namespace charmille;

namespace {

void evaluate(std::string_view text, const tree::Document& input, bool r4) {
  const auto model = r4 ? fhirpath::Model::fhir_r4() : nullptr;
  const auto root = fhirpath::Value::of(input.root());
  fhirpath::Scope scope;
  scope.set_clock(true);
  if (model) {
    scope.set_model(model);
    const auto type = fhirpath::model_type(root, model.get());
    if (type != fhirpath::untyped) scope.set_resource({type});
  }
  const auto expression = fhirpath::compile(text, scope, base::Place{"rule", 1, 1, {}});
  if (!expression) return;
  tree::Document out;
  fhirpath::Context context(input.files(), out.arena(), scope.slots(), scope.members(),
                            {20'000, 1U << 16});
  context.set_model(model.get());
  context.set_now(*fhirpath::Temporal::parse_date_time("2026-11-22T10:30:00.000+01:00"));
  context.set_resource(root);
  for (const auto& value : expression->evaluate(context, std::span(&root, 1)))
    (void)value.to_node(out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\0'), all.size());
  const std::string_view json = all.substr(std::min(all.size(), end + 1));
  const auto input = codec::read_json(json.empty() ? "{}" : json, "in");
  if (!input || input->root().is(tree::Kind::null) || input->root().is(tree::Kind::array)) return 0;
  evaluate(all.substr(0, end), *input, false);
  evaluate(all.substr(0, end), *input, true);
  return 0;
}
