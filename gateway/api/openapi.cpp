// /openapi.json: OpenAPI 3.1, made from the table of routes.
#include <map>

#include "gateway/api/api.h"
#include "gateway/api/render.h"
#include "gateway/api/route.h"

namespace charmille::api {
namespace {

tree::Node parameter(tree::Document& doc, std::string_view in, std::string_view name,
                     std::string_view meaning) {
  return without_blanks(doc, {{"name", doc.text(name)},
                              {"in", doc.text(in)},
                              {"required", tree::Node::boolean(in == "path")},
                              {"description", doc.text(meaning)},
                              {"schema", doc.object({{"type", doc.text("string")}})}});
}

tree::Node parameters(tree::Document& doc, const Route& route) {
  std::vector<tree::Node> all;
  for (std::size_t open = route.path.find('{'); open != route.path.npos;
       open = route.path.find('{', open + 1))
    all.push_back(parameter(
        doc, "path", route.path.substr(open + 1, route.path.find('}', open) - open - 1), ""));
  for (const Parameter& one : route.query)
    all.push_back(parameter(doc, "query", one.name, one.meaning));
  return all.empty() ? tree::Node::null() : doc.array(all);
}

tree::Node request_body(tree::Document& doc, const Route& route) {
  if (route.body.empty()) return tree::Node::null();
  std::vector<tree::Document::Member> fields;
  for (const Parameter& one : route.body)
    fields.emplace_back(one.name, doc.object({{"type", doc.text("string")},
                                              {"description", doc.text(one.meaning)}}));
  const tree::Node schema =
      doc.object({{"type", doc.text("object")}, {"properties", doc.object(fields)}});
  return doc.object(
      {{"content", doc.object({{"application/json", doc.object({{"schema", schema}})}})}});
}

/// How a caller is known: partners by token or certificate, persons by the login behind the socket.
tree::Node security(tree::Document& doc, const Route& route) {
  std::vector<tree::Node> ways;
  const tree::Node none = doc.array({});
  if (route.access == Access::partner || route.access == Access::both) {
    ways.push_back(doc.object({{"token", none}}));
    ways.push_back(doc.object({{"certificate", none}}));
  }
  return ways.empty() ? tree::Node::null() : doc.array(ways);
}

std::string_view who(Access access) {
  switch (access) {
    case Access::open:
      return "anybody";
    case Access::near:
      return "the Unix socket, or loopback";
    case Access::partner:
      return "a partner";
    case Access::person:
      return "a person, on the Unix socket";
    case Access::both:
      return "a partner for its own, or a person on the Unix socket";
  }
  return {};
}

tree::Node operation(tree::Document& doc, const Route& route) {
  const tree::Node responses = doc.object(
      {{"2XX", doc.object({{"description", doc.text("done")}})},
       {"4XX", doc.object({{"description", doc.text("a fault: {code, text, remedy, place}")}})},
       {"5XX",
        doc.object({{"description", doc.text("a fault of the system; 503: again later")}})}});
  return without_blanks(
      doc, {{"summary", doc.text(route.summary)},
            {"x-caller", doc.text(who(route.access))},
            {"x-right", doc.text(route.right ? config::name_of(*route.right) : std::string_view{})},
            {"parameters", parameters(doc, route)},
            {"requestBody", request_body(doc, route)},
            {"security", security(doc, route)},
            {"responses", responses}});
}

std::string lower(std::string_view method) {
  std::string out(method);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

tree::Document openapi() {
  tree::Document doc;
  std::map<std::string_view, std::vector<tree::Document::Member>> paths;
  std::vector<std::string> methods;
  methods.reserve(routes().size());
  for (const Route& route : routes()) {
    methods.push_back(lower(route.method));
    paths[route.path].emplace_back(methods.back(), operation(doc, route));
  }
  std::vector<tree::Document::Member> members;
  members.reserve(paths.size());
  for (const auto& [path, operations] : paths) members.emplace_back(path, doc.object(operations));
  const tree::Node schemes = doc.object(
      {{"token", doc.object({{"type", doc.text("http")}, {"scheme", doc.text("bearer")}})},
       {"certificate", doc.object({{"type", doc.text("mutualTLS")}})}});
  doc.set_root(doc.object(
      {{"openapi", doc.text("3.1.0")},
       {"info", doc.object({{"title", doc.text("Charmille")}, {"version", doc.text("1")}})},
       {"paths", doc.object(members)},
       {"components", doc.object({{"securitySchemes", schemes}})}}));
  return doc;
}

Reply get_openapi(Api&, const Call&) {
  return json_reply(200, openapi());
}

}  // namespace charmille::api
