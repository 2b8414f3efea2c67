// What tests of the configuration share: two adapters, two codecs, three mappings, and a good
// configuration to spoil.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/config/validate.h"

namespace charmille::config::test {

using tree::Field;
using tree::FieldType;

inline const tree::Spec drop_in{
    "file", "", "", {{.name = "folder", .type = FieldType::path, .required = true}}};
inline const tree::Spec drop_out{"file",
                                 "",
                                 "",
                                 {{.name = "folder", .type = FieldType::path, .required = true},
                                  {.name = "durable", .type = FieldType::boolean}}};
inline const tree::Spec post_out{"http", "", "", {{.name = "url", .type = FieldType::url}}};
inline const tree::Spec csv{
    "csv",
    "",
    "",
    {{.name = "format", .type = FieldType::text},
     {.name = "encoding", .type = FieldType::choice, .choices = {"utf-8", "windows-1252"}},
     {.name = "delimiter", .type = FieldType::text}}};
inline const tree::Spec json{"json", "", "", {{.name = "format", .type = FieldType::text}}};

inline const adapters::Adapter file_adapter{.name = "file",
                                            .source = &drop_in,
                                            .destination = &drop_out,
                                            .guarantees_fr = {},
                                            .guarantees_en = {}};
inline const adapters::Adapter post_adapter{
    .name = "post", .destination = &post_out, .guarantees_fr = {}, .guarantees_en = {}};
inline const std::vector<const adapters::Adapter*> all_adapters{&file_adapter, &post_adapter};

inline Surroundings surroundings() {
  Surroundings s;
  s.adapters = all_adapters;
  s.codecs = {{"csv", &csv, &csv}, {"json", &json, &json}};
  s.mappings = {{"eo/enfants", "csv", "child-record", {"departement"}},
                {"departement/placements", "child-record", "tree", {"departement"}},
                {"departement/presence", "child-record", "tree", {}}};
  s.check_expression = [](std::string_view text, base::Place place) -> std::optional<Fault> {
    if (text.find('(') == text.npos || text.find(')') != text.npos) return {};
    return fault("CH-CFG-001", std::move(place));
  };
  return s;
}

inline const std::string policy_text = R"(policy: departement
recipient: departement
lines:
  - {sections: [identity, measures], ground: "CASF L221-1", purpose: suivi}
)";

/// A configuration without faults and without warnings.
inline const std::string good_text = R"(organisation: {name: Association Les Tilleuls, id: tilleuls}
state: state
keys: {master: {file: keys/master.key}}
listen: {address: "127.0.0.1:8443", tls: none}
people: {root: [operate, audit.read]}
partners:
  eo:
    recipient: dui
    finess: ["990001018"]
    identity: [{token: {file: eo.token}}]
    silence: 26h
  cd99: {recipient: departement, department: "99", language: en}
policies: [departement.yaml]
endpoints:
  depot:
    adapter: file
    partner: eo
    folder: in
    format: {csv: {encoding: windows-1252, delimiter: ";"}}
    lot:
      files:
        EO_Usagers: {pattern: "EO_Usagers_{date}.csv", required: true}
        EO_Presences: {pattern: "EO_Presences_{month}.csv", format: {csv: {delimiter: ","}}}
      complete: {quiet: 30s}
      coverage: snapshot
  sortie: {adapter: file, partner: cd99, folder: out, format: csv}
routes:
  enfants:
    from: depot
    mapping: eo/enfants
    vars: {departement: "99"}
    to:
      - {endpoint: sortie, mapping: departement/placements, trigger: lot, mode: live, start: everything, max-change: 20%, retry: {most: 10m}}
      - {endpoint: sortie, mapping: departement/presence, trigger: schedule, schedule: {monthly: 2, at: "06:30"}, period: previous-month, file: "ETAT_{month}.csv", format: {csv: {delimiter: ","}}}
)";

inline Validated check(const std::string& text, const std::string& policy = policy_text) {
  auto files = files_of(text, "c.yaml", "/site", {{"departement.yaml", policy}});
  REQUIRE_MESSAGE(files.has_value(), base::describe(files.error(), base::Language::en));
  return validate(std::move(*files), surroundings());
}

/// The good configuration with one passage replaced.
inline std::string spoiled(std::string_view old_text, std::string_view new_text) {
  std::string text = good_text;
  const std::size_t at = text.find(old_text);
  REQUIRE_MESSAGE(at != text.npos, old_text);
  return text.replace(at, old_text.size(), new_text);
}

/// One line a fault: "line:column path code". Every fault has its texts, with every argument filled
/// in.
inline std::string brief(const std::vector<Fault>& faults) {
  std::string lines;
  for (const Fault& f : faults) {
    CHECK_MESSAGE(base::find_entry(f.code) != nullptr, f.code);
    const std::string text =
        base::describe(f, base::Language::fr) + base::describe(f, base::Language::en);
    for (const auto& [name, value] : f.args)
      CHECK_MESSAGE(text.find("{" + name + "}") == text.npos, text);
    lines += std::to_string(f.place.line) + ":" + std::to_string(f.place.column) + " " +
             f.place.path + " " + std::string(f.code) + "\n";
  }
  return lines;
}

/// What replacing one passage brings about: "path code", joined with "; ".
inline std::string fault_of(std::string_view old_text, std::string_view new_text) {
  const auto result = check(spoiled(old_text, new_text));
  CHECK((result.site == nullptr) == !result.faults.empty());
  brief(result.faults);
  std::string all;
  for (const Fault& f : result.faults)
    all += (all.empty() ? "" : "; ") + f.place.path + " " + std::string(f.code);
  return all;
}

/// A folder of its own that is removed at the end.
class Scratch {
 public:
  Scratch() {
    std::string name =
        (std::filesystem::temp_directory_path() / "charmille-config-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text, unsigned mode) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace charmille::config::test
