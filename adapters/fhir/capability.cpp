#include "adapters/fhir/capability.h"

#include <map>

namespace charmille::adapters::fhir {
namespace {

using tree::Document;
using tree::Node;

Node codes(Document& into, std::initializer_list<std::string_view> all) {
  std::vector<Node> nodes;
  for (const std::string_view code : all) nodes.push_back(into.object({{"code", into.text(code)}}));
  return into.array(nodes);
}

Node texts(Document& into, const std::vector<std::string>& all) {
  std::vector<Node> nodes;
  nodes.reserve(all.size());
  for (const std::string& one : all) nodes.push_back(into.text(one));
  return into.array(nodes);
}

struct Offered {
  bool alone = false;
  std::vector<std::string> profiles;
};

Node resource_node(Document& into, const std::string& type, const Offered& offered) {
  std::vector<Document::Member> members{{"type", into.text(type)}};
  if (!offered.profiles.empty())
    members.emplace_back("supportedProfile", texts(into, offered.profiles));
  members.emplace_back("interaction", offered.alone ? codes(into, {"create", "read", "vread"})
                                                    : codes(into, {"read", "vread"}));
  members.emplace_back("versioning", into.text("versioned"));
  members.emplace_back("readHistory", Node::boolean(false));
  members.emplace_back("updateCreate", Node::boolean(false));
  members.emplace_back("conditionalCreate", Node::boolean(true));
  return into.object(members);
}

Document statement(Document out, std::span<const Document::Member> rest, base::Time since) {
  const Node rests[] = {out.object(rest)};
  out.set_root(out.object(
      {{"resourceType", out.text("CapabilityStatement")},
       {"status", out.text("active")},
       {"date", out.text(base::to_rfc3339(since))},
       {"kind", out.text("instance")},
       {"software", out.object({{"name", out.text("Charmille")}})},
       {"implementation", out.object({{"description", out.text("Passerelle Charmille")}})},
       {"fhirVersion", out.text("4.0.1")},
       {"format", texts(out, {"application/fhir+json", "application/fhir+xml"})},
       {"rest", out.array(rests)}}));
  return out;
}

Node parameters(Document& into) {
  constexpr std::pair<std::string_view, std::string_view> all[] = {{"patient.identifier", "token"},
                                                                   {"status", "token"},
                                                                   {"type", "token"},
                                                                   {"category", "token"},
                                                                   {"identifier", "token"},
                                                                   {"date", "date"},
                                                                   {"creation", "date"},
                                                                   {"security-label", "token"},
                                                                   {"facility", "token"},
                                                                   {"setting", "token"},
                                                                   {"format", "token"}};
  std::vector<Node> nodes;
  nodes.reserve(std::size(all));
  for (const auto& [name, type] : all)
    nodes.push_back(into.object({{"name", into.text(name)}, {"type", into.text(type)}}));
  return into.array(nodes);
}

}  // namespace

Document capability(const charmille::fhir::Definitions& definitions,
                    const std::vector<std::string>& types, base::Time since) {
  std::map<std::string, Offered> offered;
  for (const std::string& type : types) offered[type].alone = true;
  for (const charmille::fhir::Definition* profile : definitions.resource_profiles())
    if (profile->type != "Bundle") offered[profile->type].profiles.push_back(profile->url);
  Document out;
  std::vector<Node> resources;
  for (const auto& [type, offer] : offered) resources.push_back(resource_node(out, type, offer));
  std::vector<Document::Member> rest{{"mode", out.text("server")}};
  if (!resources.empty()) rest.emplace_back("resource", out.array(resources));
  rest.emplace_back("interaction", codes(out, {"transaction", "batch"}));
  return statement(std::move(out), rest, since);
}

Document document_capability(base::Time since) {
  Document out;
  const Node resources[] = {
      out.object({{"type", out.text("DocumentReference")},
                  {"interaction", codes(out, {"read", "search-type"})},
                  {"searchParam", parameters(out)}}),
      out.object({{"type", out.text("Binary")}, {"interaction", codes(out, {"read"})}})};
  const Document::Member rest[] = {{"mode", out.text("server")},
                                   {"resource", out.array(resources)}};
  return statement(std::move(out), rest, since);
}

}  // namespace charmille::adapters::fhir
