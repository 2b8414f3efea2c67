// Which DocumentReferences a search asks for (FHIR R4, search.html; IHE MHD 4.2.0, ITI-67
// §3.67.4.1). No input or output here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/fhir/asked.h"
#include "gateway/fhir/search_date.h"
#include "gateway/tree/node.h"

namespace charmille::adapters::fhir {

class DocumentSearch {
 public:
  /// 400: without patient or status, a parameter or a value that is not understood. What a search
  /// does not understand it refuses: passing it over would show more than was asked for.
  static Judged<DocumentSearch> read(const Pairs& parameters);

  /// "system|value" of the patient.
  const std::string& patient() const { return patient_; }
  bool fits(const tree::Node& document) const;

 private:
  struct Token {
    std::string system;  ///< empty: any
    std::string code;
  };
  struct Criterion {
    std::string_view name;
    std::vector<Token> any_of;
  };
  struct Bound {
    bool creation = false;  ///< of `creation`, else of `date`
    charmille::fhir::SearchDate date;
  };

  std::string patient_;
  std::vector<Criterion> criteria_;
  std::vector<Bound> dates_;
};

/// How a document is found by its patient: "DocumentReference?patient.identifier=system|value".
std::string name_of_patient(std::string_view system_and_value);

}  // namespace charmille::adapters::fhir
