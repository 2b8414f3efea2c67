#include "gateway/config/validate.h"

#include <doctest/doctest.h>

#include "tests/unit/config/site_fixture.h"

using namespace charmille;
using namespace charmille::config;
using test::brief;
using test::check;
using test::fault_of;
using test::spoiled;
using Lines = std::vector<std::string>;

TEST_CASE("a good configuration becomes a site without faults and warnings") {
  const auto result = check(test::good_text);
  CHECK(brief(result.faults) == "");
  CHECK(brief(result.warnings) == "");
  REQUIRE(result.site != nullptr);
  const Site& site = *result.site;
  CHECK(site.audit_origin() == "tilleuls/audit/gw1");
  CHECK(site.state == "/site/state");
  CHECK(site.socket == "/site/state/charmille.sock");
  CHECK(site.master_key.file == "/site/keys/master.key");
  CHECK(site.people.at("root") == std::set{Right::operate, Right::audit_read});
  CHECK(site.listen->address.port == 8443);
  CHECK_FALSE(site.listen->tls.has_value());
  CHECK(site.listen->limits.body == 10 << 20);
  CHECK(site.partners.at("eo").silence == std::chrono::hours(26));
  CHECK(site.partners.at("eo").language == base::Language::fr);
  CHECK(site.partners.at("cd99").language == base::Language::en);
  CHECK(site.policy_for(Recipient::departement)->lines.front().sections ==
        Lines{"identity", "measures"});
  CHECK(site.policy_for(Recipient::dmp) == nullptr);
}

TEST_CASE("endpoints know their direction, their lot and their formats") {
  const auto result = check(test::good_text);
  REQUIRE(result.site != nullptr);
  const Endpoint& depot = result.site->endpoints.at("depot");
  CHECK(depot.adapter == &test::file_adapter);
  CHECK(depot.direction == Direction::source);
  CHECK(depot.source == "eo");
  CHECK(depot.settings->find("folder")->chars() == "in");
  REQUIRE(depot.lot.has_value());
  CHECK(depot.lot->key == "date");
  CHECK(depot.lot->coverage == Coverage::snapshot);
  CHECK(depot.lot->complete.quiet == std::chrono::seconds(30));
  CHECK(depot.lot->wait == std::chrono::hours(2));
  REQUIRE(depot.lot->files.size() == 2);
  CHECK(depot.lot->files[0].name == "EO_Usagers");
  CHECK(depot.lot->files[0].required);
  CHECK(depot.lot->files[0].format.options->find("delimiter")->chars() == ";");
  CHECK(depot.lot->files[1].format.options->find("delimiter")->chars() == ",");
  CHECK(depot.lot->files[1].format.options->find("encoding")->chars() == "windows-1252");
  CHECK(depot.lot->files[1].format.options->find("format")->chars() == "csv");
  CHECK(result.site->endpoints.at("sortie").direction == Direction::destination);
  CHECK(&result.site->partner_of(depot) == &result.site->partners.at("eo"));
}

TEST_CASE("routes are read with what they inherit") {
  const auto result = check(test::good_text);
  REQUIRE(result.site != nullptr);
  REQUIRE(result.site->routes_from("depot").size() == 1);
  CHECK(result.site->routes_from("sortie").empty());
  const Route& route = *result.site->routes_from("depot").front();
  CHECK(route.input == "EO_Usagers");
  REQUIRE(route.to.size() == 2);
  const RouteDestination& lot = route.to[0];
  CHECK(lot.id == "enfants/sortie/departement/placements");
  CHECK(lot.trigger == Trigger::lot);
  CHECK(lot.mode == Mode::live);
  CHECK(lot.start == Start::everything);
  CHECK(lot.max_change->percent);
  CHECK(lot.max_change->value == 20);
  CHECK(lot.vars.at("departement") == "99");
  CHECK(lot.format.codec == "csv");
  CHECK(lot.retry.most == std::chrono::minutes(10));
  CHECK(lot.retry.first == std::chrono::seconds(5));
  CHECK(lot.retry.give_up == std::chrono::days(3));
  const RouteDestination& monthly = route.to[1];
  CHECK(monthly.mode == Mode::hold);
  CHECK(monthly.schedule->every == Schedule::Every::month);
  CHECK(monthly.schedule->day == 2);
  CHECK(monthly.schedule->at == std::chrono::minutes(390));
  CHECK(monthly.period == Period::previous_month);
  CHECK(monthly.file->text() == "ETAT_{month}.csv");
}

