// Every field of the truth that an Eo export carries, compared with the child records made of that
// export.
//
// What the export does not carry is not compared: the department's family file, the flag of
// unaccompanied minors, prices of past measures, and the numbers of decisions and of children that
// are missing on 10 to 20 % of its rows. Names are compared without case and accents, and a `?`
// stands for one letter that Windows-1252 lacks.
#include "tests/conformance/truth.h"

#include <algorithm>
#include <fstream>

#include "gateway/codec/codec.h"
#include "gateway/fhirpath/text.h"
#include "gateway/record/edit.h"

namespace charmille::conformance {

using record::code_at;
using record::items_at;
using record::text_at;
using tree::Kind;
using tree::Node;

namespace {

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = fhirpath::character_length(text, at);
    all.emplace_back(text.substr(at, size));
    at += size;
  }
  return all;
}

/// Equal but for the documented losses.
bool same_name(std::string_view ours, std::string_view truth) {
  if (fhirpath::normalize(ours) == fhirpath::normalize(truth)) return true;
  const auto a = characters(ours);
  const auto b = characters(truth);
  return std::ranges::equal(a, b, [](const std::string& x, const std::string& y) {
    return x == "?" || fhirpath::normalize(x) == fhirpath::normalize(y);
  });
}

std::string_view truth_text(const Node& truth, std::string_view key) {
  return text_at(truth, key);
}
bool truth_flag(const Node& truth, std::string_view key) {
  return truth.find(key)->boolean_value();
}
bool is_null(const Node& truth, std::string_view key) {
  return truth.find(key) == nullptr || truth.find(key)->is(Kind::null);
}

std::string_view id_of(const Node& child, std::string_view system) {
  for (const Node& id : items_at(child, "ids"))
    if (text_at(id, "system").ends_with(system)) return text_at(id, "value");
  return {};
}

void compare_identity(Comparison& with, const Node& child, const Node& truth) {
  with.text("dossier", id_of(child, ":dossier"), truth_text(truth, "dossier"));
  const std::string_view department = id_of(child, "urn:charmille:cd:99");
  if (const std::string_view family = id_of(child, "urn:charmille:cd:99:famille"); family.empty())
    with.not_carried("dossier_famille_cd");
  else
    with.text("dossier_famille_cd", family, truth_text(truth, "dossier_famille_cd"));
  if (department.empty())
    with.not_carried("id_cd");
  else
    with.text("id_cd", department, truth_text(truth, "id_cd"));

  const Node& ours = *child.find("identity");
  const Node& theirs = *truth.find("identite");
  with.field("nom_naissance",
             same_name(text_at(ours, "birthName"), truth_text(theirs, "nom_naissance")));
  with.field("nom_utilise",
             same_name(text_at(ours, "usedName"), truth_text(theirs, "nom_utilise")));
  with.field("prenoms",
             std::ranges::equal(
                 items_at(ours, "birthGivenNames"), items_at(theirs, "prenoms"),
                 [](const Node& a, const Node& b) { return same_name(a.chars(), b.chars()); }));
  with.text("sexe", code_at(ours, "sex"), truth_text(theirs, "sexe"));
  with.text("date_naissance", text_at(ours, "birthDate"), truth_text(theirs, "date_naissance"));
  with.text("insee_naissance", text_at(*ours.find("birthPlace"), "insee"),
            truth_text(theirs, "insee_naissance"));

  const Node& ins = *child.find("ins");
  with.text("ins.statut", code_at(ins, "status"), truth_text(*truth.find("ins"), "statut"));
  with.text("ins.matricule", text_at(ins, "matricule"),
            truth_text(*truth.find("ins"), "matricule"));
  with.text("ins.oid", text_at(ins, "oid"), truth_text(*truth.find("ins"), "oid"));
}

void compare_stay(Comparison& with, const Node& child, const Node& truth) {
  const auto stays = items_at(child, "stays");
  with.field("sejours", stays.size() == 1);
  if (stays.size() != 1) return;
  with.text("entree", text_at(stays[0], "entry"), truth_text(truth, "entree"));
  with.text("sortie", text_at(stays[0], "exit"), truth_text(truth, "sortie"));
  with.text("finess_et", text_at(stays[0], "finess"), truth_text(truth, "finess_et"));
  with.field("lieu_anonyme",
             (code_at(stays[0], "secretPlace") != "no") == truth_flag(truth, "lieu_anonyme"));
  const Node& last = items_at(truth, "mesures").back();
  with.text("prix_journee", stays[0].find("dailyPrice")->chars(),
            last.find("prix_journee_centimes")->chars());
}

