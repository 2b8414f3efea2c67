// charmille test [MAPPING...]: runs the tests that stand inside mapping files.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/mapping/test_run.h"

namespace charmille::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::vector<std::string> folders;
};

struct Tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

void print_failure(const Session& s, const mapping::TestResult& test) {
  const Console& console = s.console;
  console.out << console.styled("✗ ", Style::red) << test.name
              << console.styled("  " + base::describe(test.place), Style::dim) << '\n';
  for (const mapping::Difference& difference : test.differences) {
    console.out << "    " << difference.path
                << console.styled("  " + base::describe(difference.rule), Style::dim) << '\n';
    console.out << "      " << s.say("attendu : ", "expected: ")
                << base::printable(difference.expected, 400) << '\n';
    console.out << "      " << s.say("obtenu :  ", "got:      ")
                << base::printable(difference.got, 400) << '\n';
  }
  for (const Fault& fault : test.faults)
    console.out << "    " << base::describe(fault, s.language) << '\n';
}

tree::Node to_node(tree::Document& doc, const std::string& mapping, const mapping::TestResult& test,
                   const Session& s) {
  std::vector<tree::Node> differences;
  for (const mapping::Difference& d : test.differences)
    differences.push_back(doc.object({{"path", doc.text(d.path)},
                                      {"rule", doc.text(base::describe(d.rule))},
                                      {"expected", doc.text(d.expected)},
                                      {"got", doc.text(d.got)}}));
  std::vector<tree::Node> faults;
  for (const Fault& f : test.faults)
    faults.push_back(doc.object(
        {{"code", doc.text(f.code)}, {"text", doc.text(base::describe(f, s.language))}}));
  return doc.object({{"mapping", doc.text(mapping)},
                     {"test", doc.text(test.name)},
                     {"passed", tree::Node::boolean(test.passed())},
                     {"differences", doc.array(differences)},
                     {"faults", doc.array(faults)}});
}

void run_one(Session& s, const mapping::Mapping& mapping, Tally& tally, tree::Document& doc,
             std::vector<tree::Node>& nodes) {
  const auto results = mapping::run_tests(mapping);
  std::size_t passed = 0;
  for (const mapping::TestResult& test : results) passed += test.passed() ? 1 : 0;
  tally.passed += passed;
  tally.failed += results.size() - passed;
  for (const mapping::TestResult& test : results)
    nodes.push_back(to_node(doc, mapping.name(), test, s));
  if (s.json) return;
  const Style style = passed == results.size() ? Style::green : Style::red;
  s.console.out << s.console.styled(mapping.name(), Style::bold) << "  "
                << s.console.styled(std::to_string(passed) + "/" + std::to_string(results.size()),
                                    style)
                << '\n';
  for (const mapping::TestResult& test : results)
    if (!test.passed()) print_failure(s, test);
}

Exit test(Session& s, const Options& o) {
  const auto mappings = load_mappings(s, o.folders);
  if (!mappings) return Exit::usage;
  std::vector<const mapping::Mapping*> chosen;
  for (const std::string& name : o.names) {
    chosen.push_back(find_mapping(s, *mappings, name));
    if (chosen.back() == nullptr) return Exit::usage;
  }
  if (o.names.empty())
    for (const auto& [name, mapping] : *mappings) chosen.push_back(mapping.get());
  Tally tally;
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const mapping::Mapping* mapping : chosen) run_one(s, *mapping, tally, doc, nodes);
  if (s.json)
    s.print_json(doc.array(nodes));
  else
    s.console.out << tally.passed << s.say(" réussi(s), ", " passed, ") << tally.failed
                  << s.say(" en échec", " failed") << '\n';
  return tally.failed == 0 ? Exit::done : Exit::data;
}

}  // namespace

void add_test(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "test", std::string(s.say("exécute les exemples écrits dans les correspondances",
                                "runs the tests inside mapping files")));
  auto o = std::make_shared<Options>();
  command->add_option("mappings", o->names,
                      std::string(s.say("par exemple eo/enfants ; sans nom, toutes",
                                        "for example eo/enfants; without a name, all")));
  command
      ->add_option(
          "--mappings", o->folders,
          std::string(s.say("dossier des correspondances, à la place de ceux de la configuration",
                            "folder of mappings, instead of the configuration's")))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->callback([&s, o] { s.chosen = [&s, o] { return test(s, *o); }; });
}

}  // namespace charmille::cli
