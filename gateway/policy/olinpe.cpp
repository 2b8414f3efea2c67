#include "gateway/policy/olinpe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/policy/olinpe_variables.h"
#include "gateway/record/dates.h"
#include "gateway/record/edit.h"

namespace charmille::policy {

using olinpe::Form;
using record::text_at;
using tree::Node;

namespace {

using Codes = std::span<const std::string_view>;

constexpr auto administrative = std::to_array<std::string_view>(
    {"10", "11", "12", "13", "14", "15", "16", "18", "19", "20", "21"});
constexpr auto judicial = std::to_array<std::string_view>(
    {"11", "14", "15", "16", "17", "18", "19", "21", "22", "23", "24"});

/// A variable that goes with some natures of decision, and with no other.
struct Companion {
  std::string_view nature;
  std::string_view variable;
  bool required;
  std::array<std::string_view, 9> codes;
};

constexpr std::array companions{
    Companion{"NATPDECADM", "TYPINTERDOM", true, {"10", "18", "20"}},
    Companion{"NATPDECADM", "LIEUACC", true, {"11", "12", "13", "14", "15", "16", "19", "21"}},
    Companion{"NATPDECADM", "ACCMOD", false, {"11", "12", "13", "14", "15", "16", "19", "21"}},
    Companion{"NATPDECADM", "AUTRLIEUACC", false, {"11", "12", "13", "14", "15", "16", "19", "21"}},
    Companion{"NATDECASSED", "NATDECPLAC", true, {"17", "18"}},
    Companion{"NATDECASSED", "INSTITPLAC", true, {"17", "18"}},
    Companion{"NATDECASSED", "TYPDECJUD", true, {"11", "14", "15", "16", "19", "21", "24"}},
    Companion{"NATDECASSED", "LIEUPLAC", true, {"17", "18", "22", "23"}},
    Companion{"NATDECASSED", "PLACMOD", false, {"17", "18", "22", "23"}},
    Companion{"NATDECASSED", "AUTRLIEUAR", false, {"17", "18", "22", "23"}},
};

bool is_one_of(std::string_view code, Codes codes) {
  return std::ranges::find(codes, code) != codes.end();
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || at != text.data() + text.size()) return {};
  return value;
}

std::optional<std::chrono::sys_days> day(std::string_view date) {
  if (date.size() != 10 || !record::is_date(date)) return {};
  const auto part = [&](std::size_t at, std::size_t size) {
    return *number(date.substr(at, size));
  };
  return std::chrono::year(part(0, 4)) / part(5, 2) / part(8, 2);
}

}  // namespace

/// One event while it is judged.
class OlinpeCheck::Event {
 public:
  Event(OlinpeCheck& check, const tree::Document& document, const Node& node)
      : check_(check), document_(document), node_(node) {}

  void judge() const {
    for (std::size_t i = 0; i < node_.items().size(); ++i) variable(node_.key(i), node_.items()[i]);
    present();
    lists();
    births();
    natures();
    course();
  }

  std::string_view at(std::string_view variable) const { return text_at(node_, variable); }
  void refuse(std::string_view code, std::string_view variable, base::Args more = {}) const {
    add(check_.faults_, code, variable, std::move(more));
  }
  void remark(std::string_view code, std::string_view variable, base::Args more = {}) const {
    add(check_.remarks_, code, variable, std::move(more));
  }

 private:
  void add(std::vector<Fault>& to, std::string_view code, std::string_view variable,
           base::Args more) const {
    constexpr std::size_t most = 1000;
    if (to.size() >= most) return;
    const Node* const found = node_.find(variable);
    more.emplace_back("variable", base::printable(variable.substr(0, longest_name)));
    to.push_back(fault(code, document_.place_of((found != nullptr ? *found : node_).origin()),
                       std::move(more)));
  }

  void variable(std::string_view name, const Node& value) const {
    if (value.is(tree::Kind::object) && name == "INTRO") return;  // of the whole; judged once
    const Form form = olinpe::form_of(name);
    if (form == Form::none)
      return refuse(olinpe::names_identity(name) ? "CH-OLI-002" : "CH-OLI-001", name);
    const bool plain = value.is(tree::Kind::text) || value.is(tree::Kind::null);
    if (plain && olinpe::has_form(value.chars(), form)) return;
    if (!plain) return refuse("CH-OLI-003", name);
    refuse(form == Form::pseudonym                     ? "CH-OLI-004"
           : form == Form::date || form == Form::month ? "CH-OLI-011"
                                                       : "CH-OLI-003",
           name);
  }

  void present() const {
    for (const std::string_view name : {"NUMDEP", "NUMANONYM", "TYPEV", "SEXE", "ANAIS", "MNAIS",
                                        "DECISION", "DATDECPE", "DATDEB"})
      if (at(name).empty()) refuse("CH-OLI-010", name);
  }

  void list(std::string_view name, Codes codes) const {
    if (!at(name).empty() && !is_one_of(at(name), codes)) refuse("CH-OLI-012", name);
  }
  void lists() const {
    using Names = std::string_view[];
    list("TYPEV", Names{"1", "2", "3"});
    list("DECISION", Names{"1", "2"});
    list("SEXE", Names{"1", "2", "9"});
    list("MNAIS",
         Names{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "99"});
    list("NATPDECADM", administrative);
    list("NATDECASSED", judicial);
  }

