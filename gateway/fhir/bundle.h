// The resources of a Bundle by what references call them (FHIR R4, Bundle §2.36.4.1).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/tree/node.h"

namespace charmille::fhir {

class BundleIndex {
 public:
  explicit BundleIndex(const tree::Node& bundle);

  /// By the fullUrl of its entry, or as "Patient/1".
  const tree::Node* find(std::string_view reference) const;
  /// Entries whose fullUrl another one has already.
  const std::vector<const tree::Node*>& twins() const { return twins_; }
  /// Nothing in it may point outside it: a transaction, a batch, a document, a message.
  bool is_closed() const { return closed_; }

 private:
  std::unordered_map<std::string, const tree::Node*> by_url_;
  std::vector<const tree::Node*> twins_;
  bool closed_ = false;
};

/// "Patient" of "Patient/1", "https://x/fhir/Patient/1/_history/2" and "Patient?identifier=1";
/// empty when the reference does not say.
std::string_view type_in(std::string_view reference);

}  // namespace charmille::fhir
