// What is submitted to the server: a Bundle of type transaction or batch, or one resource (FHIR R4,
// http.html §3.1.0.8 and §3.1.0.11). Only creation is done here, as TDDUI 2.x asks. No input or
// output here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/fhir/asked.h"
#include "gateway/tree/document.h"

namespace charmille::adapters::fhir {

/// One resource to be created; views and nodes live in the document that was submitted.
struct Entry {
  const tree::Node* resource = nullptr;
  std::string_view type;      ///< of the resource
  std::string_view full_url;  ///< or empty
  std::string condition;      ///< the name that must not be known yet; empty: none
  std::string part;  ///< where it is in what was submitted: "entry[2]", or "" for the whole
};

/// "transaction" or "batch"; empty: the resource is no Bundle that asks for something.
std::string_view kind_of_bundle(const tree::Node& resource);

/// The entries of a transaction. 400: an entry without resource or request, what is not asked by
/// POST, a request.url that is no type of resource, a condition that is no identifier, twice the
/// same condition.
Judged<std::vector<Entry>> entries_of(const tree::Node& bundle);

/// The one entry of a resource that is submitted alone under `type`; `if_none_exist` is the header,
/// or empty. 400.
Judged<Entry> entry_of(const tree::Node& resource, std::string_view type,
                       std::string_view if_none_exist);

/// "Patient?identifier=system|value" of the condition "identifier=system%7Cvalue", with or without
/// "Patient?" before it. 400: any other criterion; what cannot be looked up must not be passed
/// over. `path` is where the condition stands.
Judged<std::string> name_of_condition(std::string_view type, std::string_view condition,
                                      std::string path);

/// "Patient?identifier=system|value": how a resource is found again, one for each of its
/// identifiers that has both.
std::vector<std::string> names_of(const Entry& entry);

/// Where a resource is on this server. Ids are the exchange's, and the place in what it brought.
struct Location {
  std::string type;
  std::string id;
  bool created = true;  ///< false: it was here already

  std::string text() const { return type + "/" + id; }
  std::string versioned() const { return text() + "/_history/1"; }
};
std::string resource_id(const base::Uuid& exchange, std::string_view part);
/// What such an id says; nothing for any other text.
struct PlaceOfResource {
  base::Uuid exchange;
  std::string part;
};
std::optional<PlaceOfResource> place_of(std::string_view resource_id);

}  // namespace charmille::adapters::fhir