void compare_measure(Comparison& with, const Node& ours, const Node& truth) {
  const std::string_view number = text_at(ours, "number");
  if (number.empty())
    with.not_carried("mesures.num_cd");
  else
    with.text("mesures.num_cd", number, truth_text(truth, "num_cd"));
  with.text("mesures.num_dui", text_at(ours, "id"), truth_text(truth, "num_dui"));
  with.text("mesures.departement", text_at(ours, "department"), "99");
  with.text("mesures.type", code_at(ours, "type"), truth_text(truth, "type"));
  with.text("mesures.autorite", code_at(ours, "authority"), truth_text(truth, "autorite"));
  with.text("mesures.decision", text_at(ours, "decidedOn"), truth_text(truth, "decision"));
  with.text("mesures.debut", text_at(ours, "start"), truth_text(truth, "debut"));
  with.text("mesures.echeance", text_at(ours, "due"), truth_text(truth, "echeance"));
  with.text("mesures.fin", text_at(ours, "end"), truth_text(truth, "fin"));
  with.text("mesures.motif_fin", code_at(ours, "endReason"), truth_text(truth, "motif_fin"));
  with.field("mesures.renouvellement",
             text_at(ours, "renewal") == (truth_flag(truth, "renouvellement") ? "yes" : "no"));
  with.field("mesures.lieu_anonyme",
             (code_at(ours, "secretPlace") != "no") == truth_flag(truth, "lieu_anonyme"));
}

const Node* person(const Node& child, std::string_view link) {
  for (const Node& one : items_at(child, "persons"))
    if (code_at(one, "link") == link) return &one;
  return nullptr;
}

void compare_parent(Comparison& with, const Node& child, const Node& truth, const std::string& key,
                    std::string_view link, std::string_view dead) {
  const Node* ours = person(child, link);
  const bool known = ours != nullptr && text_at(*ours, "identified") == "yes";
  with.field(key, known == !is_null(truth, key));
  if (!known || is_null(truth, key)) return;
  const Node& theirs = *truth.find(key);
  with.field(key + ".nom", same_name(text_at(*ours, "name"), truth_text(theirs, "nom")));
  const auto given = items_at(*ours, "givenNames");
  with.field(key + ".prenom",
             given.size() == 1 && same_name(given[0].chars(), truth_text(theirs, "prenom")));
  with.field(key + "." + std::string(dead),
             (text_at(*ours, "deceased") == "yes") == truth_flag(theirs, dead));
  if (theirs.find("adresse_confidentielle") == nullptr) return;
  const bool hidden = std::ranges::any_of(
      items_at(*ours, "addresses"), [](const Node& a) { return code_at(a, "secret") != "no"; });
  with.field(key + ".adresse_confidentielle",
             hidden == truth_flag(theirs, "adresse_confidentielle"));
}

/// OLINPE TITAP: as a department tells it, else from the holders that the export names; 10 and 20
/// differ by where parents live, which it does not tell.
void compare_authority(Comparison& with, const Node& child, const Node& truth) {
  for (const Node& one : items_at(child, "parentalAuthority"))
    if (one.find("titap") != nullptr)
      return with.text("titulaire_ap", text_at(one, "titap"), truth_text(truth, "titulaire_ap"));
  std::vector<std::string_view> holders;
  for (const Node& one : items_at(child, "parentalAuthority"))
    for (const Node& holder : items_at(one, "holders")) holders.push_back(code_at(holder, "link"));
  const auto are = [&](std::initializer_list<std::string_view> wanted) {
    return std::ranges::equal(holders, wanted);
  };
  const std::string_view titap = truth_text(truth, "titulaire_ap");
  const Node* father = person(child, "PERE");
  const bool father_unknown = father != nullptr && text_at(*father, "identified") == "no";
  if (titap == "10" && father_unknown) return with.not_carried("titulaire_ap");
  with.field("titulaire_ap", titap == "10" || titap == "20" ? are({"MERE", "PERE"})
                             : titap == "30"                ? are({"PERE"})
                             : titap == "40"                ? are({"MERE"})
                             : titap == "70"                ? are({"TUTEUR"})
                                                            : are({}));
}

