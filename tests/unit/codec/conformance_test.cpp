// The broken files of the conformance data, at the level of the codec, and every good one.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "tests/conformance_data.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
namespace fs = std::filesystem;

namespace {

std::optional<fs::path> data_folder() {
  auto folder = conformance_data("ase");
  if (!folder) std::cout << "skipped: no conformance data\n";
  return folder;
}

CsvInput usagers(Encoding encoding = Encoding::windows_1252) {
  CsvInput csv;
  csv.encoding = encoding;
  csv.required = {"Identifiant", "Nom de naissance", "Prénom(s)", "Sexe", "Date de naissance"};
  return csv;
}

Reading read_file(const fs::path& path, const CsvInput& csv) {
  auto payload = base::Payload::from_file(path);
  REQUIRE(payload);
  return read({Format::csv, csv, {}}, *payload, 500);
}

struct Expected {
  const char* code;
  std::uint32_t line;
};

}  // namespace

TEST_CASE("every broken file of series a is refused for its own reason, at its line") {
  const auto data = data_folder();
  if (!data) return;
  const std::map<std::string, Expected> refusals = {
      {"a01_truncated_in_quotes.csv", {"CH-CSV-006", 10}},
      {"a02_truncated_midline.csv", {"CH-CSV-009", 14}},
      {"a03_utf8_declared_cp1252.csv", {"CH-TXT-003", 1}},
      {"a04_mixed_encodings.csv", {"CH-TXT-002", 2}},
      {"a05_double_encoded_mojibake.csv", {"CH-TXT-003", 1}},
      {"a06_nul_bytes.csv", {"CH-TXT-004", 0}},
      {"a07_unbalanced_quote.csv", {"CH-CSV-007", 7}},
      {"a08_comma_separator.csv", {"CH-CSV-010", 1}},
      {"a09_duplicate_header_column.csv", {"CH-CSV-005", 1}},
      {"a10_missing_mandatory_column.csv", {"CH-CSV-003", 1}},
      {"a12_empty.csv", {"CH-CSV-001", 0}},
      {"a16_gzip_named_csv.csv", {"CH-TXT-007", 1}}};
  for (const auto& [name, expected] : refusals) {
    CAPTURE(name);
    const Reading r = read_file(*data / "bad" / name, usagers());
    CHECK(r.code() == expected.code);
    if (r.refused && expected.line != 0) CHECK(r.refused->place.line == expected.line);
  }
}

TEST_CASE("the files of series a that hold good rows give them") {
  const auto data = data_folder();
  if (!data) return;
  const Reading ragged = read_file(*data / "bad/a11_ragged_rows.csv", usagers());
  CHECK_FALSE(ragged.refused);
  CHECK(ragged.rejected.size() == 9);
  CHECK(ragged.rows.size() == 11);
  const Reading empty = read_file(*data / "bad/a13_header_only.csv", usagers());
  CHECK(empty.rows.empty());
  CHECK(empty.remarks == std::vector<std::string>{"CH-CSV-002"});
  const Reading huge = read_file(*data / "bad/a14_huge_field.csv", usagers());
  CHECK(huge.rejected.size() == 1);
  CHECK(huge.rows.size() == 19);
  const Reading mixed = read_file(*data / "bad/a15_mixed_line_ends.csv", usagers());
  CHECK(mixed.rows.size() == 20);
  CHECK(mixed.rejected.empty());
  CHECK(mixed.remarks == std::vector<std::string>{"CH-CSV-012"});
  const Reading named = read_file(*data / "bad/a17 name with ; and $(id) 'x'.csv", usagers());
  CHECK(named.rows.size() == 20);
  CHECK(named.remarks.empty());
}

TEST_CASE("UTF-8 files: double encoding, invalid bytes and odd but valid letters") {
  const auto data = data_folder();
  if (!data) return;
  CHECK(read_file(*data / "bad/a05_double_encoded_mojibake.csv", usagers(Encoding::utf8)).code() ==
        "CH-TXT-005");
  CHECK(read_file(*data / "bad/b10_invalid_utf8.csv", usagers(Encoding::utf8)).code() ==
        "CH-TXT-001");
  const Reading odd = read_file(*data / "bad/b09_unicode_tricks_utf8.csv", usagers(Encoding::utf8));
  CHECK_FALSE(odd.refused);
  CHECK(odd.rows.size() >= 20);
  CHECK(odd.remarks == std::vector<std::string>{"CH-TXT-008"});
  // The others of series b are well-formed: their faults are in what they say.
  for (const auto& entry : fs::directory_iterator(*data / "bad")) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("b") || name.starts_with("b09") || name.starts_with("b10") ||
        entry.path().extension() != ".csv")
      continue;
    CAPTURE(name);
    const Reading r = read_file(entry.path(), usagers());
    CHECK(r.code() == "");
    CHECK(r.rejected.empty());
  }
}

TEST_CASE("every good file is read whole, without rejection or remark") {
  const auto data = data_folder();
  if (!data) return;
  for (const char* const size : {"small", "medium"}) {
    int files = 0;
    for (const auto& entry : fs::directory_iterator(*data / size / "eo")) {
      if (entry.path().extension() != ".csv") continue;
      CAPTURE(entry.path().string());
      CsvInput csv;
      csv.encoding = Encoding::windows_1252;
      const Reading r = read_file(entry.path(), csv);
      CHECK(r.code() == "");
      CHECK(r.rejected.empty());
      CHECK(r.remarks.empty());
      CHECK(!r.rows.empty());
      ++files;
    }
    CHECK(files == 13);
  }
  CHECK(read_file(*data / "medium/eo/EO_Usagers_20260630.csv", usagers()).rows.size() == 2000);
}

TEST_CASE("the same list in other encodings gives the same rows") {
  const auto data = data_folder();
  if (!data) return;
  const Reading usual = read_file(*data / "small/eo/EO_Usagers_20260630.csv", usagers());
  REQUIRE(usual.rows.size() == 20);
  const fs::path variants = *data / "small/eo/variants";
  for (const auto& [name, encoding] : {std::pair{"EO_Usagers_utf8.csv", Encoding::utf8},
                                       {"EO_Usagers_utf8bom.csv", Encoding::utf8},
                                       {"EO_Usagers_utf16le.csv", Encoding::utf16le},
                                       {"EO_Usagers_sepline_lf.csv", Encoding::windows_1252}}) {
    CAPTURE(name);
    const Reading r = read_file(variants / name, usagers(encoding));
    CHECK(r.code() == "");
    CHECK(r.remarks.empty());
    REQUIRE(r.rows.size() == usual.rows.size());
    for (std::size_t i = 0; i < r.rows.size(); ++i)
      for (const std::string_view column : {"Identifiant", "Nom de naissance", "Référent éducatif"})
        CHECK(r.cell(i, column).size() == usual.cell(i, column).size());
  }
}
