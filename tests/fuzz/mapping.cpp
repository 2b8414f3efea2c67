// Any text as a mapping file: refused with faults or compiled, then run over a small lot and its
// own tests.
#include "gateway/mapping/mapping.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/mapping/cases/test_run.h"
#include "gateway/mapping/joins.h"

using namespace charmille;

namespace {

tree::Document lot() {
  tree::Document d;
  const std::uint16_t file = d.add_file("in.csv");
  const tree::Node rows[] = {
      d.object({{"Id", d.text("1", {file, 2, 1})}, {"Nom", d.text(" Été ", {file, 2, 2})}},
               {file, 2, 1}),
      d.object({{"Id", d.text("2", {file, 3, 1})}, {"Nom", d.text("31/02/2014", {file, 3, 2})}},
               {file, 3, 1})};
  d.set_root(d.object({{"rows", d.array(rows)}}));
  return d;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto mapping =
      mapping::load({"fuzz.yaml", "fuzz.yaml", {}}, {reinterpret_cast<const char*>(data), size});
  if (!mapping) return 0;
  (void)(*mapping)->sections_and_nests();
  const tree::Document batch = lot();
  mapping::Joins::Files files;
  for (const std::string& name : (*mapping)->files()) files.emplace(name, lot());
  const auto joins = mapping::Joins::build(**mapping, std::move(files));
  if (joins) {
    (void)mapping::apply(**mapping, batch, &*joins, {}, mapping::Explain::yes);
    (void)joins->orphans();
  }
  (void)mapping::apply(**mapping, batch, nullptr, {});
  (void)mapping::run_tests(**mapping);
  return 0;
}
