// Properties that hold for every record and every recipient, tried on many made at random from
// fixed seeds.
#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "gateway/codec/codec.h"
#include "gateway/policy/matrix.h"
#include "gateway/policy/projection.h"
#include "gateway/record/edit.h"

using namespace charmille;
using namespace charmille::policy;
using config::Recipient;
using record::items_at;
using record::text_at;

namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_);
  }
  bool chance() { return below(2) == 0; }
  template <class T>
  const T& one_of(const std::vector<T>& of) {
    return of[below(of.size())];
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> departments{"62", "98", "99", "2A"};
const std::vector<std::string> finess{"990001018", "990001026", "990001034"};

std::string day(Dice& dice) {
  return std::to_string(2015 + dice.below(12)) + "-0" + std::to_string(1 + dice.below(9)) + "-15";
}

/// Every field carries a token that names section and field, so that a leak is seen in the bytes.
std::string random_record(Dice& dice) {
  const auto token = [](const std::string& name) { return "\"" + name + "\":\"T:" + name + "\""; };
  std::string out = "{";
  const auto section = [&](const std::string& name, const std::string& body) {
    if (dice.below(5) != 0)
      out += std::string(out.size() > 1 ? "," : "") + "\"" + name + "\":" + body;
  };
  const auto rows = [&](auto make) {
    std::string all = "[";
    for (std::size_t n = dice.below(4), i = 0; i <= n; ++i)
      all += std::string(i ? "," : "") + make();
    return all + "]";
  };
  const auto secret = [&] {
    return "\"secretPlace\":{\"code\":\"" + dice.one_of<std::string>({"yes", "no", "unknown"}) +
           "\"}";
  };
  section("ids", rows([&] {
            const std::string system = dice.chance()
                                           ? "urn:charmille:cd:" + dice.one_of(departments)
                                           : "urn:charmille:dui:" + dice.one_of(finess) + ":eo";
            return "{\"system\":\"" + system + "\",\"value\":\"V\"}";
          }));
  section("identity", "{" + token("birthName") + ",\"birthDate\":\"2014-05-01\"}");
  section("ins", "{\"matricule\":\"T:matricule\",\"oid\":\"T:oid\",\"status\":{\"code\":\"" +
                     dice.one_of<std::string>({"QUALIFIEE", "VALIDEE", "PROVISOIRE"}) + "\"}}");
  section("persons", rows([&] {
            return "{\"name\":\"T:person\",\"addresses\":[{\"town\":\"T:hidden\",\"secret\":{"
                   "\"code\":\"yes\"}},{\"town\":\"open\",\"secret\":{\"code\":\"no\"}}]}";
          }));
  section("measures", rows([&] {
            const std::string department = dice.one_of(departments);
            return "{\"id\":\"M" + department + "\",\"number\":\"" + department +
                   "-D\",\"department\":\"" + department + "\",\"judge\":\"T:judge-" + department +
                   "\",\"start\":\"" + day(dice) +
                   (dice.chance() ? "\",\"end\":\"" + day(dice) : "") + "\"," + secret() + "}";
          }));
  section("stays", rows([&] {
            return "{\"finess\":\"" + dice.one_of(finess) + "\",\"unit\":\"T:unit\",\"entry\":\"" +
                   day(dice) + (dice.chance() ? "\",\"exit\":\"" + day(dice) : "") + "\"," +
                   secret() + "}";
          }));
  section("school", "[{\"uai\":\"T:uai\",\"year\":\"2025-2026\"}]");
  section(
      "health",
      "{\"treatments\":\"T:treatment\",\"carePlan\":\"yes\",\"doctor\":{\"name\":\"T:doctor\"}}");
  section("coverage", "[{\"holderNir\":\"T:holder\"}]");
  section("deadlines", rows([&] {
            const std::string d = dice.one_of(departments);
            return "{\"measure\":\"M" + d + "\",\"person\":\"T:deadline-" + d + "\"}";
          }));
  section("events", "[{\"date\":\"2025-01-01\",\"text\":\"T:free\"}]");
  section("notes", "[{\"text\":\"T:note\"}]");
  return out + "}";
}

config::Policy random_policy(Dice& dice, Recipient kind) {
  config::Policy policy;
  policy.name = "random";
  policy.recipient = kind;
  for (std::size_t n = 1 + dice.below(6), i = 0; i < n; ++i) {
    config::PolicyLine line;
    if (dice.below(3) == 0) {
      line.sections = {
          dice.one_of<std::string>({"health", "ins", "stays", "measures", "coverage"})};
      line.fields = {dice.one_of<std::string>(
          {"carePlan", "treatments", "matricule", "unit", "judge", "holderNir"})};
    } else {
      for (const std::string_view name : config::section_names())
        if (dice.chance()) line.sections.emplace_back(name);
    }
    policy.lines.push_back(std::move(line));
  }
  return policy;
}

bool granted(const config::Policy& policy, std::string_view section, std::string_view field) {
  return std::ranges::any_of(policy.lines, [&](const config::PolicyLine& line) {
    return std::ranges::find(line.sections, section) != line.sections.end() &&
           (line.fields.empty() || std::ranges::find(line.fields, field) != line.fields.end());
  });
}

}  // namespace

