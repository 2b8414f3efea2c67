// What a sender is told.
#include "gateway/exchange/report.h"

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"

namespace charmille::exchange {
namespace {

Report sample() {
  Report report;
  report.file = "export.csv";
  report.accepted = 12;
  report.refuse(fault("CH-REC-002", {"export.csv", 14, 8, "identity.birthDate"},
                      {{"field", "identity.birthDate"}}),
                "E01002");
  return report;
}

}  // namespace

TEST_CASE("a refusal names line, column, local id, rule and remedy, in the reader's language") {
  const std::string text = to_text(sample(), base::Language::fr);
  for (const char* part :
       {"export.csv", "ligne 14", "colonne 8", "enregistrement E01002", "CH-REC-002", "À faire"})
    CHECK(text.find(part) != text.npos);
  CHECK(to_text(sample(), base::Language::en).find("line 14") != std::string::npos);
}

TEST_CASE("the same stands in the JSON, which reads back") {
  const auto doc = codec::read_json(to_json(sample(), base::Language::fr), "report");
  REQUIRE(doc);
  CHECK(doc->root().find("outcome")->chars() == "applied");
  CHECK(doc->root().find("refused")->chars() == "1");
  const tree::Node& refusal = doc->root().find("refusals")->items()[0];
  CHECK(refusal.find("code")->chars() == "CH-REC-002");
  CHECK(refusal.find("localId")->chars() == "E01002");
  CHECK(refusal.find("line")->chars() == "14");
}

TEST_CASE("more refusals than are listed are counted") {
  Report report;
  for (std::size_t i = 0; i < Report::most_listed + 7; ++i) report.refuse(fault("CH-REC-001"));
  CHECK(report.refusals.size() == Report::most_listed);
  CHECK(to_text(report, base::Language::fr).find("7 autre(s)") != std::string::npos);
}

TEST_CASE("a name from outside comes out inert") {
  Report report;
  report.file = "a\x1b[31m\r\nb";
  const std::string text = to_text(report, base::Language::fr);
  CHECK(text.find('\x1b') == text.npos);
  CHECK(text.find('\r') == text.npos);
}

TEST_CASE("a report without anything to say is not laid beside a file") {
  Report report;
  report.accepted = 3;
  CHECK_FALSE(report.has_something_to_say());
  CHECK(sample().has_something_to_say());
}

}  // namespace charmille::exchange
