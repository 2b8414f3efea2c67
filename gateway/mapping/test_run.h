// The `tests:` inside a mapping file.
#pragma once

#include <string>
#include <vector>

#include "gateway/mapping/mapping.h"

namespace charmille::mapping {

/// One place where the result differs from what the test wants.
struct Difference {
  std::string path;      ///< in the output: persons[0].name
  base::Place rule;      ///< the line of the template that made the value, when one did
  std::string expected;  ///< JSON, or "(absent)"
  std::string got;
};

struct TestResult {
  std::string name;
  base::Place place;  ///< of the test
  std::vector<Difference> differences;
  std::vector<Fault> faults;  ///< that the test did not expect

  bool passed() const { return differences.empty() && faults.empty(); }
};

/// Runs every test of the file. The input of a test is one item of `each`, with the lists of its
/// nests inside; for `from: csv` its values are texts, as cells are.
std::vector<TestResult> run_tests(const Mapping& mapping);

}  // namespace charmille::mapping
