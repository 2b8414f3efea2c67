// What a mapping file becomes at load.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/fhirpath/table.h"
#include "gateway/mapping/mapping.h"
#include "gateway/mapping/template.h"

namespace charmille::mapping {

/// A join: rows of `file` whose columns `theirs` equal the columns `ours` of the row above.
struct Nest {
  std::string name;
  std::string file;
  std::vector<std::string> ours;
  std::vector<std::string> theirs;
  std::optional<std::vector<std::string>> columns;  ///< of the file, when they are declared
  base::Place place;
  std::vector<Nest> nests;
};

/// A context variable: given by the engine, or declared with its default.
struct Variable {
  std::string name;
  std::uint32_t slot = 0;
  tree::Node value;  ///< when nobody sets it
  bool declared = false;
};

struct Plan {
  std::string name;
  std::string file;            ///< as faults show it
  std::filesystem::path path;  ///< where it was read
  From from = From::tree;
  std::string to;
  std::set<std::string> adds;  ///< sections whose items add to those told before
  std::optional<fhirpath::Expression> each;
  std::shared_ptr<const fhirpath::Model> model;     ///< that the input is read with
  std::optional<std::vector<std::string>> columns;  ///< of the main rows, when they are declared
  std::vector<Nest> nests;
  std::vector<Variable> variables;
  std::vector<std::shared_ptr<const fhirpath::Table>> tables;
  RulePtr root;
  Mentions mentions;
  std::uint32_t slots = 0;
  std::uint32_t members = 0;
  tree::Document document;  ///< the file itself: literals, keys and tests live here
  tree::Node tests;
};

}  // namespace charmille::mapping
