// How a resource is sent to a server (FHIR R4, http.html §3.1.0). No input or output here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "gateway/base/result.h"
#include "gateway/tree/node.h"

namespace charmille::adapters::fhir {

/// One request. What it points to is of the resource that it was made from.
struct Interaction {
  std::string method = "POST";
  std::string path;  ///< below the base address, with its slash and its query; empty: the base
  std::string if_none_exist;
  std::string if_match;
  const tree::Node* body = nullptr;
  std::optional<std::size_t> entries;  ///< of a transaction or a batch
  bool repeatable = false;             ///< the same again makes nothing twice
};

/// A transaction goes to the base address, another resource to that of its type. With `single`, a
/// transaction of one entry goes as this entry's request says. Faults: CH-FHIR-001, 100, 101,
/// 103.
Result<Interaction> interaction_of(const tree::Node& resource, bool single);

}  // namespace charmille::adapters::fhir
