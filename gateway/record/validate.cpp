#include "gateway/record/validate.h"

#include <algorithm>
#include <array>

#include "gateway/base/national_keys.h"
#include "gateway/record/alerts.h"
#include "gateway/record/dates.h"
#include "gateway/record/edit.h"
#include "gateway/record/identifiers.h"
#include "gateway/record/text.h"

namespace charmille::record {
namespace {

using tree::Document;
using tree::Kind;
using tree::Node;

constexpr std::size_t name_limit = 100;
constexpr int age_limit = 100;
constexpr std::array<std::string_view, 13> date_keys = {
    "birthDate", "deathDate", "decidedOn", "receivedOn", "start",     "due", "end",
    "entry",     "exit",      "mdphDate",  "doneOn",     "checkedAt", "date"};

/// One pass of checks over one child.
/// A postcode or a phone number: more than the name of a place.
bool tells_where(std::string_view label) {
  std::size_t digits = 0;
  for (const char c : label) {
    const bool between = c == ' ' || c == '.';
    digits = c >= '0' && c <= '9' ? digits + 1 : between && digits >= 2 && digits < 5 ? digits : 0;
    if (digits >= 5) return true;
  }
  return false;
}

class Check {
 public:
  Check(Document& child, const Rules& rules) : child_(child), rules_(rules) {}

  Verdict run() {
    child_.set_root(cleaned(child_.root(), ""));
    local_id();
    identity();
    names();
    every_value();
    stays();
    measures();
    national_keys();
    ins();
    return std::move(verdict_);
  }

  void withdraw(std::string_view code, std::string path);
  Verdict verdict_;

 private:
  void reject(std::string_view code, const Node& at, std::string path) {
    add(verdict_.rejections, code, at, std::move(path));
  }
  void remark(std::string_view code, const Node& at, std::string path) {
    add(verdict_.remarks, code, at, std::move(path));
  }
  void add(std::vector<Fault>& to, std::string_view code, const Node& at, std::string path) {
    base::Args args{{"field", path}};
    to.push_back(fault(code, child_.place_of(at.origin(), std::move(path)), std::move(args)));
  }

  Node cleaned(const Node& node, const std::string& path);
  void local_id();
  void identity();
  void names();
  void name(const Node& node, const std::string& path);
  void every_value();
  void coded(const Node& node, const std::string& path);
  void stays();
  void measures();
  void national_keys();
  void ins();

  Document& child_;
  const Rules& rules_;
};

/// The same tree with clean texts; shared where nothing changes.
Node Check::cleaned(const Node& node, const std::string& path) {
  if (node.is(Kind::text)) {
    CleanText text = clean(node.chars());
    if (text.remarks & text_stripped) remark("CH-REC-021", node, path);
    if (text.remarks & text_normalised) remark("CH-REC-022", node, path);
    return text.changed ? child_.text(*text.changed, node.origin()) : node;
  }
  if (!node.is(Kind::object) && !node.is(Kind::array)) return node;
  std::vector<Node> items(node.items().begin(), node.items().end());
  bool changed = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string here = node.is(Kind::object)
                                 ? (path.empty() ? "" : path + ".") + std::string(node.key(i))
                                 : path + "[" + std::to_string(i) + "]";
    const Node item = cleaned(items[i], here);
    changed = changed || item.items().data() != items[i].items().data() ||
              item.chars().data() != items[i].chars().data();
    items[i] = item;
  }
  if (!changed) return node;
  if (node.is(Kind::array)) return child_.array(items, node.origin());
  std::vector<Document::Member> members;
  for (std::size_t i = 0; i < items.size(); ++i) members.emplace_back(node.key(i), items[i]);
  return child_.object(members, node.origin());
}

void Check::local_id() {
  for (const Node& id : items_at(child_.root(), "ids")) {
    const std::string_view system = text_at(id, "system");
    if (is_of_authority(system, rules_.local_id_prefix) && names_a_child(system) &&
        !system.ends_with(":dossier") && !text_at(id, "value").empty())
      return;
  }
  reject("CH-REC-001", child_.root(), "ids");
}

void Check::identity() {
  const Node* identity = child_.root().find("identity");
  if (identity == nullptr) return;
  if (text_at(*identity, "birthName").empty())
    reject("CH-REC-004", *identity, "identity.birthName");
  const Node* birth = identity->find("birthDate");
  if (birth == nullptr) return reject("CH-REC-004", *identity, "identity.birthDate");
  if (!is_date(birth->chars()) || rules_.today.empty()) return;
  if (is_after(birth->chars(), rules_.today)) reject("CH-REC-005", *birth, "identity.birthDate");
  if (age_on(birth->chars(), rules_.today).value_or(0) > age_limit)
    reject("CH-REC-006", *birth, "identity.birthDate");
}

void Check::names() {
  const Node* identity = child_.root().find("identity");
  if (identity == nullptr) return;
  for (const std::string_view key : {"birthName", "usedName", "usedGivenName"})
    if (const Node* node = identity->find(key)) name(*node, "identity." + std::string(key));
  const auto given = items_at(*identity, "birthGivenNames");
  for (std::size_t i = 0; i < given.size(); ++i)
    name(given[i], "identity.birthGivenNames[" + std::to_string(i) + "]");
}

void Check::name(const Node& node, const std::string& path) {
  const std::uint8_t found = look_at_name(node.chars());
  if (found & text_lost) remark("CH-REC-023", node, path);
  if (found & text_mixed) remark("CH-REC-024", node, path);
  if (length_of(node.chars()) > name_limit) remark("CH-REC-025", node, path);
}

/// Dates that no calendar has, and codes that no table knows, wherever they stand.
void Check::every_value() {
  std::string path;
  walk(child_.root(), path, [this](const Node& node, const std::string& at) {
    if (!node.is(Kind::object)) return;
    for (const std::string_view key : date_keys) {
      const Node* date = node.find(key);
      if (date != nullptr && !is_date(date->chars()))
        reject("CH-REC-002", *date, (at.empty() ? "" : at + ".") + std::string(key));
    }
    coded(node, at);
  });
}

void Check::coded(const Node& node, const std::string& path) {
  const Node* raw = node.find("raw");
  if (raw == nullptr || node.find("code") != nullptr) return;
  if (path.ends_with(".secretPlace") || path.ends_with(".secret"))
    return remark("CH-REC-026", *raw, path);
  if (path == "identity.sex" || path == "ins.status") return reject("CH-REC-008", *raw, path);
  remark("CH-REC-027", *raw, path);
}

void Check::stays() {
  const auto all = items_at(child_.root(), "stays");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string path = "stays[" + std::to_string(i) + "].";
    const std::string_view entry = text_at(all[i], "entry");
    const std::string_view exit = text_at(all[i], "exit");
    if (is_date(entry) && is_date(exit) && is_after(entry, exit))
      reject("CH-REC-003", *all[i].find("exit"), path + "exit");
    if (const Node* finess = all[i].find("finess");
        finess != nullptr && !base::is_finess(finess->chars()))
      reject("CH-REC-007", *finess, path + "finess");
    const Node* label = all[i].find("establishment");
    if (label != nullptr && code_at(all[i], "secretPlace") != "no" && tells_where(label->chars()))
      remark("CH-REC-033", *label, path + "establishment");
  }
}

