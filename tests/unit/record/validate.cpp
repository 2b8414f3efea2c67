#include "gateway/record/validate.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/record/edit.h"

using namespace charmille;
using namespace charmille::record;

namespace {

const char* boy = R"({"ids":[{"system":"urn:charmille:dui:990001018:eo","value":"E1"}],
  "identity":{"birthName":"BÉHAGUE","birthGivenNames":["Rayan"],"sex":{"code":"M","raw":"G"},"birthDate":"2015-08-06"},
  "ins":{"matricule":"115086296925563","kind":"NIR","oid":"1.2.250.1.213.1.4.10","status":{"code":"QUALIFIEE","raw":"Qualifiée"}},
  "measures":[{"id":"M1","start":"2023-10-30","due":"2025-10-30"}],
  "stays":[{"finess":"990001018","entry":"2023-10-30","secretPlace":{"code":"no"}}]})";

tree::Document read(std::string text) {
  auto document = codec::read_json(text, "push.json");
  REQUIRE(document);
  return std::move(*document);
}

/// `boy` with one part replaced.
tree::Document changed(std::string_view from, std::string_view to) {
  std::string text = boy;
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return read(text.replace(at, from.size(), to));
}

const Rules rules{Environment::test, "urn:charmille:dui:", "2026-06-30"};

std::vector<std::string> codes(const std::vector<Fault>& faults) {
  std::vector<std::string> out;
  for (const Fault& f : faults) out.push_back(std::string(f.code) + ' ' + f.place.path);
  return out;
}
using Codes = std::vector<std::string>;

Codes rejections(tree::Document document) {
  return codes(validate(document, rules).rejections);
}
Codes remarks(tree::Document document) {
  const Verdict verdict = validate(document, rules);
  CHECK_FALSE(verdict.rejected());
  return codes(verdict.remarks);
}

}  // namespace

TEST_CASE("a good record passes unchanged and without a word") {
  tree::Document document = read(boy);
  const Verdict verdict = validate(document, rules);
  CHECK(verdict.rejections.empty());
  CHECK(verdict.remarks.empty());
  CHECK(codec::write_canonical_json(document.root()) ==
        codec::write_canonical_json(read(boy).root()));
}

TEST_CASE("a child without a local id is refused, and a dossier number is none") {
  CHECK(rejections(changed(R"([{"system":"urn:charmille:dui:990001018:eo","value":"E1"}])",
                           "[]")) == Codes{"CH-REC-001 ids"});
  CHECK(rejections(changed("990001018:eo\"", "990001018:eo:dossier\"")) == Codes{"CH-REC-001 ids"});
  CHECK(rejections(changed("\"E1\"", "\"\"")) == Codes{"CH-REC-001 ids"});
}

TEST_CASE("a birth that the calendar or the extraction date forbids is refused at its field") {
  CHECK(rejections(changed("2015-08-06", "2015-02-31")) == Codes{"CH-REC-002 identity.birthDate"});
  CHECK(rejections(changed("2015-08-06", "31/02/2014")) == Codes{"CH-REC-002 identity.birthDate"});
  CHECK(rejections(changed("2015-08-06", "2031-07-14")) == Codes{"CH-REC-005 identity.birthDate"});
  CHECK(rejections(changed("2015-08-06", "1899-01-01")) == Codes{"CH-REC-006 identity.birthDate"});
  CHECK(rejections(changed(R"(,"birthDate":"2015-08-06")", "")) ==
        Codes{"CH-REC-004 identity.birthDate"});
  CHECK(rejections(changed("BÉHAGUE", "")) == Codes{"CH-REC-004 identity.birthName"});
}

TEST_CASE("a partial birth date is a date") {
  CHECK(remarks(changed("2015-08-06", "2015-08")).empty());
}