  /// Adults are born after 1920, and before the child.
  void births() const {
    constexpr int earliest = 1920;
    constexpr int unknown = 9999;
    const auto child = number(at("ANAIS"));
    for (const std::string_view name : {"ANSMERE", "ANSPERE", "ANSA1", "ANSA2"}) {
      const auto adult = number(at(name));
      if (!adult || *adult == unknown) continue;
      if (*adult < earliest || (child && *child != unknown && *adult >= *child))
        refuse("CH-OLI-013", name);
    }
  }

  void natures() const {
    const std::string_view decision = at("DECISION");
    for (const auto& [kind, own, other] :
         {std::array<std::string_view, 3>{"1", "NATPDECADM", "NATDECASSED"},
          std::array<std::string_view, 3>{"2", "NATDECASSED", "NATPDECADM"}}) {
      if (decision != kind) continue;
      if (at(own).empty()) refuse("CH-OLI-010", own);
      if (!at(other).empty()) refuse("CH-OLI-015", other);
    }
    for (const Companion& one : companions) {
      const std::string_view nature = at(one.nature);
      const bool goes = !nature.empty() && is_one_of(nature, one.codes);
      const bool there = !at(one.variable).empty();
      if ((there && !goes) || (goes && one.required && !there))
        refuse("CH-OLI-016", one.variable, {{"nature", std::string(one.nature)}});
    }
  }

  /// From its decision to its end.
  void course() const {
    const bool ends = at("TYPEV") == "3";
    for (const std::string_view name : {"DATFIN", "MOTFININT"})
      if (ends == at(name).empty()) refuse("CH-OLI-014", name);
    if ((at("TYPEV") == "2") == at("CHGLIEU").empty()) refuse("CH-OLI-017", "CHGLIEU");
    const auto in_year = [&](std::string_view name) {
      return at(name).substr(0, 4) == check_.year_;
    };
    const bool dated =
        ends ? day(at("DATFIN")).has_value() : day(at("DATDECPE")) || day(at("DATDEB"));
    if (dated && !check_.year_.empty() &&
        !(ends ? in_year("DATFIN") : in_year("DATDECPE") || in_year("DATDEB")))
      refuse("CH-OLI-018", ends ? "DATFIN" : "DATDEB", {{"year", check_.year_}});
    constexpr std::chrono::days longest{730};
    const auto start = day(at("DATDEB"));
    const auto end = day(at("DATFIN"));
    if (!start || !end) return;
    if (*end < *start) refuse("CH-OLI-019", "DATFIN");
    if (*end - *start > longest) remark("CH-OLI-030", "DATFIN");
  }

  static constexpr std::size_t longest_name = 40;
  OlinpeCheck& check_;
  const tree::Document& document_;
  const Node& node_;
};

void OlinpeCheck::intro(const tree::Document& document, const Node& intro) {
  const base::Place place = document.place_of(intro.origin());
  for (std::size_t i = 0; i < intro.items().size(); ++i)
    if (intro.key(i) != "VERSIONXSD" && intro.key(i) != "DATEXPORT")
      faults_.push_back(
          fault("CH-OLI-001", place, {{"variable", base::printable(intro.key(i).substr(0, 40))}}));
  const std::string_view version = text_at(intro, "VERSIONXSD");
  if (version != "2.01" && version != "1.22") faults_.push_back(fault("CH-OLI-005", place));
  const std::string_view exported = text_at(intro, "DATEXPORT");
  if (!day(exported)) return faults_.push_back(fault("CH-OLI-006", place));
  year_ = std::to_string(*number(exported.substr(0, 4)) - 1);
}

void OlinpeCheck::event(const tree::Document& document, const Node& node) {
  ++events_;
  const Event event(*this, document, node);
  event.judge();
  known_pseudonym(event);
  told_before(event);
}

/// One child keeps its sex and its month of birth. Forty f stand for no identity at all.
void OlinpeCheck::known_pseudonym(const Event& event) {
  const std::string_view pseudonym = event.at("NUMANONYM");
  if (pseudonym.empty() || pseudonym.find_first_not_of("fF") == pseudonym.npos) return;
  std::string traits;
  for (const std::string_view name : {"SEXE", "ANAIS", "MNAIS"})
    traits += std::string(event.at(name)) + ';';
  const auto [known, added] = children_.emplace(pseudonym, traits);
  if (!added && known->second != traits) event.refuse("CH-OLI-020", "NUMANONYM");
}

void OlinpeCheck::told_before(const Event& event) {
  std::string key;
  for (const std::string_view name : {"NUMANONYM", "TYPEV", "DATDECPE", "NATPDECADM", "LIEUACC",
                                      "TYPINTERDOM", "NATDECASSED", "LIEUPLAC", "TYPDECJUD"})
    key += std::string(event.at(name)) + ';';
  if (!told_.insert(std::move(key)).second) event.refuse("CH-OLI-021", "TYPEV");
}

namespace {

/// Names and values that were judged hold nothing to escape.
void write(const Node& object, std::string& out) {
  for (std::size_t i = 0; i < object.items().size(); ++i) {
    if (object.items()[i].is(tree::Kind::object)) continue;
    const std::string name(object.key(i));
    out += fmt::format("<{0}>{1}</{0}>", name, object.items()[i].chars());
  }
}

}  // namespace

void OlinpeWriter::intro(const Node& intro, std::string& out) {
  out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DECRET>\n <INTRO>";
  write(intro, out);
  out += "</INTRO>\n";
}

void OlinpeWriter::event(const Node& event, std::string& out) {
  out += " <DONNEE>";
  write(event, out);
  out += "</DONNEE>\n";
}

void OlinpeWriter::end(std::string& out) {
  out += "</DECRET>\n";
}

}  // namespace charmille::policy
