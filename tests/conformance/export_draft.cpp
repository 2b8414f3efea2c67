// Drafts for, and masks of, the synthetic exports.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <iostream>
#include <set>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/crypto/digest.h"
#include "gateway/fhirpath/text.h"
#include "gateway/mapping/mapping.h"
#include "gateway/mapping/mask/mask.h"
#include "gateway/mapping/profile/draft.h"
#include "tests/conformance/eo_lot.h"

using namespace charmille;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> csv_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const base::Payload& payload) {
  const auto written = codec::detect(payload, "x.csv");
  REQUIRE(written);
  auto stream = codec::open(written->options, payload, "x.csv");
  REQUIRE(stream);
  auto batch = (*stream)->next(1'000'000);
  REQUIRE(batch);
  REQUIRE(batch->rejected.empty());
  Rows rows;
  for (const tree::Node& row : batch->document.root().find("rows")->items()) {
    rows.emplace_back();
    for (const tree::Node& cell : row.items()) rows.back().emplace_back(cell.chars());
  }
  return rows;
}

/// Dates whole, numbers of three digits or more elsewhere, and words when asked for.
std::set<std::string> tokens_of(const std::string& cell, bool words) {
  std::set<std::string> found;
  if (mapping::date_form_of(cell)) return {cell};
  const std::string text = fhirpath::normalize(cell) + " ";
  std::string run;
  for (const char c : text) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    const bool letter = (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    const bool same =
        !run.empty() && digit == (std::isdigit(static_cast<unsigned char>(run[0])) != 0);
    if ((digit || letter) && (run.empty() || same)) {
      run += c;
      continue;
    }
    const bool number = !run.empty() && std::isdigit(static_cast<unsigned char>(run[0])) != 0;
    if (number ? run.size() >= 3 : words && run.size() >= 3) found.insert(run);
    run = digit || letter ? std::string(1, c) : std::string();
  }
  return found;
}

}  // namespace

TEST_CASE("a draft for each CSV export loads and maps it without a fault") {
  const auto data = conformance::ase_data();
  if (!data) {
    std::cout << "skipped\n";
    return;
  }
  std::size_t drafted = 0;
  for (const char* folder : {"small/eo", "small/eo/variants", "small/olinpe"})
    for (const fs::path& file : csv_files(*data / folder)) {
      CAPTURE(file.filename().string());
      const auto payload = base::Payload::from_file(file);
      REQUIRE(payload);
      auto profile = mapping::profile_file(*payload, file.filename().string());
      REQUIRE(profile);
      const std::vector files{std::move(*profile)};
      const std::string text = mapping::write_draft("a/b", files, {});
      const auto loaded = mapping::load({.file = "b.yaml", .shown = "b.yaml", .schemas = {}}, text);
      REQUIRE(loaded);
      auto stream = codec::open(files[0].written.options, *payload, "x.csv");
      auto batch = (*stream)->next(1'000'000);
      REQUIRE(batch);
      for (const auto& item : mapping::apply(**loaded, batch->document, nullptr, {}))
        for (const Fault& fault : item.faults)
          FAIL_CHECK(base::describe(fault, base::Language::en));
      ++drafted;
    }
  CHECK(drafted >= 18);
  for (const auto& [name, code] : {std::pair{"CD99_ASE_MVT_20260630.csv", "CH-CSV-033"},
                                   std::pair{"CDFIXE_ASE_20260630.txt", "CH-CSV-032"},
                                   std::pair{"CD99_ASE_20260630.xml", "CH-TXT-007"}}) {
    const auto payload = base::Payload::from_file(*data / "small/cd" / name);
    REQUIRE(payload);
    const auto refused = mapping::profile_file(*payload, name);
    REQUIRE(!refused);
    CHECK(refused.error().code == code);
  }
}

TEST_CASE("a masked lot joins as before and has no name, date or number in common with it") {
  const auto data = conformance::ase_data();
  if (!data) {
    std::cout << "skipped\n";
    return;
  }
  const auto files = csv_files(*data / "small/eo");
  mapping::Mask mask(crypto::Key::from_bytes(crypto::sha256("conformance")));
  std::vector<Rows> before;
  for (const fs::path& file : files) {
    const auto payload = base::Payload::from_file(file);
    REQUIRE(mask.look(*payload, file.filename().string()));
    before.push_back(rows_of(*payload));
  }
  REQUIRE(mask.decide());
  std::set<std::string> known;
  std::map<std::string, std::string> ids;  // of children, before and after
  std::vector<Rows> after;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::string bytes;
    REQUIRE(mask.write(i, [&](std::string_view more) -> Result<void> {
      bytes += more;
      return {};
    }));
    after.push_back(rows_of(base::Payload(bytes)));
    REQUIRE(after[i].size() == before[i].size());
    for (const auto& row : before[i])
      for (std::size_t c = 0; c < row.size(); ++c)
        known.merge(tokens_of(row[c], mask.columns(i)[c].way == mapping::Way::name));
  }
  for (const char* title : {"MME", "MLLE"}) known.erase(title);
  std::set<std::string> replacements;
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t r = 0; r < after[i].size(); ++r)
      for (std::size_t c = 0; c < after[i][r].size(); ++c) {
        const auto& column = mask.columns(i)[c];
        CAPTURE(files[i].filename().string());
        CAPTURE(column.name);
        CAPTURE(r);
        CHECK(after[i][r][c].empty() == before[i][r][c].empty());
        if (column.name == "Identifiant") {
          const auto [at, first] = ids.emplace(before[i][r][c], after[i][r][c]);
          CHECK(at->second == after[i][r][c]);
          CHECK(replacements.insert(after[i][r][c]).second == first);
        }
        if (column.fate != mapping::Mask::Fate::masked) continue;
        for (const std::string& token : tokens_of(after[i][r][c], true))
          CHECK_MESSAGE(!known.contains(token), token);
      }
  CHECK(ids.size() == 20);
}
