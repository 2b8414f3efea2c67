// Bytes as a configuration, as a policy and as a pattern of file names: faults, never a crash; what
// is accepted fits its own rules.
#include "gateway/base/bytes.h"
#include "gateway/config/validate.h"
#include "gateway/config/yaml.h"

namespace {

using namespace charmille;
using tree::FieldType;

const tree::Spec& adapter_spec() {
  static const tree::Spec spec{
      "file", "", "", {{.name = "folder", .type = FieldType::path, .required = true}}};
  return spec;
}
const tree::Spec& codec_spec() {
  static const tree::Spec spec{"csv", "", "", {{.name = "format"}, {.name = "delimiter"}}};
  return spec;
}

const config::Surroundings& surroundings() {
  static const adapters::Adapter file{.name = "file",
                                      .source = &adapter_spec(),
                                      .destination = &adapter_spec(),
                                      .guarantees_fr = {},
                                      .guarantees_en = {}};
  static const adapters::Adapter* const all[] = {&file};
  static const config::Surroundings s = [] {
    config::Surroundings made;
    made.adapters = all;
    made.codecs = {{"csv", &codec_spec(), &codec_spec()}};
    made.mappings = {{"eo/enfants", "csv", "child-record", {"departement"}},
                     {"departement/placements", "child-record", "tree", {}}};
    return made;
  }();
  return s;
}

void validate_both(std::string_view text) {
  auto files = config::files_of(text, "fuzz.yaml", "/site", {{"p.yaml", std::string(text)}});
  if (!files) return;
  const auto result = config::validate(std::move(*files), surroundings());
  if ((result.site == nullptr) == result.faults.empty()) __builtin_trap();
  for (const Fault& f : result.faults) base::describe(f, base::Language::fr);
  std::vector<Fault> faults;
  if (const auto document = config::read_yaml(text, "p.yaml"))
    config::read_policy(*document, faults);
}

void match_pattern(std::string_view text) {
  const std::size_t line = text.find('\n');
  const auto pattern = config::NamePattern::parse(text.substr(0, line));
  if (!pattern || line == text.npos) return;
  const auto values = pattern->match(text.substr(line + 1));
  if (!values) return;
  // A name that was recognised is made again from its values, and recognised as the same.
  if (const auto name = pattern->fill(*values); name && pattern->match(*name) == std::nullopt)
    __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = charmille::base::as_text({data, size});
  validate_both(text);
  match_pattern(text);
  return 0;
}
