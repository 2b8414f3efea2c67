// The tests of a mapping: the `tests:` inside its file, and the cases in the folder beside it.
#pragma once

#include <string>
#include <vector>

#include "gateway/mapping/coverage.h"
#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

/// One place where the result differs from what the test wants.
struct Difference {
  std::string path;      ///< in the output: persons[0].name
  base::Place rule;      ///< the line of the template that made the value, when one did
  base::Place source;    ///< where the item began in a file of a case
  std::string expected;  ///< JSON, or "(absent)"
  std::string got;
};

struct TestResult {
  std::string name;
  base::Place place;  ///< of the test
  std::vector<Difference> differences;
  std::vector<Fault> faults;         ///< that the test did not expect
  std::vector<std::string> written;  ///< files of a case that an update wrote or removed

  bool passed() const { return differences.empty() && faults.empty(); }
};

/// Runs every test of the file. The input of a test is one item of `each`, with the lists of its
/// nests inside; for `from: csv` its values are texts, as cells are.
std::vector<TestResult> run_tests(const Mapping& mapping, Coverage* coverage = nullptr);

enum class Wanted : std::uint8_t {
  check,
  update,  ///< what is wanted and differs is written anew: it becomes what came
};

/// Runs every case beside the mapping file: see case_files.h.
std::vector<TestResult> run_cases(const Mapping& mapping, Wanted wanted,
                                  Coverage* coverage = nullptr);

/// Runs the template on an input as a test writes it, `files` being what its origins index.
Item run_input(const Mapping& mapping, const tree::Node& input,
               const std::vector<std::string>& files, const Variables& variables,
               Coverage* coverage);

}  // namespace charmille::mapping
