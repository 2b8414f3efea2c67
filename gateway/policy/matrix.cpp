#include "gateway/policy/matrix.h"

#include <algorithm>
#include <array>

namespace charmille::policy {
namespace {

using config::Recipient;
using Names = std::span<const std::string_view>;

/// One cell of the matrix; what is in no cell is never sent.
struct Cell {
  Recipient kind;
  std::string_view section;
  Reach reach = Reach::whole;
};

constexpr auto whole = Reach::whole;
constexpr auto named = Reach::named;

// Measures and judgments are in no line of dmp, care-team and citizen; identity in none of
// statistics; notes in none.
constexpr std::array cells{
    Cell{Recipient::dmp, "ids", whole},
    Cell{Recipient::dmp, "identity", whole},
    Cell{Recipient::dmp, "ins", whole},
    Cell{Recipient::dmp, "coverage", whole},
    Cell{Recipient::dmp, "health", whole},
    Cell{Recipient::dmp, "documents", whole},

    Cell{Recipient::care_team, "ids", whole},
    Cell{Recipient::care_team, "identity", whole},
    Cell{Recipient::care_team, "ins", whole},
    Cell{Recipient::care_team, "persons", whole},
    Cell{Recipient::care_team, "coverage", whole},
    Cell{Recipient::care_team, "health", whole},
    Cell{Recipient::care_team, "school", named},
    Cell{Recipient::care_team, "ppe", named},
    Cell{Recipient::care_team, "documents", whole},

    Cell{Recipient::citizen, "identity", whole},
    Cell{Recipient::citizen, "ins", whole},
    Cell{Recipient::citizen, "health", whole},
    Cell{Recipient::citizen, "documents", whole},

    Cell{Recipient::departement, "ids", whole},
    Cell{Recipient::departement, "identity", whole},
    Cell{Recipient::departement, "ins", named},
    Cell{Recipient::departement, "persons", whole},
    Cell{Recipient::departement, "parentalAuthority", whole},
    Cell{Recipient::departement, "siblings", whole},
    Cell{Recipient::departement, "measures", whole},
    Cell{Recipient::departement, "stays", whole},
    Cell{Recipient::departement, "visitRights", whole},
    Cell{Recipient::departement, "school", whole},
    Cell{Recipient::departement, "coverage", named},
    Cell{Recipient::departement, "health", named},
    Cell{Recipient::departement, "transport", whole},
    Cell{Recipient::departement, "deadlines", whole},
    Cell{Recipient::departement, "ppe", whole},
    Cell{Recipient::departement, "presence", whole},
    Cell{Recipient::departement, "documents", whole},
    Cell{Recipient::departement, "events", whole},

    Cell{Recipient::justice, "ids", whole},
    Cell{Recipient::justice, "identity", whole},
    Cell{Recipient::justice, "persons", whole},
    Cell{Recipient::justice, "parentalAuthority", whole},
    Cell{Recipient::justice, "measures", whole},
    Cell{Recipient::justice, "stays", whole},
    Cell{Recipient::justice, "visitRights", whole},
    Cell{Recipient::justice, "school", whole},
    Cell{Recipient::justice, "deadlines", whole},
    Cell{Recipient::justice, "ppe", whole},
    Cell{Recipient::justice, "presence", named},
    Cell{Recipient::justice, "documents", whole},
    Cell{Recipient::justice, "events", whole},

    Cell{Recipient::parents, "identity", whole},
    Cell{Recipient::parents, "measures", named},
    Cell{Recipient::parents, "stays", whole},
    Cell{Recipient::parents, "visitRights", whole},
    Cell{Recipient::parents, "school", whole},
    Cell{Recipient::parents, "ppe", whole},
    Cell{Recipient::parents, "coverage", whole},
    Cell{Recipient::parents, "health", whole},
    Cell{Recipient::parents, "presence", whole},

    Cell{Recipient::child, "identity", whole},
    Cell{Recipient::child, "measures", named},
    Cell{Recipient::child, "stays", whole},
    Cell{Recipient::child, "visitRights", whole},
    Cell{Recipient::child, "school", whole},
    Cell{Recipient::child, "ppe", whole},
    Cell{Recipient::child, "coverage", whole},
    Cell{Recipient::child, "health", whole},
    Cell{Recipient::child, "transport", whole},
    Cell{Recipient::child, "presence", whole},

    Cell{Recipient::school, "identity", named},
    Cell{Recipient::school, "parentalAuthority", whole},
    Cell{Recipient::school, "health", named},

    Cell{Recipient::other_establishment, "ids", whole},
    Cell{Recipient::other_establishment, "identity", whole},
    Cell{Recipient::other_establishment, "ins", whole},
    Cell{Recipient::other_establishment, "persons", whole},
    Cell{Recipient::other_establishment, "parentalAuthority", whole},
    Cell{Recipient::other_establishment, "siblings", whole},
    Cell{Recipient::other_establishment, "measures", whole},
    Cell{Recipient::other_establishment, "stays", whole},
    Cell{Recipient::other_establishment, "visitRights", whole},
    Cell{Recipient::other_establishment, "school", whole},
    Cell{Recipient::other_establishment, "coverage", whole},
    Cell{Recipient::other_establishment, "health", whole},
    Cell{Recipient::other_establishment, "transport", whole},
    Cell{Recipient::other_establishment, "deadlines", whole},
    Cell{Recipient::other_establishment, "ppe", whole},
    Cell{Recipient::other_establishment, "documents", whole},
};

/// A DUI and the archives may be given every section but notes.
bool takes_all(Recipient kind) {
  return kind == Recipient::dui || kind == Recipient::archives;
}

constexpr std::array<std::string_view, 2> department_ins{"matricule", "oid"};
constexpr std::array<std::string_view, 2> department_health{"carePlan", "handicapNotice"};
constexpr std::array<std::string_view, 6> family_measures{"type", "nature", "start",
                                                          "due",  "end",    "state"};
constexpr std::array<std::string_view, 4> school_identity{"birthName", "birthGivenNames",
                                                          "birthDate", "sex"};
constexpr std::array<std::string_view, 1> school_health{"carePlan"};

// Everything that lets one find the place (domain notes §9, C. civ. 375-7): also the price, when it
// is unique.
constexpr std::array<std::string_view, 23> place{
    "stays.id",        "stays.finess",      "stays.establishment", "stays.unit",
    "stays.kind",      "stays.referent",    "stays.dailyPrice",    "school.establishment",
    "school.uai",      "visitRights.place", "health.doctor",       "siblings.place",
    "presence.unit",   "deadlines.person",  "ppe.goals",           "ppe.referent",
    "siblings.ids",    "transport",         "documents.id",        "ids",
    "siblings.hosted", "documents.title",   "documents.author"};

constexpr std::array<std::string_view, 4> free_texts{"events.text", "events.followUp",
                                                     "transport.instructions", "persons.notes"};

struct Level {
  std::string_view section;
  std::string_view level;
};

// Of a section that holds several, the highest. What has no line is as confidential as can be.
constexpr std::array levels{
    Level{"identity", "C1"},  Level{"ids", "C1"},         Level{"ins", "C1"},
    Level{"coverage", "C1"},  Level{"stays", "C1"},       Level{"deadlines", "C2"},
    Level{"school", "C2"},    Level{"ppe", "C2"},         Level{"presence", "C2"},
    Level{"transport", "C2"}, Level{"persons", "C3"},     Level{"siblings", "C3"},
    Level{"events", "C3"},    Level{"notes", "C3"},       Level{"parentalAuthority", "C4"},
    Level{"measures", "C4"},  Level{"visitRights", "C4"}, Level{"documents", "C5"},
    Level{"health", "C5"},
};

constexpr std::array document_levels{
    Level{"administrative", "C1"}, Level{"social", "C2"}, Level{"school", "C2"},
    Level{"judicial", "C4"},       Level{"health", "C5"},
};

std::string_view level_in(std::span<const Level> table, std::string_view section) {
  const auto at = std::ranges::find(table, section, &Level::section);
  return at == table.end() ? "C5" : at->level;
}

}  // namespace

std::string_view confidentiality_of(std::string_view section) {
  return level_in(levels, section);
}
std::string_view confidentiality_of_document(std::string_view document_section) {
  return level_in(document_levels, document_section);
}

Reach reach_of(Recipient kind, std::string_view section) {
  if (section == "notes") return Reach::never;
  if (takes_all(kind)) return Reach::whole;
  const auto at = std::ranges::find_if(
      cells, [&](const Cell& cell) { return cell.kind == kind && cell.section == section; });
  return at == cells.end() ? Reach::never : at->reach;
}

std::span<const std::string_view> nameable_fields(Recipient kind, std::string_view section) {
  if (reach_of(kind, section) != Reach::named) return {};
  if (kind == Recipient::departement && section == "ins") return department_ins;
  if (kind == Recipient::departement && section == "health") return department_health;
  if ((kind == Recipient::parents || kind == Recipient::child) && section == "measures")
    return family_measures;
  if (kind == Recipient::school && section == "identity") return school_identity;
  if (kind == Recipient::school && section == "health") return school_health;
  return {};
}

/// A department and a judge have no health document (canonical child record §7, condition 9); what
/// nobody put into a section goes to who may have all of them.
bool may_have_document(Recipient kind, std::string_view document_section) {
  if (takes_all(kind)) return true;
  switch (kind) {
    case Recipient::dmp:
    case Recipient::care_team:
    case Recipient::citizen:
      return document_section == "health";
    case Recipient::departement:
    case Recipient::justice:
      return document_section == "administrative" || document_section == "judicial" ||
             document_section == "social" || document_section == "school";
    case Recipient::other_establishment:
      return document_section != "unknown" && !document_section.empty();
    default:
      return false;
  }
}

bool may_know_place(Recipient kind) {
  switch (kind) {
    case Recipient::departement:
    case Recipient::justice:
    case Recipient::child:
    case Recipient::other_establishment:
    case Recipient::archives:
    case Recipient::dui:
      return true;
    default:
      return false;
  }
}

bool may_know_hidden_address(Recipient kind) {
  return may_know_place(kind) && kind != Recipient::child;
}

std::span<const std::string_view> place_fields() {
  return place;
}
std::span<const std::string_view> free_text_fields() {
  return free_texts;
}

}  // namespace charmille::policy