TEST_CASE("an exit before the entry, or an end before the start, is refused") {
  CHECK(rejections(
            changed(R"("entry":"2023-10-30")", R"("entry":"2026-03-01","exit":"2026-02-01")")) ==
        Codes{"CH-REC-003 stays[0].exit"});
  CHECK(rejections(changed(R"("due":"2025-10-30")", R"("end":"2023-10-29")")) ==
        Codes{"CH-REC-003 measures[0].end"});
  CHECK(rejections(changed(R"("due":"2025-10-30")", R"("end":"2023-10-30")")).empty());
}

TEST_CASE("a term before the start, and a measure before the birth, are remarks") {
  CHECK(remarks(changed(R"("due":"2025-10-30")", R"("due":"2022-10-30")")) ==
        Codes{"CH-REC-028 measures[0].due"});
  CHECK(remarks(changed(R"("start":"2023-10-30")", R"("start":"2013-10-30")")) ==
        Codes{"CH-REC-029 measures[0].start"});
}

TEST_CASE("a FINESS with a wrong key and unknown codes of sex and INS status are refused") {
  CHECK(rejections(changed(R"("finess":"990001018")", R"("finess":"990000019")")) ==
        Codes{"CH-REC-007 stays[0].finess"});
  CHECK(rejections(changed(R"("code":"M","raw":"G")", R"("raw":"Z")")) ==
        Codes{"CH-REC-008 identity.sex"});
  CHECK(rejections(changed(R"("code":"QUALIFIEE","raw":"Qualifiée")", R"("raw":"Certifiée")")) ==
        Codes{"CH-REC-008 ins.status"});
}

TEST_CASE("every reason of a refusal is told at once") {
  tree::Document document = changed(R"("code":"M","raw":"G")", R"("raw":"Z")");
  document.set_root(without(document, document.root(), {"ids"}));
  CHECK(codes(validate(document, rules).rejections) ==
        Codes{"CH-REC-001 ids", "CH-REC-008 identity.sex"});
}

TEST_CASE("an unknown word in a secrecy box is a remark, another unknown label too") {
  CHECK(
      remarks(changed(R"("secretPlace":{"code":"no"})", R"("secretPlace":{"raw":"peut-être"})")) ==
      Codes{"CH-REC-026 stays[0].secretPlace"});
  CHECK(remarks(changed(R"("id":"M1")", R"("type":{"raw":"Mesure locale"})")) ==
        Codes{"CH-REC-027 measures[0].type"});
}

TEST_CASE(
    "a wrong matricule is dropped, the status falls back, the child stays with its local id") {
  struct Case {
    const char* matricule;
    const char* remark;
  };
  for (const Case& c : {Case{"115086296925564", "CH-INS-001 ins.matricule"},
                        Case{"2A00112345671", "CH-INS-002 ins.matricule"},
                        Case{"ABCDEFGHIJKLMZZ", "CH-INS-002 ins.matricule"},
                        Case{"216016296907730", "CH-INS-003 ins.matricule"}}) {
    tree::Document document = changed("115086296925563", c.matricule);
    const Verdict verdict = validate(document, rules);
    CHECK_FALSE(verdict.rejected());
    CHECK(codes(verdict.remarks) == Codes{c.remark});
    const tree::Node& ins = *document.root().find("ins");
    CHECK(ins.find("matricule") == nullptr);
    CHECK(ins.find("oid") == nullptr);
    CHECK(code_at(ins, "status") == "PROVISOIRE");
    CHECK(document.root().find("ids") != nullptr);
  }
}

TEST_CASE("the matricule of an identity that is not qualified is not kept, without a word") {
  tree::Document document = changed("\"code\":\"QUALIFIEE\"", "\"code\":\"VALIDEE\"");
  CHECK(remarks(std::move(document)).empty());
  document = changed("\"code\":\"QUALIFIEE\"", "\"code\":\"VALIDEE\"");
  validate(document, rules);
  CHECK(document.root().find("ins")->find("matricule") == nullptr);
  CHECK(code_at(*document.root().find("ins"), "status") == "VALIDEE");
}

