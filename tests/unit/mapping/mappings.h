// Mappings written in tests, and their results as JSON.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/mapping/mapping.h"

namespace charmille::mapping::testing {

/// Compiles a mapping file; the test fails with its faults when it is wrong.
std::shared_ptr<const Mapping> mapping_of(std::string_view yaml);
/// The faults of a mapping file that is wrong.
std::vector<Fault> faults_of(std::string_view yaml, const std::string& schemas = {});
/// "CH-MAP-050 7:3", by line and column, parted by "; ".
std::string brief(const std::vector<Fault>& faults);

/// The template (indented by two blanks, under `template:`) on a JSON input: the result as JSON, or
/// the faults.
std::string run(std::string_view body, std::string_view input);
/// The same, and the faults of a template that does not compile, positions counted from its own
/// first line.
std::string wrong(std::string_view body);

tree::Document json(std::string_view text);

}  // namespace charmille::mapping::testing
