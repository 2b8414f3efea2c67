#include "adapters/fhir/document_search.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

/// Parameters that say how to answer, not what.
constexpr std::string_view of_the_answer[] = {"_format", "_count", "_pretty", "_total"};
/// Those of tokens, as MHD names them.
constexpr std::string_view of_tokens[] = {"status",         "type",     "category", "identifier",
                                          "security-label", "facility", "setting",  "format"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

tl::unexpected<Refusal> not_understood(std::string_view name) {
  return refuse(400, "not-supported",
                fault("CH-FHIR-081", {}, {{"parameter", base::printable(name, 40)}}));
}

/// Codings of a CodeableConcept.
void add_codings(const Node* concept_node, std::vector<const Node*>& into) {
  if (concept_node == nullptr) return;
  for (const Node& coding : items_at(*concept_node, "coding")) into.push_back(&coding);
}

/// What a parameter looks at: codings, or identifiers.
std::vector<const Node*> looked_at(const Node& document, std::string_view name) {
  std::vector<const Node*> found;
  const Node* context = document.find("context");
  const auto each = [&](std::string_view member) {
    for (const Node& one : items_at(document, member)) add_codings(&one, found);
  };
  if (name == "type") add_codings(document.find("type"), found);
  if (name == "category") each("category");
  if (name == "security-label") each("securityLabel");
  if (name == "facility" && context != nullptr) add_codings(context->find("facilityType"), found);
  if (name == "setting" && context != nullptr) add_codings(context->find("practiceSetting"), found);
  if (name == "format")
    for (const Node& content : items_at(document, "content"))
      if (const Node* format = content.find("format")) found.push_back(format);
  if (name == "identifier") {
    if (const Node* master = document.find("masterIdentifier")) found.push_back(master);
    for (const Node& one : items_at(document, "identifier")) found.push_back(&one);
  }
  return found;
}

}  // namespace

Judged<DocumentSearch> DocumentSearch::read(const Pairs& parameters) {
  DocumentSearch out;
  bool status = false;
  for (const auto& [name, value] : parameters) {
    if (is_one_of(name, of_the_answer)) continue;
    if (name == "patient.identifier" || name == "patient:identifier") {
      const std::size_t bar = value.find('|');
      if (!out.patient_.empty() || bar == std::string::npos || bar == 0 || bar + 1 == value.size())
        return not_understood(name);
      out.patient_ = value;
      continue;
    }
    if (name == "date" || name == "creation") {
      const auto date = charmille::fhir::SearchDate::parse(value);
      if (!date) return not_understood(name);
      out.dates_.push_back({name == "creation", *date});
      continue;
    }
    const auto* const known = std::ranges::find(of_tokens, name);
    if (known == std::end(of_tokens) || value.empty()) return not_understood(name);
    status = status || name == "status";
    Criterion criterion{*known, {}};
    for (std::string_view rest = value; !rest.empty();) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      const std::size_t bar = one.find('|');
      criterion.any_of.push_back(bar == one.npos ? Token{{}, std::string(one)}
                                                 : Token{std::string(one.substr(0, bar)),
                                                         std::string(one.substr(bar + 1))});
    }
    out.criteria_.push_back(std::move(criterion));
  }
  if (out.patient_.empty() || !status) return refuse(400, "required", fault("CH-FHIR-082"));
  return out;
}

bool DocumentSearch::fits(const Node& document) const {
  const auto meets = [&](const Criterion& criterion) {
    return std::ranges::any_of(criterion.any_of, [&](const Token& token) {
      if (criterion.name == "status") return text_at(document, "status") == token.code;
      return std::ranges::any_of(looked_at(document, criterion.name), [&](const Node* node) {
        const bool same = (token.code.empty() || text_at(*node, "code") == token.code ||
                           text_at(*node, "value") == token.code);
        return same && (token.system.empty() || text_at(*node, "system") == token.system);
      });
    });
  };
  const auto in_time = [&](const Bound& bound) {
    if (!bound.creation) return bound.date.holds(text_at(document, "date"));
    return std::ranges::any_of(items_at(document, "content"), [&](const Node& content) {
      const Node* attachment = content.find("attachment");
      return attachment != nullptr && bound.date.holds(text_at(*attachment, "creation"));
    });
  };
  return std::ranges::all_of(criteria_, meets) && std::ranges::all_of(dates_, in_time);
}

std::string name_of_patient(std::string_view system_and_value) {
  return "DocumentReference?patient.identifier=" + std::string(system_and_value);
}

}  // namespace charmille::adapters::fhir
