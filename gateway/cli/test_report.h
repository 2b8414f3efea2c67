// How `charmille test` shows what it found: differences, and what the tests do not touch.
#pragma once

#include <string>
#include <vector>

#include "gateway/cli/session.h"
#include "gateway/mapping/cases/test_run.h"
#include "gateway/mapping/coverage.h"

namespace charmille::cli {

/// Name, place, and every difference as two lines: wanted and got, what differs in colour.
void print_failure(const Session& session, const mapping::TestResult& test);

/// The shares, and below them every rule and every code that no test touched.
void print_coverage(const Session& session, const mapping::CoverageReport& report,
                    double least_percent);

tree::Node to_node(tree::Document& into, const std::string& mapping,
                   const mapping::TestResult& test, const Session& session);
tree::Node to_node(tree::Document& into, const std::string& mapping,
                   const mapping::CoverageReport& report, double least_percent);

}  // namespace charmille::cli