TEST_CASE("faults are told all at once, sorted by position, in one format") {
  std::string text = spoiled("partner: eo\n", "partner: oe\n");
  text.replace(text.find("mode: live"), 10, "mode: lief");
  const auto result = check(text);
  CHECK(result.site == nullptr);
  CHECK(brief(result.faults) ==
        "17:14 endpoints.depot.partner CH-CFG-020\n"
        "33:81 routes.enfants.to[0].mode CH-CFG-112\n");
  CHECK(base::describe(result.faults[0], base::Language::fr) ==
        "c.yaml:17:14: endpoints.depot.partner: « oe » n'existe pas dans « partners » (peut-être « "
        "eo » ?) [CH-CFG-020]");
}

TEST_CASE("an unknown key is told where the key stands, with the nearest name") {
  const auto result = check(spoiled("people: {", "peple: {"));
  CHECK(brief(result.faults) == "5:1 peple CH-CFG-101\n");
  CHECK(result.faults[0].args.back().second == "people");
}

TEST_CASE("references name what exists") {
  CHECK(fault_of("adapter: file\n    partner: eo", "adapter: fil\n    partner: eo") ==
        "endpoints.depot.adapter CH-CFG-020");
  CHECK(fault_of("from: depot", "from: depo") == "routes.enfants.from CH-CFG-020");
  CHECK(fault_of("endpoint: sortie, mapping: departement/placements",
                 "endpoint: nulle-part, mapping: departement/placements") ==
        "routes.enfants.to[0].endpoint CH-CFG-021");
  CHECK(fault_of("mapping: eo/enfants", "mapping: eo/enfant") ==
        "routes.enfants.mapping CH-CFG-020");
  CHECK(fault_of("format: csv", "format: cvs") == "endpoints.sortie.format CH-CFG-020");
  CHECK(fault_of("mapping: eo/enfants\n", "mapping: eo/enfants\n    input: EO_Usager\n") ==
        "routes.enfants.input CH-CFG-020");
  CHECK(fault_of("policies: [departement.yaml]", "policies: [departement.yaml, autre.yaml]") ==
        "policies[1] CH-CFG-070");
}

TEST_CASE("settings are checked against the adapter in the direction of use") {
  CHECK(fault_of("folder: out", "folder: out, durable: 3") ==
        "endpoints.sortie.durable CH-CFG-106");
  CHECK(fault_of("folder: in", "folder: in\n    durable: true") ==
        "endpoints.depot.durable CH-CFG-102");
  CHECK(fault_of("    folder: in\n", "") == "endpoints.depot.folder CH-CFG-103");
}

TEST_CASE("a codec's options are checked where they are written") {
  CHECK(fault_of("encoding: windows-1252", "encoding: windows-1251") ==
        "endpoints.depot.format.csv.encoding CH-CFG-112");
  CHECK(fault_of("{csv: {delimiter: \",\"}}}\n      complete",
                 "{csv: {delimitor: \",\"}}}\n      complete") ==
        "endpoints.depot.lot.files.EO_Presences.format.csv.delimitor CH-CFG-101");
  CHECK(fault_of("format: csv", "format: {csv: {}, json: {}}") ==
        "endpoints.sortie.format CH-CFG-035");
  CHECK(fault_of("format: csv", "format: {csv: 3}") == "endpoints.sortie.format.csv CH-CFG-108");
}

