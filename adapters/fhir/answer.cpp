#include "adapters/fhir/answer.h"

#include "adapters/fhir/form.h"
#include "gateway/base/bytes.h"
#include "gateway/fhir/members.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

/// Codes and paths: no more than their signs, so that no word of a resource passes with them.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 200)) {
    const bool sign = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '[' || c == ']' || c == '-';
    if (!sign) break;
    out += c;
  }
  return out;
}

Result<tree::Document> read(const net::HttpAnswer& answer) {
  const Form form = form_of(answer.header("Content-Type")).value_or(Form::json);
  return read_resource(answer.body, "answer", form);
}

}  // namespace

Result<Pairs> locations_of(const net::HttpAnswer& told, std::size_t entries) {
  const auto answer = read(told);
  if (!answer || text_at(answer->root(), "resourceType") != "Bundle") return fail("CH-FHIR-049");
  const auto answered = items_at(answer->root(), "entry");
  if (answered.size() != entries) return fail("CH-FHIR-049");
  Pairs locations;
  for (std::size_t i = 0; i < answered.size(); ++i) {
    const Node* response = answered[i].find("response");
    if (response == nullptr) return fail("CH-FHIR-049");
    const std::string_view status = text_at(*response, "status");
    if (!status.starts_with('2'))
      return fail("CH-FHIR-048", {},
                  {{"entry", std::to_string(i)}, {"status", plain(status.substr(0, 3))}});
    if (const std::string_view location = text_at(*response, "location"); !location.empty())
      locations.emplace_back("entry[" + std::to_string(i) + ']', base::printable(location, 255));
  }
  return locations;
}

base::Args outcome_of(const net::HttpAnswer& told) {
  base::Args args{{"issue", "-"}, {"element", "-"}};
  const auto answer = read(told);
  if (!answer || text_at(answer->root(), "resourceType") != "OperationOutcome") return args;
  for (const Node& issue : items_at(answer->root(), "issue")) {
    const std::string_view severity = text_at(issue, "severity");
    if (severity != "error" && severity != "fatal") continue;
    if (const std::string code = plain(text_at(issue, "code")); !code.empty())
      args[0].second = code;
    for (const char* name : {"expression", "location"})
      if (const auto paths = items_at(issue, name); !paths.empty() && args[1].second == "-")
        if (const std::string path = plain(paths.front().chars()); !path.empty())
          args[1].second = path;
    break;
  }
  return args;
}

}  // namespace charmille::adapters::fhir
