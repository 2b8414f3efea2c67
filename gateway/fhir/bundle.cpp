#include "gateway/fhir/bundle.h"

#include "gateway/fhir/members.h"

namespace charmille::fhir {

using tree::Node;

BundleIndex::BundleIndex(const Node& bundle) {
  const std::string_view type = text_at(bundle, "type");
  closed_ = type == "transaction" || type == "document" || type == "message";
  for (const Node& entry : items_at(bundle, "entry")) {
    const Node* resource = entry.find("resource");
    if (resource == nullptr) continue;
    const std::string_view url = text_at(entry, "fullUrl");
    if (!url.empty() && !by_url_.emplace(url, resource).second) twins_.push_back(&entry);
    const std::string_view id = text_at(*resource, "id");
    if (!id.empty())
      by_url_.emplace(std::string(text_at(*resource, "resourceType")).append("/").append(id),
                      resource);
  }
}

const Node* BundleIndex::find(std::string_view reference) const {
  const auto at = by_url_.find(std::string(reference));
  return at == by_url_.end() ? nullptr : at->second;
}

std::string_view type_in(std::string_view reference) {
  if (const std::size_t query = reference.find('?'); query != reference.npos)
    reference = std::string_view(reference).substr(0, query);
  if (const std::size_t history = reference.find("/_history/"); history != reference.npos)
    reference = reference.substr(0, history);
  const bool is_type_alone = reference.find('/') == reference.npos;
  if (is_type_alone) return reference.find(':') == reference.npos ? reference : "";
  const std::size_t id = reference.rfind('/');
  const std::size_t type = reference.rfind('/', id - 1);
  const std::string_view name = reference.substr(type == reference.npos ? 0 : type + 1,
                                                 id - (type == reference.npos ? 0 : type + 1));
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' ? name : "";
}

}  // namespace charmille::fhir