TEST_CASE("a route goes from a source to destinations") {
  CHECK(fault_of("from: depot", "from: sortie") == "endpoints.sortie CH-CFG-024");
  const std::string with_post =
      spoiled("routes:\n",
              "  poste: {adapter: post, partner: cd99, format: csv}\nroutes:\n  retour: {from: "
              "poste, mapping: eo/enfants}\n");
  CHECK(brief(check(with_post).faults) == "29:18 routes.retour.from CH-CFG-022\n");
}

TEST_CASE("a destination's partner is some recipient, with what its policy needs") {
  CHECK(fault_of("cd99: {recipient: departement, department: \"99\", ", "cd99: {") ==
        "routes.enfants.to[0].endpoint CH-CFG-025; routes.enfants.to[1].endpoint CH-CFG-025");
  CHECK(fault_of("department: \"99\", ", "") == "partners.cd99.recipient CH-CFG-026");
  CHECK(fault_of("    finess: [\"990001018\"]\n", "") == "partners.eo.recipient CH-CFG-027");
  CHECK(fault_of("department: \"99\"", "department: \"099\"") ==
        "partners.cd99.department CH-CFG-056");
  CHECK(fault_of("    recipient: dui\n", "    recipient: school\n") ==
        "partners.eo.recipient CH-CFG-092");
  CHECK(fault_of("    recipient: dui\n", "    recipient: school\n    uai: [\"09900I2B\"]\n") ==
        "partners.eo.uai[0] CH-CFG-093");
  CHECK(fault_of("[\"990001018\"]", "[\"990001019\"]") == "partners.eo.finess[0] CH-CFG-057");
  CHECK(fault_of("recipient: departement, dep", "recipient: department, dep")
            .starts_with("partners.cd99.recipient CH-CFG-112"));
}

TEST_CASE("a scheduled destination has a schedule, the others say where they start") {
  CHECK(fault_of("schedule: {monthly: 2, at: \"06:30\"}, ", "") ==
        "routes.enfants.to[1].trigger CH-CFG-028");
  CHECK(fault_of("trigger: schedule, schedule: {monthly: 2, at: \"06:30\"}, period: previous-month",
                 "start: from-now, period: previous-month") ==
        "routes.enfants.to[1].period CH-CFG-029");
  CHECK(fault_of(", start: everything", "") == "routes.enfants.to[0] CH-CFG-030");
  CHECK(fault_of("\"06:30\"", "\"6h30\"") == "routes.enfants.to[1].schedule.at CH-CFG-054");
  CHECK(fault_of("{monthly: 2, ", "{monthly: 2, weekly: monday, ") ==
        "routes.enfants.to[1].schedule CH-CFG-055");
  CHECK(fault_of("max-change: 20%", "max-change: 120%") ==
        "routes.enfants.to[0].max-change CH-CFG-053");
  CHECK(fault_of("max-change: 20%", "max-change: beaucoup") ==
        "routes.enfants.to[0].max-change CH-CFG-053");
  CHECK(fault_of("max-change: 20%", "max-change: 200") == "");
  CHECK(fault_of("{most: 10m}", "{most: 1s}") == "routes.enfants.to[0].retry CH-CFG-073");
}

TEST_CASE("a destination is named once, with a file name that can be made") {
  CHECK(fault_of("mapping: departement/presence", "mapping: departement/placements") ==
        "routes.enfants.to[1] CH-CFG-031");
  CHECK(fault_of("ETAT_{month}.csv", "ETAT_{mois}.csv") == "routes.enfants.to[1].file CH-CFG-042");
  CHECK(fault_of("ETAT_{month}.csv", "ETAT_*.csv") == "routes.enfants.to[1].file CH-CFG-042");
  CHECK(fault_of("ETAT_{month}.csv", "../ETAT.csv") == "routes.enfants.to[1].file CH-CFG-040");
}