void Check::measures() {
  const auto all = items_at(child_.root(), "measures");
  const Node* birth = find_path(child_.root(), {"identity", "birthDate"});
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string path = "measures[" + std::to_string(i) + "].";
    const std::string_view start = text_at(all[i], "start");
    if (!is_date(start)) continue;
    const std::string_view end = text_at(all[i], "end");
    const std::string_view due = text_at(all[i], "due");
    if (is_date(end) && is_after(start, end))
      reject("CH-REC-003", *all[i].find("end"), path + "end");
    if (is_date(due) && is_after(start, due))
      remark("CH-REC-028", *all[i].find("due"), path + "due");
    if (birth != nullptr && is_date(birth->chars()) && is_after(birth->chars(), start))
      remark("CH-REC-029", *all[i].find("start"), path + "start");
    const std::string_view previous = text_at(all[i], "renewalOf");
    if (!previous.empty() && std::ranges::none_of(all, [&](const Node& other) {
          return text_at(other, "number") == previous;
        }))
      remark("CH-REC-032", *all[i].find("renewalOf"), path + "renewalOf");
  }
  if (!rules_.today.empty())
    for (const Fault& alert : alerts(child_, rules_.today))
      if (alert.code == "CH-REC-044") verdict_.remarks.push_back(alert);
}

void Check::national_keys() {
  if (const Node* rpps = find_path(child_.root(), {"health", "doctor", "rpps"});
      rpps != nullptr && !base::is_rpps(rpps->chars()))
    remark("CH-REC-030", *rpps, "health.doctor.rpps");
  const auto school = items_at(child_.root(), "school");
  for (std::size_t i = 0; i < school.size(); ++i)
    if (const Node* uai = school[i].find("uai"); uai != nullptr && !base::is_uai(uai->chars()))
      remark("CH-REC-031", *uai, "school[" + std::to_string(i) + "].uai");
}

/// The matricule and what depends on it go; a status that rested on it falls back to PROVISOIRE.
void Check::withdraw(std::string_view code, std::string path) {
  const Node root = child_.root();
  Node ins = *root.find("ins");
  const Node* at = ins.find("matricule");
  if (!code.empty()) remark(code, at != nullptr ? *at : ins, std::move(path));
  ins = code.empty() ? without(child_, ins, {"matricule", "kind", "oid"})
                     : downgraded_ins(child_, ins);
  child_.set_root(ins.items().empty() ? without(child_, root, {"ins"})
                                      : with(child_, root, "ins", ins));
}

void Check::ins() {
  const Node* ins = child_.root().find("ins");
  if (ins == nullptr) return;
  const bool qualified = code_at(*ins, "status") == "QUALIFIEE";
  const Node* matricule = ins->find("matricule");
  if (matricule == nullptr) {
    if (qualified) withdraw("CH-INS-006", "ins.status");
    return;
  }
  switch (check_ins(*ins, child_.root().find("identity"))) {
    case InsCheck::wrong_shape:
      return withdraw("CH-INS-002", "ins.matricule");
    case InsCheck::wrong_key:
      return withdraw("CH-INS-001", "ins.matricule");
    case InsCheck::contradicts_sex:
    case InsCheck::contradicts_birth:
      return withdraw("CH-INS-003", "ins.matricule");
    case InsCheck::fits:
      break;
  }
  if (!qualified) return withdraw("", "");
  if (!oid_fits(text_at(*ins, "oid"), rules_.environment)) withdraw("CH-INS-005", "ins.oid");
}

}  // namespace

Verdict validate(Document& child, const Rules& rules) {
  return Check(child, rules).run();
}

std::string number_of(const Node& child) {
  const Node* ins = child.find("ins");
  if (ins == nullptr) return {};
  return std::string(text_at(*ins, "matricule").substr(0, 13));
}

void withdraw_shared_ins(Document& child, Verdict& verdict) {
  if (child.root().find("ins") == nullptr) return;
  const Rules rules;
  Check check(child, rules);
  check.withdraw("CH-INS-004", "ins.matricule");
  verdict.remarks.insert(verdict.remarks.end(), check.verdict_.remarks.begin(),
                         check.verdict_.remarks.end());
}

}  // namespace charmille::record
