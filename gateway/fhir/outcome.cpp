#include "gateway/fhir/outcome.h"

#include <algorithm>

namespace charmille::fhir {
namespace {

constexpr std::size_t most_told = 100;  ///< a resource that is wrong everywhere is told enough

/// A coding needs a system (FHIR R4, Coding): `charmille explain CODE` lists it.
constexpr std::string_view code_system = "urn:charmille:codes";

tree::Node issue_node(tree::Document& into, const Told& issue) {
  std::vector<tree::Document::Member> details;
  if (!issue.code.empty()) {
    const tree::Node coding[] = {
        into.object({{"system", into.text(code_system)}, {"code", into.text(issue.code)}})};
    details.emplace_back("coding", into.array(coding));
  }
  details.emplace_back("text", into.text(issue.text));
  std::vector<tree::Document::Member> members{{"severity", into.text(name_of(issue.severity))},
                                              {"code", into.text(issue.type)},
                                              {"details", into.object(details)}};
  if (!issue.remedy.empty()) members.emplace_back("diagnostics", into.text(issue.remedy));
  if (!issue.expression.empty()) {
    const tree::Node path[] = {into.text(issue.expression)};
    members.emplace_back("expression", into.array(path));
  }
  return into.object(members);
}

/// What could not be read has no elements yet: its line and column.
std::string where(const base::Place& place, base::Language language) {
  if (!place.path.empty() || place.line == 0) return {};
  const std::string line = std::to_string(place.line), column = std::to_string(place.column);
  return language == base::Language::en ? " (line " + line + ", column " + column + ")"
                                        : " (ligne " + line + ", colonne " + column + ")";
}

}  // namespace

Issue error(std::string_view type, Fault fault) {
  return {Severity::error, type, std::move(fault)};
}

bool has_errors(std::span<const Issue> issues) {
  return std::ranges::any_of(issues,
                             [](const Issue& issue) { return issue.severity == Severity::error; });
}

std::vector<Told> in_words(std::span<const Issue> issues, base::Language language) {
  std::vector<Told> told;
  told.reserve(issues.size());
  for (const Issue& issue : issues)
    told.push_back({issue.severity, std::string(issue.type), std::string(issue.fault.code),
                    base::text_of(issue.fault, language) + where(issue.fault.place, language),
                    base::remedy_of(issue.fault, language), issue.fault.place.path});
  return told;
}

tree::Document outcome(std::span<const Told> issues, base::Language language) {
  const Told well{Severity::information,
                  "informational",
                  {},
                  language == base::Language::en ? "All went well" : "Tout va bien",
                  {},
                  {}};
  if (issues.empty()) issues = std::span(&well, 1);
  tree::Document document;
  std::vector<tree::Node> nodes;
  for (const Told& issue : issues.first(std::min(issues.size(), most_told)))
    nodes.push_back(issue_node(document, issue));
  document.set_root(document.object(
      {{"resourceType", document.text("OperationOutcome")}, {"issue", document.array(nodes)}}));
  return document;
}

}  // namespace charmille::fhir
