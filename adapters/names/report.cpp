#include "adapters/names/report.h"

#include "gateway/base/catalogue.h"
#include "gateway/net/http.h"

namespace charmille::adapters::names {

Report report_of(const Fault& reason) {
  Report out;
  out.text = "Fichier refusé : " + base::describe(reason, base::Language::fr) + "\n";
  out.json =
      "{\"outcome\": \"rejected\", \"faults\": [{\"code\": " + net::json_string(reason.code) +
      ", \"text\": " + net::json_string(base::text_of(reason, base::Language::fr)) +
      ", \"remedy\": " + net::json_string(base::remedy_of(reason, base::Language::fr)) + "}]}\n";
  return out;
}

}  // namespace charmille::adapters::names
