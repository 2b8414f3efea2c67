// charmille test [MAPPING...]: runs the tests inside mapping files and the cases beside them.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/cli/test_report.h"
#include "gateway/mapping/cases/case_files.h"

namespace charmille::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::vector<std::string> folders;
  bool update = false;
  bool coverage = false;
  double least_percent = 0;
};

/// Runs mappings one after the other; the tally is what the exit code says.
class Tests {
 public:
  Tests(Session& s, const Options& options) : s_(s), o_(options) {}

  void run(const mapping::Mapping& mapping);
  Exit finish();

 private:
  void print(const mapping::Mapping& mapping, const std::vector<mapping::TestResult>& results,
             std::size_t passed);
  void cover(const mapping::Mapping& mapping, const mapping::Coverage& coverage);

  Session& s_;
  const Options& o_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t below_ = 0;  ///< mappings that the tests touch too little
  tree::Document doc_;
  std::vector<tree::Node> tests_;
  std::vector<tree::Node> coverage_;
};

void Tests::run(const mapping::Mapping& mapping) {
  mapping::Coverage coverage;
  mapping::Coverage* const sink = o_.coverage ? &coverage : nullptr;
  std::vector<mapping::TestResult> results = mapping::run_tests(mapping, sink);
  const auto wanted = o_.update ? mapping::Wanted::update : mapping::Wanted::check;
  for (mapping::TestResult& one : mapping::run_cases(mapping, wanted, sink))
    results.push_back(std::move(one));
  std::size_t passed = 0;
  for (const mapping::TestResult& test : results) passed += test.passed() ? 1 : 0;
  passed_ += passed;
  failed_ += results.size() - passed;
  for (const mapping::TestResult& test : results)
    if (s_.json) tests_.push_back(to_node(doc_, mapping.name(), test, s_));
  if (!s_.json) print(mapping, results, passed);
  if (o_.coverage) cover(mapping, coverage);
}

void Tests::print(const mapping::Mapping& mapping, const std::vector<mapping::TestResult>& results,
                  std::size_t passed) {
  const Style style = passed == results.size() ? Style::green : Style::red;
  s_.console.out << s_.console.styled(mapping.name(), Style::bold) << "  "
                 << s_.console.styled(std::to_string(passed) + "/" + std::to_string(results.size()),
                                      style)
                 << '\n';
  for (const mapping::TestResult& test : results) {
    if (!test.passed()) print_failure(s_, test);
    for (const std::string& file : test.written)
      s_.console.out << s_.say("  écrit : ", "  written: ") << file << '\n';
  }
}

void Tests::cover(const mapping::Mapping& mapping, const mapping::Coverage& coverage) {
  const mapping::CoverageReport report = mapping::report(mapping, coverage);
  if (!report.reaches(o_.least_percent)) ++below_;
  if (s_.json)
    coverage_.push_back(to_node(doc_, mapping.name(), report, o_.least_percent));
  else
    print_coverage(s_, report, o_.least_percent);
}

Exit Tests::finish() {
  if (s_.json && o_.coverage) {
    s_.print_json(
        doc_.object({{"tests", doc_.array(tests_)}, {"coverage", doc_.array(coverage_)}}));
  } else if (s_.json) {
    s_.print_json(doc_.array(tests_));
  } else {
    s_.console.out << passed_ << s_.say(" réussi(s), ", " passed, ") << failed_
                   << s_.say(" en échec", " failed");
    if (below_ != 0)
      s_.console.out << ", " << below_
                     << s_.say(" correspondance(s) trop peu couverte(s)",
                               " mapping(s) covered too little");
    s_.console.out << '\n';
  }
  return failed_ == 0 && below_ == 0 ? Exit::done : Exit::data;
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
  for (const std::filesystem::path& folder : s.sources)
    for (const Fault& stray : mapping::stray_cases(folder)) s.print_warning(stray);
  Tests tests(s, o);
  for (const mapping::Mapping* mapping : chosen) tests.run(*mapping);
  return tests.finish();
}

}  // namespace

void add_test(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "test", std::string(s.say("exécute les exemples des correspondances et les cas à côté",
                                "runs the tests of mappings, and the cases beside them")));
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
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag(
      "--update", o->update,
      std::string(s.say("écrit ce que les cas en échec auraient dû attendre ; à relire",
                        "writes what cases that fail should have wanted; to be read")));
  auto* coverage = command->add_flag(
      "--coverage{0}", o->least_percent,
      std::string(s.say("ce que les exemples ne touchent pas ; --coverage=95 échoue au-dessous",
                        "what the tests do not touch; --coverage=95 fails below")));
  coverage->check(CLI::Range(0.0, 100.0));
  command->callback([&s, o, coverage] {
    o->coverage = coverage->count() != 0;
    s.chosen = [&s, o] { return test(s, *o); };
  });
}

}  // namespace charmille::cli