TEST_CASE(
    "for any record, policy and recipient: nothing outside the policy and the program's matrix "
    "leaves") {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    auto record = codec::read_json(random_record(dice), "random");
    REQUIRE(record);
    const Addressee to{static_cast<Recipient>(dice.below(config::recipient_names().size())),
                       dice.one_of(departments),
                       {dice.one_of(finess)}};
    const config::Policy policy = random_policy(dice, to.kind);
    const Projection projection = project(*record, to, &policy);
    CHECK(projection.document.has_value() == projection.denial.empty());
    if (!projection.document) continue;
    const tree::Node& root = projection.document->root();
    const std::string bytes = codec::write_canonical_json(root);

    for (std::size_t i = 0; i < root.items().size(); ++i) {
      const std::string_view section = root.key(i);
      CHECK(reach_of(to.kind, section) != Reach::never);
      const tree::Node& node = root.items()[i];
      for (const tree::Node& item : node.is(tree::Kind::array) ? node.items() : std::span(&node, 1))
        for (std::size_t f = 0; f < item.items().size(); ++f)
          CHECK(granted(policy, section, item.key(f)));
    }
    CHECK(bytes.find("T:note") == bytes.npos);
    CHECK(bytes.find("T:free") == bytes.npos);
    const tree::Node* ins = record->root().find("ins");
    if (ins != nullptr && record::code_at(*ins, "status") != "QUALIFIEE")
      CHECK(bytes.find("T:matricule") == bytes.npos);
    if (!may_know_hidden_address(to.kind)) CHECK(bytes.find("T:hidden") == bytes.npos);
    if (!may_know_place(to.kind) && place_is_secret(record->root()))
      for (const char* token : {"T:unit", "T:uai", "T:doctor", "990001"})
        CHECK(bytes.find(token) == bytes.npos);
    if (to.kind == Recipient::dmp || to.kind == Recipient::care_team ||
        to.kind == Recipient::citizen)
      CHECK(bytes.find("T:judge") == bytes.npos);

    if (to.kind == Recipient::departement) {
      CHECK(bytes.find("T:treatment") == bytes.npos);
      for (const std::string& other : departments) {
        if (other == to.department) continue;
        for (const std::string& token :
             {"T:judge-" + other, other + "-D", "T:deadline-" + other, "urn:charmille:cd:" + other})
          CHECK(bytes.find(token) == bytes.npos);
      }
      const auto all = items_at(record->root(), "measures");
      CHECK(std::ranges::any_of(
          all, [&](const tree::Node& m) { return text_at(m, "department") == to.department; }));
    }
    if (to.kind == Recipient::dui)
      for (const tree::Node& stay : items_at(root, "stays"))
        if (stay.find("finess") != nullptr) CHECK(text_at(stay, "finess") == to.finess[0]);
  }
}

TEST_CASE("for any record: what was withheld does not change what is sent") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    const std::string text = random_record(dice);
    auto record = codec::read_json(text, "random");
    REQUIRE(record);
    const Addressee to{static_cast<Recipient>(dice.below(config::recipient_names().size())),
                       dice.one_of(departments),
                       {dice.one_of(finess)}};
    const config::Policy policy = random_policy(dice, to.kind);
    const Projection first = project(*record, to, &policy);
    std::string other = text;
    for (std::size_t at = other.find("T:note"); at != other.npos; at = other.find("T:note", at))
      other.replace(at, 6, "changed");
    for (std::size_t at = other.find("T:free"); at != other.npos; at = other.find("T:free", at))
      other.replace(at, 6, "changed");
    auto changed = codec::read_json(other, "random");
    REQUIRE(changed);
    const Projection second = project(*changed, to, &policy);
    CHECK(first.denial == second.denial);
    if (first.document && second.document)
      CHECK(codec::write_canonical_json(first.document->root()) ==
            codec::write_canonical_json(second.document->root()));
  }
}
