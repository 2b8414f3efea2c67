// The children made of an Eo export, held against the truth that made the export.
#include <cstdio>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "tests/conformance/eo_lot.h"
#include "tests/conformance/truth.h"

using namespace charmille;
using namespace charmille::conformance;

namespace {

void compare_lot(const std::string& size, std::size_t children) {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  const auto folder = *data / size / "eo";
  LotResult lot =
      read_lot(folder / "EO_Usagers_20260630.csv", folder, codec::Encoding::windows_1252);
  REQUIRE_FALSE(lot.refused);
  CHECK(lot.orphans.empty());
  CHECK(lot.repeated == 0);
  REQUIRE(lot.children.size() == children);
  const auto truth = read_truth(*data / size / "truth.jsonl");
  Comparison with;
  for (const Child& child : lot.children) {
    for (const Fault& f : child.refused) MESSAGE(base::describe(f, base::Language::en));
    REQUIRE(child.refused.empty());
    with.next_child();
    REQUIRE(truth.contains(child.local_id));
    compare_child(with, child.record.root(), truth.at(child.local_id).root());
  }
  with.report(size);
  CHECK(with.different() == 0);
  CHECK(with.fields() == 51);
}

}  // namespace

TEST_CASE("the small export agrees with the truth on every field that it carries") {
  compare_lot("small", 20);
}
TEST_CASE("the medium export agrees with the truth on every field that it carries") {
  compare_lot("medium", 2000);
}

TEST_CASE("the same list in other encodings and line ends gives the same children") {
  const auto data = ase_data();
  if (!data) return void(std::puts("skipped: no data"));
  const auto variants = *data / "small/eo/variants";
  const auto children = [&](const char* name, codec::Encoding encoding) {
    LotResult lot = read_lot(variants / name, {}, encoding);
    REQUIRE_FALSE(lot.refused);
    std::vector<std::string> all;
    for (const Child& child : lot.children)
      all.push_back(codec::write_canonical_json(child.record.root()));
    return all;
  };
  const auto plain = children("EO_Usagers_utf8.csv", codec::Encoding::utf8);
  CHECK(plain.size() == 20);
  CHECK(children("EO_Usagers_utf8bom.csv", codec::Encoding::utf8) == plain);
  CHECK(children("EO_Usagers_utf16le.csv", codec::Encoding::utf16le) == plain);
}