void compare_siblings(Comparison& with, const Node& child, const Node& truth) {
  std::vector<std::string> ours;
  std::size_t outside = 0;
  for (const Node& sibling : items_at(child, "siblings")) {
    const auto ids = items_at(sibling, "ids");
    if (ids.empty())
      ++outside;
    else
      ours.emplace_back(text_at(ids[0], "value"));
  }
  std::vector<std::string> theirs;
  for (const Node& id : items_at(truth, "fratrie_ids")) theirs.emplace_back(id.chars());
  std::ranges::sort(ours);
  std::ranges::sort(theirs);
  with.field("fratrie_ids", ours == theirs);
  with.text("fratrie_externe", std::to_string(outside), truth.find("fratrie_externe")->chars());
}

void compare_life(Comparison& with, const Node& child, const Node& truth) {
  const Node* health = child.find("health");
  with.field("sante", health != nullptr);
  if (health == nullptr) return;
  with.text("allergie", text_at(*health, "allergies"), truth_text(truth, "allergie"));
  with.text("traitement", text_at(*health, "treatments"), truth_text(truth, "traitement"));
  with.text("medecin_rpps", text_at(*health->find("doctor"), "rpps"),
            truth_text(truth, "medecin_rpps"));
  const auto school = items_at(child, "school");
  if (school.empty()) {
    with.not_carried("mdph");
    with.field("scolarite.niveau", is_null(*truth.find("scolarite"), "niveau"));
    return;
  }
  with.field("mdph", (text_at(school[0], "mdphNotice") == "yes") == truth_flag(truth, "mdph"));
  with.text("scolarite.niveau", code_at(school[0], "level"),
            truth_text(*truth.find("scolarite"), "niveau"));
  with.text("scolarite.uai", text_at(school[0], "uai"),
            truth_text(*truth.find("scolarite"), "uai"));
}

/// The letters of a month back from its motives.
std::string letters(const Node& child) {
  static const std::map<std::string_view, char> letter{
      {"PRES", 'P'},    {"ABS_DVH", 'W'}, {"ABS_VAC", 'V'},   {"ABS_HOSP", 'H'},
      {"ABS_FUG", 'F'}, {"ABS_INT", 'I'}, {"ABS_STAGE", 'S'}, {"ABS_RELAIS", 'R'},
      {"ABS_AUT", 'A'}, {"ABS_INJ", 'X'}, {"UNKNOWN", '?'},   {"HORS_MESURE", '-'}};
  std::string out;
  for (const Node& month : items_at(child, "presence"))
    for (const Node& day : items_at(month, "days")) out += letter.at(day.chars());
  return out;
}

std::string truth_letters(std::string_view truth) {
  std::string out(truth);
  std::ranges::replace(out, ' ', '?');
  std::ranges::replace(out, '.', '?');
  return out;
}

}  // namespace

std::string_view local_id_of(const Node& child) {
  return id_of(child, ":eo");
}

void compare_child(Comparison& with, const Node& child, const Node& truth) {
  compare_identity(with, child, truth);
  compare_stay(with, child, truth);
  const auto ours = items_at(child, "measures");
  const auto theirs = items_at(truth, "mesures");
  with.field("mesures", ours.size() == theirs.size());
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
    compare_measure(with, ours[i], theirs[i]);
  compare_parent(with, child, truth, "mere", "MERE", "decedee");
  compare_parent(with, child, truth, "pere", "PERE", "decede");
  compare_authority(with, child, truth);
  compare_siblings(with, child, truth);
  compare_life(with, child, truth);
  with.text("presence_juin_2026", letters(child),
            truth_letters(truth_text(truth, "presence_juin_2026")));
}

std::map<std::string, tree::Document> read_truth(const std::filesystem::path& file) {
  std::map<std::string, tree::Document> all;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    auto document = codec::read_json(line, "truth.jsonl");
    if (!document) return {};
    const std::string id(text_at(document->root(), "id_dui"));
    all.emplace(id, std::move(*document));
  }
  return all;
}

}  // namespace charmille::conformance
