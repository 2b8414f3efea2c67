// Any text as an expression, on a small tree: compiled or refused, evaluated within its limits,
// never a crash.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/fhirpath/expression.h"

using namespace charmille;

namespace {

struct Input {
  Input() {
    const std::uint16_t file = document.add_file("in");
    const tree::Node list[] = {document.integer(3, {file, 1, 1}),
                               document.number("1.50", {file, 1, 2})};
    const tree::Node inner[] = {document.object(
        {{"use", document.text("été", {file, 2, 1})}, {"n", document.array(list)}})};
    document.set_root(document.object({{"resourceType", document.text("Child")},
                                       {"a", document.text("12/03/2014", {file, 3, 1})},
                                       {"b", document.array(list)},
                                       {"c", document.array(inner)},
                                       {"d", tree::Node::boolean(true)}}));
  }
  tree::Document document;
};

std::shared_ptr<const fhirpath::Table> table() {
  tree::Document codes;
  codes.set_root(codes.object({{"F", codes.text("female")}, {"", tree::Node::null()}}));
  return std::make_shared<const fhirpath::Table>("t", std::move(codes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Input input;
  static const auto codes = table();
  fhirpath::Scope scope;
  scope.declare("x");
  scope.add_table(codes);
  auto expression = fhirpath::compile({reinterpret_cast<const char*>(data), size}, scope,
                                      base::Place{"rule", 1, 1, {}});
  if (!expression) return 0;
  tree::Document out;
  fhirpath::Context context(input.document.files(), out.arena(), scope.slots(), scope.members(),
                            {20'000, 1U << 16});
  const auto root = fhirpath::Value::of(input.document.root());
  context.set_resource(root);
  const auto result = expression->evaluate(context, std::span(&root, 1));
  for (const auto& value : result) (void)value.to_node(out);
  return 0;
}