TEST_CASE("mappings are used in their direction, with variables that they have") {
  CHECK(fault_of("mapping: eo/enfants", "mapping: departement/presence") ==
        "routes.enfants.mapping CH-CFG-045");
  CHECK(fault_of("mapping: departement/presence", "mapping: eo/enfants") ==
        "routes.enfants.to[1].mapping CH-CFG-044");
  CHECK(fault_of("max-change: 20%", "vars: {department: \"1\"}") ==
        "routes.enfants.to[0].vars.department CH-CFG-046");
  CHECK(fault_of("max-change: 20%", "vars: {zzz: \"1\"}") ==
        "routes.enfants.to[0].vars.zzz CH-CFG-034");
  CHECK(fault_of("vars: {departement: \"99\"}", "vars: {depertement: \"99\"}") ==
        "routes.enfants.vars.depertement CH-CFG-046");
  CHECK(fault_of("max-change: 20%", "for: \"measures.exists(\"") ==
        "routes.enfants.to[0].for CH-CFG-001");
}

TEST_CASE("a lot tells its files and its lots apart") {
  CHECK(fault_of("EO_Usagers_{date}.csv", "EO_Usagers.csv") ==
        "endpoints.depot.lot.files.EO_Usagers.pattern CH-CFG-036");
  CHECK(fault_of("EO_Presences_{month}.csv", "EO_*.csv") ==
        "endpoints.depot.lot.files.EO_Presences.pattern CH-CFG-037");
  CHECK(fault_of("EO_Presences_{month}.csv", "EO_Usagers_{date:yyyyMMdd}.csv") ==
        "endpoints.depot.lot.files.EO_Presences.pattern CH-CFG-037");
  CHECK(fault_of("complete: {quiet: 30s}", "complete: {all: false}") ==
        "endpoints.depot.lot CH-CFG-039");
  CHECK(fault_of("complete: {quiet: 30s}", "complete: {marker: fin.txt}") ==
        "endpoints.depot.lot.complete.marker CH-CFG-036");
  CHECK(fault_of("folder: out, ", "folder: out, lot: {files: {a: {pattern: a}}}, ") ==
        "endpoints.sortie.lot CH-CFG-043");
  CHECK(fault_of("    format: {csv: {encoding: windows-1252, delimiter: \";\"}}\n", "") ==
        "endpoints.depot CH-CFG-032");
  CHECK(fault_of("folder: out, format: csv", "folder: out") ==
        "routes.enfants.to[0].endpoint CH-CFG-033");
}

TEST_CASE("what carries one JSON document needs no format, and gets no array around it") {
  static const tree::Spec one_json_codec{"json",
                                         "",
                                         "",
                                         {{.name = "format", .type = tree::FieldType::text},
                                          {.name = "each", .type = tree::FieldType::boolean},
                                          {.name = "max-size", .type = tree::FieldType::size}}};
  const adapters::Adapter one{.name = "post",
                              .source = &test::drop_in,
                              .destination = &test::post_out,
                              .guarantees_fr = {},
                              .guarantees_en = {},
                              .one_json_document = true};
  const auto options_of = [&](std::string_view format) {
    const std::string text = test::spoiled(
        "sortie: {adapter: file, partner: cd99, folder: out, format: csv}",
        "sortie: {adapter: post, partner: cd99, url: \"https://x\"" + std::string(format) + "}");
    auto surroundings = test::surroundings();
    const std::vector<const adapters::Adapter*> all{&test::file_adapter, &one};
    surroundings.adapters = all;
    surroundings.codecs = {{"csv", &test::csv, &test::csv},
                           {"json", &one_json_codec, &one_json_codec}};
    auto files = files_of(text, "c.yaml", "/site", {{"departement.yaml", test::policy_text}});
    REQUIRE(files);
    const auto result = validate(std::move(*files), surroundings);
    REQUIRE_MESSAGE(result.site != nullptr, test::brief(result.faults));
    const tree::Node& options = *result.site->endpoints.at("sortie").format->options;
    std::string said;
    for (std::size_t i = 0; i < options.items().size(); ++i) {
      const tree::Node& value = options.items()[i];
      said += std::string(options.key(i)) + "=" +
              (value.is(tree::Kind::boolean) ? value.boolean_value() ? "true" : "false"
                                             : std::string(value.chars())) +
              ";";
    }
    return said;
  };
  CHECK(options_of("") == "format=json;each=false;");
  CHECK(options_of(", format: json") == "format=json;each=false;");
  CHECK(options_of(", format: {json: {max-size: 1MiB}}") ==
        "format=json;each=false;max-size=1MiB;");
  CHECK(options_of(", format: {json: {each: true}}") == "format=json;each=true;");
}

