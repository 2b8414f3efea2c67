#include "tests/conformance/eo_lot.h"

#include <cstdlib>
#include <cstring>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/crypto/digest.h"
#include "gateway/mapping/joins.h"
#include "gateway/record/edit.h"
#include "gateway/record/lot_check.h"
#include "tests/conformance_data.h"

namespace charmille::conformance {
namespace {

constexpr std::array names = {"EO_Filiation",      "EO_Fratrie",      "EO_CouvertureSociale",
                              "EO_Mesures",        "EO_Echeances",    "EO_Scolarite",
                              "EO_FicheSanitaire", "EO_Transport",    "EO_Presences",
                              "EO_CahierLiaison",  "EO_DroitsVisite", "EO_Evenements"};

codec::Options csv(codec::Encoding encoding) {
  codec::Options options;
  options.format = codec::Format::csv;
  options.csv.encoding = encoding;
  options.csv.required = {"Identifiant"};
  return options;
}

std::uint64_t number_of(std::string_view text) {
  if (text.empty()) return 0;
  const crypto::Digest digest = crypto::sha256(text);
  std::uint64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  return number;
}

std::filesystem::path file_of(const std::filesystem::path& folder, std::string_view name) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with(std::string(name) + '_') &&
        entry.path().extension() == ".csv")
      return entry.path();
  return {};
}

mapping::Variables variables() {
  mapping::Variables all;
  all.set_text("departement", "99");
  all.set_text("periode", "2026-06");
  return all;
}

/// Pass 1: what no row can tell alone.
record::LotCheck first_pass(const tree::Document& rows) {
  record::LotCheck lot;
  for (const tree::Node& row : record::items_at(rows.root(), "rows")) {
    const std::string_view id = record::text_at(row, "Identifiant");
    if (id.empty()) continue;
    const std::string number =
        record::plain_number(std::string(record::text_at(row, "N° Sécurité sociale")) +
                             std::string(record::text_at(row, "Clé")));
    lot.feed(number_of(id), number_of(codec::write_canonical_json(row)), number_of(number));
  }
  lot.finish();
  return lot;
}

Child child_of(mapping::Item item, const tree::Node& row, record::LotCheck& lot,
               record::LotCheck::Answer answer) {
  Child child;
  child.line = row.origin().line;
  child.local_id = record::text_at(row, "Identifiant");
  child.refused = std::move(item.faults);
  child.record = std::move(item.document);
  if (answer == record::LotCheck::Answer::conflicting)
    child.refused.push_back(fault("CH-REC-010", item.source));
  if (!child.refused.empty()) return child;
  const std::uint64_t number = number_of(record::number_of(child.record.root()));
  record::Verdict verdict = record::validate(
      child.record, {record::Environment::test, "urn:charmille:dui:", "2026-06-30"});
  if (lot.is_shared(number)) record::withdraw_shared_ins(child.record, verdict);
  child.refused = std::move(verdict.rejections);
  child.remarks = std::move(verdict.remarks);
  return child;
}

}  // namespace

std::filesystem::path source_root() {
  const char* root = std::getenv("CHARMILLE_SOURCE");
  return root != nullptr ? root : ".";
}

std::optional<std::filesystem::path> ase_data() {
  auto folder = conformance_data("ase");
  if (folder && !std::filesystem::exists(*folder / "small/truth.jsonl")) return std::nullopt;
  return folder;
}

std::shared_ptr<const mapping::Mapping> load_mapping(const std::string& name) {
  auto loaded = mapping::load(
      {source_root() / "mappings" / (name + ".yaml"), name + ".yaml", source_root() / "schemas"});
  if (!loaded) {
    for (const Fault& f : loaded.error()) MESSAGE(base::describe(f, base::Language::en));
    REQUIRE(loaded);
  }
  return *loaded;
}

Result<tree::Document> read_rows(const std::filesystem::path& file, codec::Encoding encoding) {
  auto payload = base::Payload::from_file(file);
  if (!payload) return fail(std::move(payload.error()));
  auto stream = codec::open(csv(encoding), *payload, file.filename().string());
  if (!stream) return fail(std::move(stream.error()));
  tree::Document all;
  all.add_file(file.filename().string());
  std::vector<tree::Node> rows;
  for (;;) {
    auto batch = (*stream)->next(100'000);
    if (!batch) return fail(std::move(batch.error()));
    for (const tree::Node& row : record::items_at(batch->document.root(), "rows"))
      rows.push_back(all.copy(row));
    if (batch->last) break;
  }
  all.set_root(all.object({{"rows", all.array(rows)}}));
  return all;
}

LotResult read_lot(const std::filesystem::path& main_file, const std::filesystem::path& folder,
                   codec::Encoding encoding) {
  static const auto mapping = load_mapping("eo/enfants");
  LotResult result;
  auto main = read_rows(main_file, encoding);
  if (!main) {
    result.refused = std::move(main.error());
    return result;
  }
  mapping::Joins::Files others;
  for (const char* name : names) {
    if (folder.empty()) break;
    const auto file = file_of(folder, name);
    REQUIRE_MESSAGE(!file.empty(), name);
    auto rows = read_rows(file, encoding);
    REQUIRE(rows);
    others.emplace(name, std::move(*rows));
  }
  auto joins = mapping::Joins::build(*mapping, std::move(others));
  REQUIRE(joins);

  record::LotCheck lot = first_pass(*main);
  auto items = mapping::apply(*mapping, *main, &*joins, variables());
  const auto rows = record::items_at(main->root(), "rows");
  REQUIRE(items.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view id = record::text_at(rows[i], "Identifiant");
    const auto answer = id.empty() ? record::LotCheck::Answer::alone : lot.ask(number_of(id));
    if (answer == record::LotCheck::Answer::repeated) {
      ++result.repeated;
      continue;
    }
    result.children.push_back(child_of(std::move(items[i]), rows[i], lot, answer));
  }
  result.orphans = joins->orphans();
  return result;
}

}  // namespace charmille::conformance
