// An OLINPE extraction before it leaves: what may be in it, and what must hold together.
#include "gateway/policy/olinpe.h"

#include <map>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

using namespace charmille;
using policy::OlinpeCheck;

namespace {

using Changes = std::map<std::string, std::string>;

/// A renewal of a judicial placement, sound but for `changes`; an empty value takes a variable out.
std::string event(const Changes& changes = {}) {
  std::map<std::string, std::string> all{{"NUMDEP", "099"},
                                         {"NUMANONYM", "0123456789abcdef0123456789abcdef01234567"},
                                         {"TYPEV", "2"},
                                         {"SEXE", "1"},
                                         {"ANAIS", "2015"},
                                         {"MNAIS", "08"},
                                         {"ANSMERE", "1982"},
                                         {"DECISION", "2"},
                                         {"DATDECPE", "2025-10-30"},
                                         {"DATDEB", "2025-10-30"},
                                         {"NATDECASSED", "17"},
                                         {"NATDECPLAC", "2"},
                                         {"INSTITPLAC", "3"},
                                         {"LIEUPLAC", "2"},
                                         {"CHGLIEU", "1"}};
  for (const auto& [name, value] : changes) all[name] = value;
  std::string json;
  for (const auto& [name, value] : all)
    if (!value.empty()) json += (json.empty() ? "{\"" : ",\"") + name + "\":\"" + value + '"';
  return json + '}';
}

const Changes ended{{"TYPEV", "3"}, {"CHGLIEU", ""}, {"DATFIN", "2025-12-01"}, {"MOTFININT", "1"}};

Changes with(Changes changes, const Changes& more) {
  for (const auto& [name, value] : more) changes[name] = value;
  return changes;
}

struct Judged {
  std::string broken;  ///< codes and variables
  std::string looked_at;
};

std::string listed(const std::vector<base::Fault>& faults) {
  std::string all;
  for (const base::Fault& fault : faults) {
    all += (all.empty() ? "" : " ") + std::string(fault.code.substr(7));
    for (const auto& [name, value] : fault.args)
      if (name == "variable") all += ':' + value;
  }
  return all;
}

Judged judged(const std::vector<std::string>& events,
              const std::string& intro = R"({"VERSIONXSD":"2.01","DATEXPORT":"2026-03-02"})") {
  OlinpeCheck check;
  const auto head = codec::read_json(intro, "f");
  REQUIRE(head);
  check.intro(*head, head->root());
  for (const std::string& one : events) {
    const auto document = codec::read_json(one, "f");
    REQUIRE(document);
    check.event(*document, document->root());
  }
  CHECK(check.events() == events.size());
  return {listed(check.faults()), listed(check.remarks())};
}

std::string broken(const Changes& changes) {
  return judged({event(changes)}).broken;
}

}  // namespace

TEST_CASE("a sound event leaves") {
  CHECK(broken({}) == "");
  CHECK(broken(ended) == "");
  CHECK(
      broken({{"ANSMERE", "9999"}, {"MNAIS", "99"}, {"NUMDEP", "02A"}, {"DATDCMERE", "2019-04"}}) ==
      "");
  CHECK(broken({{"DECISION", "1"},
                {"NATDECASSED", ""},
                {"NATDECPLAC", ""},
                {"INSTITPLAC", ""},
                {"LIEUPLAC", ""},
                {"NATPDECADM", "10"},
                {"TYPINTERDOM", "2"}}) == "");
}

TEST_CASE("an identity never leaves, under whatever name it is given") {
  CHECK(broken({{"NOM", "Essai"}}) == "002:NOM");
  CHECK(broken({{"Prenom_Usuel", "Camille"}}) == "002:Prenom_Usuel");
  CHECK(broken({{"DATNAIS", "2015-08-06"}}) == "002:DATNAIS");
  CHECK(broken({{"REMARQUE", "Camille"}}) == "001:REMARQUE");
  CHECK(broken({{"typev", "2"}}) == "001:typev");
  // A name in the place of a code, in letters or in words.
  CHECK(broken({{"NIVSCO", "Camille"}}) == "003:NIVSCO");
  CHECK(broken({{"AUTREDJ", "chez sa tante"}}) == "003:AUTREDJ");
  CHECK(broken({{"NIVSCO", "20150806"}}) == "003:NIVSCO");
  CHECK(broken({{"NUMANONYM", "Essai"}}) == "004:NUMANONYM");
  CHECK(broken({{"NUMANONYMANT", "Essai"}}) == "004:NUMANONYMANT");
}

TEST_CASE("what is no text is no code") {
  std::string nested = event();
  nested.back() = ',';
  CHECK(judged({nested + R"("NIVSCO":{"a":"1"}})"}).broken == "003:NIVSCO");
  CHECK(judged({nested + R"("NIVSCO":["200","210"]})"}).broken == "003:NIVSCO");
}