TEST_CASE("two sources never read one folder") {
  CHECK(
      fault_of("  sortie:",
               "  depot2: {adapter: file, partner: eo, folder: ./in/, format: json}\n  sortie:") ==
      "endpoints.depot2.folder CH-CFG-059");
}

TEST_CASE("two partners never share an identity, and an identity names one party") {
  CHECK(fault_of("language: en}", "language: en, identity: [{token: {file: ./eo.token}}]}") ==
        "partners.eo CH-CFG-049");
  CHECK(fault_of("{token: {file: eo.token}}", "{token: {file: eo.token}, certificate: {san: x}}") ==
        "partners.eo.identity[0] CH-CFG-047");
  CHECK(fault_of("{token: {file: eo.token}}", "{certificate: {issuer: CN=x}}") ==
        "partners.eo.identity[0].certificate CH-CFG-048");
}

TEST_CASE("secrets stand by reference only, and never in an address") {
  CHECK(fault_of("{token: {file: eo.token}}", "{token: 0123456789abcdef01234567}") ==
        "partners.eo.identity[0].token CH-CFG-120");
  const auto result =
      check(spoiled("{token: {file: eo.token}}", "{token: s3cr3t-canary-value-0123456789}"));
  for (const Fault& f : result.faults)
    CHECK(base::describe(f, base::Language::fr).find("canary") == std::string::npos);
  CHECK(fault_of("people:", "alarms: {webhook: {url: \"https://u:p@x.fr/\"}}\npeople:") ==
        "alarms.webhook.url CH-CFG-111");
}

TEST_CASE("HTTP without TLS is written out, and stays on loopback") {
  CHECK(fault_of("127.0.0.1:8443", "0.0.0.0:8443") == "listen.tls CH-CFG-051");
  CHECK(fault_of("127.0.0.1:8443", "127.example.fr:8443") == "listen.address CH-CFG-050");
  CHECK(fault_of("127.0.0.1:8443", "[::1]:0") == "");
  CHECK(fault_of("127.0.0.1:8443", "8443") == "listen.address CH-CFG-050");
  CHECK(fault_of(", tls: none", "") == "listen.tls CH-CFG-103");
  CHECK(fault_of("tls: none", "tls: off") == "listen.tls CH-CFG-052");
  CHECK(fault_of("tls: none", "tls: {certificate: a.pem}") == "listen.tls.key CH-CFG-103");
  CHECK(fault_of("tls: none", "tls: {certificate: a.pem, key: {file: a.key}, client_ca: b}") ==
        "listen.tls.client_ca CH-CFG-101");
}

TEST_CASE("names suit addresses and file names") {
  CHECK(fault_of("id: tilleuls", "id: Les Tilleuls") == "organisation.id CH-CFG-058");
  CHECK(fault_of("  enfants:", "  \"a/b\":") == "routes.a/b CH-CFG-058");
}

