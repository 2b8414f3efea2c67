// From the `template:` of a mapping file to rules (FPML). Every mistake is found, not only the
// first.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/mapping/position.h"
#include "gateway/mapping/rule.h"

namespace charmille::mapping {

using Names = std::set<std::string, std::less<>>;

/// What a compiled template mentions.
struct Mentions {
  std::map<std::string, Names>
      sections;  ///< for each top-level key of the result, the nests that it reads
  Names variables;
  Names tables;
  Names members;
};

class TemplateCompiler {
 public:
  /// `document` holds the template and receives its literals; it must live as long as the rules.
  /// `nests` are the names whose use is noted.
  TemplateCompiler(tree::Document& document, const Positions& positions, fhirpath::Scope& scope,
                   Names nests)
      : document_(document), positions_(positions), scope_(scope), nests_(std::move(nests)) {}

  RulePtr compile(const tree::Node& node);
  /// An expression that stands alone, such as `each:`.
  std::optional<fhirpath::Expression> expression(const tree::Node& text, std::string_view path);

  std::vector<Fault>& faults() { return faults_; }
  const Mentions& mentions() const { return mentions_; }

 private:
  struct Block;

  RulePtr rule(const tree::Node& node, const std::string& path, bool top);
  RulePtr text(const tree::Node& node, const std::string& path);
  RulePtr object(const tree::Node& node, const std::string& path, bool top);
  RulePtr block(const tree::Node& node, const Block& block, const std::string& path, bool top);
  RulePtr choice(const tree::Node& node, const Block& block, const std::string& path, bool top);
  RulePtr loop(const tree::Node& node, const Block& block, const std::string& path);
  RulePtr merge(const tree::Node& node, const Block& block, const std::string& path, bool top);
  void assigns(const tree::Node& value, tree::Origin key, const std::string& path, Rule& into);
  std::vector<Block> blocks_of(const tree::Node& object);
  bool arrange(const std::vector<Block>& blocks, const std::string& path);
  std::optional<fhirpath::Expression> compile_part(std::string_view text, tree::Origin scalar,
                                                   std::size_t at, const std::string& path);
  void fault(std::string_view code, tree::Origin at, const std::string& path, base::Args args = {});
  RulePtr make(Rule::Kind kind, tree::Origin origin, const std::string& path);

  tree::Document& document_;
  const Positions& positions_;
  fhirpath::Scope& scope_;
  Names nests_;
  std::vector<Fault> faults_;
  Mentions mentions_;
  Names* noted_ = nullptr;                      ///< where the nests of the current section go
  Names around_;                                ///< nests read by blocks around the top-level keys
  std::map<std::uint32_t, Names> of_variable_;  ///< nests that the value of a variable reads
  int depth_ = 0;
};

}  // namespace charmille::mapping
