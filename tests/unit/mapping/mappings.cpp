#include "tests/unit/mapping/mappings.h"

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"

namespace charmille::mapping::testing {
namespace {

constexpr std::string_view head = "mapping: t\nfrom: json\nto: tree\ntemplate:\n";

}  // namespace

std::shared_ptr<const Mapping> mapping_of(std::string_view yaml) {
  auto loaded = load({"t.yaml", "t.yaml", {}}, yaml);
  if (!loaded)
    for (const Fault& fault : loaded.error()) MESSAGE(base::describe(fault, base::Language::en));
  REQUIRE(loaded.has_value());
  return *loaded;
}

std::vector<Fault> faults_of(std::string_view yaml, const std::string& schemas) {
  auto loaded = load({"t.yaml", "t.yaml", schemas}, yaml);
  return loaded ? std::vector<Fault>{} : loaded.error();
}

std::string brief(const std::vector<Fault>& faults) {
  std::string out;
  for (const Fault& f : faults)
    out += (out.empty() ? "" : "; ") + std::string(f.code) + " " + std::to_string(f.place.line) +
           ":" + std::to_string(f.place.column);
  return out;
}

std::string run(std::string_view body, std::string_view input) {
  const auto mapping = mapping_of(std::string(head) + std::string(body));
  const tree::Document document = json(input);
  const std::vector<Item> items = apply(*mapping, document, nullptr, {});
  REQUIRE(items.size() == 1);
  return items[0].good() ? codec::write_json(items[0].document.root()) : brief(items[0].faults);
}

std::string wrong(std::string_view body) {
  std::vector<Fault> faults = faults_of(std::string(head) + std::string(body));
  for (Fault& fault : faults) fault.place.line -= 4;
  return brief(faults);
}

tree::Document json(std::string_view text) {
  auto document = codec::read_json(text, "in.json");
  REQUIRE(document.has_value());
  return std::move(*document);
}

}  // namespace charmille::mapping::testing