TEST_CASE("a destination without a policy is a fault; in shadow, where nothing leaves, a warning") {
  const auto silent = check(spoiled("policies: [departement.yaml]\n", ""));
  CHECK(silent.site == nullptr);
  CHECK(brief(silent.faults) ==
        "32:20 routes.enfants.to[0].endpoint CH-CFG-062\n"
        "33:20 routes.enfants.to[1].endpoint CH-CFG-062\n");
  const std::string text = base::text_of(silent.faults.front(), base::Language::fr);
  CHECK(text.find("« cd99 » (departement)") != std::string::npos);
  std::string shadow = spoiled("policies: [departement.yaml]\n", "");
  shadow.replace(shadow.find("mode: live"), 10, "mode: shadow");
  shadow.replace(shadow.find("trigger: schedule"), 17, "mode: shadow, trigger: schedule");
  const auto tried = check(shadow);
  CHECK(brief(tried.faults) == "");
  CHECK(brief(tried.warnings).find("CH-CFG-062") != std::string::npos);
}

TEST_CASE("a threshold of a lot is a share or a number") {
  CHECK(check(test::good_text).site->endpoints.find("depot")->second.lot->max_missing.value == 10);
  CHECK(brief(check(spoiled("snapshot\n", "snapshot\n      max-missing: 20%\n")).faults) == "");
  CHECK(brief(check(spoiled("snapshot\n", "snapshot\n      max-missing: peu\n")).faults)
            .find("CH-CFG-053") != std::string::npos);
}

TEST_CASE("what nobody uses is a warning") {
  const auto unused = check(spoiled(
      "routes:\n", "  reste: {adapter: file, partner: eo, folder: r, format: json}\nroutes:\n"));
  CHECK(unused.site != nullptr);
  CHECK(brief(unused.warnings) == "27:3 endpoints.reste CH-CFG-060\n");
  const auto idle = check(spoiled("partners:\n", "partners:\n  seul: {}\n"));
  CHECK(idle.site != nullptr);
  CHECK(brief(idle.warnings) == "7:3 partners.seul CH-CFG-061\n");
}

TEST_CASE("a block that an alias repeats is told once") {
  const std::string text = spoiled("    to:\n", "    to: &to\n") +
                           "  deux: {from: depot, mapping: eo/enfants, to: *to}\n";
  CHECK(brief(check(text).faults) == "");
  std::string wrong = text;
  wrong.replace(wrong.find("mode: live"), 10, "mode: lief");
  CHECK(check(wrong).faults.size() == 1);
}

TEST_CASE("an empty file and a file of another shape are faults, not crashes") {
  CHECK(check("").faults.front().code == "CH-CFG-108");
  CHECK(check("[1, 2]").faults.front().code == "CH-CFG-108");
  CHECK_FALSE(check("endpoints: {a: , b: 3, c: []}\nroutes: {a: , b: {to: [1, {}]}}\npartners: {x: "
                    ", y: []}\nlisten: 3\n")
                  .faults.empty());
}

TEST_CASE("ten different mistakes are ten faults with positions") {
  const char* source = std::getenv("CHARMILLE_SOURCE");
  REQUIRE(source != nullptr);
  auto files = read_files(std::filesystem::path(source) / "tests/data/ten-mistakes.yaml");
  REQUIRE(files.has_value());
  const auto result = validate(std::move(*files), test::surroundings());
  CHECK(result.site == nullptr);
  CHECK(brief(result.faults) ==
        "6:3 organisation.langage CH-CFG-101\n"
        "11:8 listen.tls CH-CFG-051\n"
        "12:18 listen.limits.body CH-CFG-119\n"
        "14:19 people.root[1] CH-CFG-112\n"
        "20:16 partners.eo.identity[0].token CH-CFG-120\n"
        "22:16 partners.cd99.recipient CH-CFG-026\n"
        "28:14 endpoints.depot.partner CH-CFG-020\n"
        "33:31 endpoints.depot.lot.files.EO_Usagers.pattern CH-CFG-036\n"
        "46:9 routes.enfants.to[0] CH-CFG-030\n"
        "50:21 routes.enfants.to[0].max-change CH-CFG-053\n");
}
