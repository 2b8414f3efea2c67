#include "adapters/fhir/submission.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "gateway/base/bytes.h"
#include "gateway/fhir/members.h"
#include "gateway/net/http.h"

namespace charmille::adapters::fhir {
namespace {

using charmille::fhir::items_at;
using charmille::fhir::text_at;
using tree::Node;

constexpr std::size_t hex_id = 32;

base::Place at(std::string path) {
  return {{}, 0, 0, std::move(path)};
}

/// Letters alone: what a type of resource is made of. The name of a profile passes too: some write
/// it there, and the type is the resource's own.
bool is_type_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

Judged<Entry> read_entry(const Node& node, std::string path) {
  Entry entry;
  entry.resource = node.find("resource");
  const Node* request = node.find("request");
  if (entry.resource == nullptr || request == nullptr)
    return refuse(400, "required", fault("CH-FHIR-069", at(std::move(path))));
  const std::string_view method = text_at(*request, "method");
  if (method != "POST")
    return refuse(400, "not-supported",
                  fault("CH-FHIR-070", at(path + ".request.method"),
                        {{"method", base::printable(method, 10)}}));
  if (!is_type_name(text_at(*request, "url")))
    return refuse(400, "value", fault("CH-FHIR-071", at(path + ".request.url")));
  entry.type = text_at(*entry.resource, "resourceType");
  entry.full_url = text_at(node, "fullUrl");
  if (request->find("ifNoneExist") == nullptr) return entry;
  auto name = name_of_condition(entry.type, text_at(*request, "ifNoneExist"),
                                path + ".request.ifNoneExist");
  if (!name) return tl::unexpected(std::move(name.error()));
  entry.condition = std::move(*name);
  return entry;
}

}  // namespace

Judged<std::string> name_of_condition(std::string_view type, std::string_view condition,
                                      std::string path) {
  condition = condition.substr(condition.find('?') == condition.npos ? 0 : condition.find('?') + 1);
  constexpr std::string_view criterion = "identifier=";
  const auto value = condition.starts_with(criterion) && condition.find('&') == condition.npos
                         ? net::percent_decoded(condition.substr(criterion.size()))
                         : std::nullopt;
  const std::size_t bar = value ? value->find('|') : std::string::npos;
  if (bar == std::string::npos || bar == 0 || bar + 1 == value->size())
    return refuse(400, "not-supported", fault("CH-FHIR-072", at(std::move(path))));
  return std::string(type) + "?identifier=" + *value;
}

std::string_view kind_of_bundle(const Node& resource) {
  if (text_at(resource, "resourceType") != "Bundle") return {};
  const std::string_view type = text_at(resource, "type");
  return type == "transaction" || type == "batch" ? type : std::string_view{};
}

Judged<std::vector<Entry>> entries_of(const Node& bundle) {
  std::vector<Entry> entries;
  std::set<std::string> conditions;
  for (const Node& node : items_at(bundle, "entry")) {
    const std::string place = "entry[" + std::to_string(entries.size()) + "]";
    auto entry = read_entry(node, "Bundle." + place);
    if (!entry) return tl::unexpected(std::move(entry.error()));
    entry->part = place;
    if (!entry->condition.empty() && !conditions.insert(entry->condition).second)
      return refuse(400, "duplicate",
                    fault("CH-FHIR-073", at("Bundle." + place + ".request.ifNoneExist")));
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Judged<Entry> entry_of(const Node& resource, std::string_view type,
                       std::string_view if_none_exist) {
  Entry entry;
  entry.resource = &resource;
  entry.type = text_at(resource, "resourceType");
  if (entry.type != type) return refuse(400, "value", fault("CH-FHIR-078", at("resourceType")));
  if (if_none_exist.empty()) return entry;
  auto name = name_of_condition(type, if_none_exist, {});
  if (!name) return tl::unexpected(std::move(name.error()));
  entry.condition = std::move(*name);
  return entry;
}

std::vector<std::string> names_of(const Entry& entry) {
  std::vector<std::string> names;
  const auto add = [&](const Node& identifier) {
    const std::string_view system = text_at(identifier, "system");
    const std::string_view value = text_at(identifier, "value");
    if (!system.empty() && !value.empty())
      names.push_back(std::string(entry.type) + "?identifier=" + std::string(system) + "|" +
                      std::string(value));
  };
  for (const Node& identifier : items_at(*entry.resource, "identifier")) add(identifier);
  // Where a type has one identifier only (QuestionnaireResponse, Bundle), and what a search by
  // identifier finds a document by too (FHIR R4, DocumentReference §2.46.7).
  for (const std::string_view member : {"identifier", "masterIdentifier"})
    if (const Node* one = entry.resource->find(member);
        one != nullptr && one->is(tree::Kind::object))
      add(*one);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string resource_id(const base::Uuid& exchange, std::string_view part) {
  std::string id = exchange.text();
  std::erase(id, '-');
  const std::size_t open = part.find('[');
  if (open != part.npos) id.append("-").append(part.substr(open + 1, part.size() - open - 2));
  return id;
}

std::optional<PlaceOfResource> place_of(std::string_view id) {
  if (id.size() < hex_id) return std::nullopt;
  std::string text(id.substr(0, hex_id));
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, "-");
  const auto exchange = base::Uuid::parse(text);
  if (!exchange) return std::nullopt;
  id.remove_prefix(hex_id);
  if (id.empty()) return PlaceOfResource{*exchange, {}};
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), index);
  if (id.front() != '-' || error != std::errc{} || end != id.data() + id.size())
    return std::nullopt;
  return PlaceOfResource{*exchange, "entry[" + std::to_string(index) + "]"};
}

}  // namespace charmille::adapters::fhir