TEST_CASE("an event is complete, and its codes are in their lists") {
  CHECK(broken({{"DATDECPE", ""}, {"DATDEB", ""}}) == "010:DATDECPE 010:DATDEB");
  CHECK(broken({{"MNAIS", "13"}}) == "012:MNAIS");
  CHECK(broken({{"SEXE", "3"}}) == "012:SEXE");
  CHECK(broken({{"NATDECASSED", "12"}}) ==
        "012:NATDECASSED 016:NATDECPLAC 016:INSTITPLAC 016:LIEUPLAC");
  CHECK(broken({{"DATDECPE", "30/10/2025"}}) == "011:DATDECPE");
  CHECK(broken({{"DATDECPE", "2025-02-30"}}) == "011:DATDECPE");
  CHECK(broken({{"DATDCMERE", "2019-04-01"}}) == "011:DATDCMERE");
}

TEST_CASE("parents are older than their child") {
  CHECK(broken({{"ANSMERE", "2015"}}) == "013:ANSMERE");
  CHECK(broken({{"ANSMERE", "1919"}}) == "013:ANSMERE");
  CHECK(broken({{"ANSPERE", "2018"}}) == "013:ANSPERE");
}

TEST_CASE("the nature of a decision fits who took it, and has its own companions") {
  CHECK(broken({{"DECISION", "1"}}) == "010:NATPDECADM 015:NATDECASSED");
  CHECK(broken({{"NATPDECADM", "10"}}) == "015:NATPDECADM 016:TYPINTERDOM");
  CHECK(broken({{"LIEUPLAC", ""}}) == "016:LIEUPLAC");
  CHECK(broken({{"TYPDECJUD", "5"}}) == "016:TYPDECJUD");
}

TEST_CASE("an end has its date and its reason, and nothing else has them") {
  CHECK(broken(with(ended, {{"DATFIN", ""}})) == "014:DATFIN");
  CHECK(broken(with(ended, {{"MOTFININT", ""}})) == "014:MOTFININT");
  CHECK(broken({{"MOTFININT", "1"}}) == "014:MOTFININT");
  CHECK(broken({{"CHGLIEU", ""}}) == "017:CHGLIEU");
  CHECK(broken(with(ended, {{"DATDEB", "2025-12-02"}})) == "019:DATFIN");
}

TEST_CASE("events are of the year before the extraction; a long measure is only remarked on") {
  CHECK(broken({{"DATDECPE", "2024-10-30"}}) == "");
  CHECK(broken({{"DATDECPE", "2024-10-30"}, {"DATDEB", "2024-11-01"}}) == "018:DATDEB");
  CHECK(broken(with(ended, {{"DATFIN", "2026-01-02"}})) == "018:DATFIN");
  const Judged year =
      judged({event(with(ended, {{"DATDEB", "2022-01-01"}, {"DATDECPE", "2022-01-01"}}))});
  CHECK(year.broken == "");
  CHECK(year.looked_at == "030:DATFIN");
}

TEST_CASE("a pseudonym is of one child, and an event is told once") {
  CHECK(judged({event(), event(with(ended, {{"SEXE", "2"}}))}).broken == "020:NUMANONYM");
  CHECK(judged({event(), event()}).broken == "021:TYPEV");
  const std::string nobody(40, 'f');
  CHECK(judged({event({{"NUMANONYM", nobody}}),
                event(with(ended, {{"NUMANONYM", nobody}, {"SEXE", "2"}}))})
            .broken == "");
}

TEST_CASE("the extraction says which it is") {
  CHECK(judged({}, "{}").broken == "005 006");
  CHECK(judged({}, R"({"VERSIONXSD":"3","DATEXPORT":"02/03/2026"})").broken == "005 006");
  CHECK(judged({}, R"({"VERSIONXSD":"1.22","DATEXPORT":"2013-03-02","AUTEUR":"Essai"})").broken ==
        "001:AUTEUR");
}

TEST_CASE("what leaves is written of what was judged") {
  const auto document = codec::read_json(event({{"LIEUACC", ""}}), "f");
  const auto intro = codec::read_json(R"({"VERSIONXSD":"2.01","DATEXPORT":"2026-03-02"})", "f");
  REQUIRE(document);
  REQUIRE(intro);
  std::string out;
  policy::OlinpeWriter writer;
  writer.intro(intro->root(), out);
  writer.event(document->root(), out);
  writer.end(out);
  CHECK(
      out.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DECRET>\n "
                      "<INTRO><VERSIONXSD>2.01</VERSIONXSD>"));
  CHECK(out.find("<TYPEV>2</TYPEV>") != out.npos);
  CHECK(out.ends_with("</DONNEE>\n</DECRET>\n"));
}