TEST_CASE("a parent's number on an identity that is only provisional is still told") {
  tree::Document document =
      changed("\"matricule\":\"115086296925563\"", "\"matricule\":\"216016296907730\"");
  document = read([&] {
    std::string text = codec::write_json(document.root());
    return text.replace(text.find("\"code\":\"QUALIFIEE\""), 18, "\"code\":\"PROVISOIRE\"");
  }());
  CHECK(remarks(std::move(document)) == Codes{"CH-INS-003 ins.matricule"});
}

TEST_CASE(
    "a test number is dropped in production, a qualified identity without a number is lowered") {
  tree::Document document = read(boy);
  CHECK(codes(validate(document, {Environment::production, rules.local_id_prefix, rules.today})
                  .remarks) == Codes{"CH-INS-005 ins.oid"});
  CHECK(document.root().find("ins")->find("matricule") == nullptr);
  CHECK(remarks(changed(R"("matricule":"115086296925563",)", "")) ==
        Codes{"CH-INS-006 ins.status"});
}

TEST_CASE("a number that another child carries too is withdrawn after the fact") {
  tree::Document document = read(boy);
  CHECK(number_of(document.root()) == "1150862969255");
  Verdict verdict = validate(document, rules);
  withdraw_shared_ins(document, verdict);
  CHECK(codes(verdict.remarks) == Codes{"CH-INS-004 ins.matricule"});
  CHECK(number_of(document.root()).empty());
  CHECK(code_at(*document.root().find("ins"), "status") == "PROVISOIRE");
}

TEST_CASE("names are cleaned or looked at, never repaired") {
  tree::Document document = changed("BÉHAGUE", "\u202ETRAVERSE");
  const Verdict verdict = validate(document, rules);
  CHECK(codes(verdict.remarks) == Codes{"CH-REC-021 identity.birthName"});
  CHECK(text_at(*document.root().find("identity"), "birthName") == "TRAVERSE");

  CHECK(remarks(changed("BÉHAGUE", "?TEFAN")) == Codes{"CH-REC-023 identity.birthName"});
  CHECK(remarks(changed("BÉHAGUE", "DUP\u039FNT")) == Codes{"CH-REC-024 identity.birthName"});
  CHECK(remarks(changed("BÉHAGUE", std::string(300, 'A'))) ==
        Codes{"CH-REC-025 identity.birthName"});
  CHECK(remarks(changed("Rayan", "Mae\u0308lys")) ==
        Codes{"CH-REC-022 identity.birthGivenNames[0]"});
}

TEST_CASE("formulas and scripts are text, and pass as they are") {
  for (const char* text : {"=1+1", "@SUM(1+1)", "'; DROP TABLE usagers; --",
                           "<script>alert(1)</script>", "${jndi:ldap://127.0.0.1/a}", "%s%s%n"})
    CHECK(remarks(changed("BÉHAGUE", text)).empty());
}

TEST_CASE("faults name fields and lines, and hold no value of the child") {
  tree::Document document = changed("2015-08-06", "31/02/2014");
  const Verdict verdict = validate(document, rules);
  REQUIRE(verdict.rejections.size() == 1);
  const Fault& fault = verdict.rejections[0];
  CHECK(fault.place.file == "push.json");
  CHECK(fault.place.line == 2);
  const std::string text =
      base::describe(fault, base::Language::fr) + base::describe(fault, base::Language::en);
  CHECK(text.find("2014") == text.npos);
  CHECK(text.find("BÉHAGUE") == text.npos);
  CHECK(text.find('{') == text.npos);
}

TEST_CASE("a push of some sections is judged on those") {
  CHECK(
      remarks(
          read(
              R"({"ids":[{"system":"urn:charmille:dui:990001018:eo","value":"E1"}],"stays":[{"entry":"2023-10-30"}]})"))
          .empty());
}
