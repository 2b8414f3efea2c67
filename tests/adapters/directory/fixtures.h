// Invented answers of a directory, in the shape of the Annuaire Santé.
#pragma once

#include <string>
#include <string_view>

namespace charmille::adapters::directory::testing {

inline std::string bundle(std::string_view entries, std::string_view next = {}) {
  std::string link = R"([{"relation":"self","url":"https://annuaire.invalid/fhir/x"})";
  if (!next.empty()) link += R"(,{"relation":"next","url":")" + std::string(next) + R"("})";
  return R"({"resourceType":"Bundle","type":"searchset","link":)" + link + R"(],"entry":[)" +
         std::string(entries) + "]}";
}

inline std::string entry(std::string_view resource) {
  return R"({"resource":)" + std::string(resource) + R"(,"search":{"mode":"match"}})";
}

/// A mailbox; `red` as it stands in the JSON, or nothing to leave the mark out.
inline std::string mailbox(std::string_view address, std::string_view red = "false",
                           std::string_view type = "PER") {
  std::string parts = R"({"url":"type","valueCodeableConcept":{"coding":[{"code":")" +
                      std::string(type) + R"("}]}})";
  if (!red.empty()) parts += R"(,{"url":"listeRouge","valueBoolean":)" + std::string(red) + "}";
  return R"({"extension":[{"extension":[)" + parts +
         R"(],"url":"https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata"}],"system":"email","value":")" +
         std::string(address) + R"("})";
}

inline std::string practitioner(std::string_view id, std::string_view family,
                                std::string_view telecom = {}) {
  return R"({"resourceType":"Practitioner","id":")" + std::string(id) +
         R"(","meta":{"lastUpdated":"2026-06-01T01:00:00.000+02:00"},"active":true,"identifier":[{"system":"urn:oid:1.2.250.1.71.4.2.1","value":"810000000017"},{"system":"https://rpps.esante.gouv.fr","value":"10000000017"}],"name":[{"family":")" +
         std::string(family) +
         R"(","given":["Alix"],"prefix":["MME"]}],"qualification":[{"code":{"coding":[{"system":"https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante","code":"60"}]}}],"telecom":[)" +
         std::string(telecom) + "]}";
}

inline std::string role(std::string_view id, std::string_view who, std::string_view where,
                        std::string_view telecom = {}) {
  return R"({"resourceType":"PractitionerRole","id":")" + std::string(id) +
         R"(","active":true,"practitioner":{"reference":"Practitioner/)" + std::string(who) +
         R"("},"organization":{"reference":"Organization/)" + std::string(where) +
         R"("},"telecom":[)" + std::string(telecom) + "]}";
}

inline std::string organization(std::string_view id, std::string_view name,
                                std::string_view telecom = {}) {
  return R"({"resourceType":"Organization","id":")" + std::string(id) +
         R"(","active":true,"identifier":[{"system":"https://finess.esante.gouv.fr","value":"990001018"},{"system":"https://sirene.fr","value":"999999999"},{"system":"https://sirene.fr","value":"99999999900010"}],"name":")" +
         std::string(name) +
         R"(","address":[{"_line":[{"extension":[{"url":"x","valueString":"3"},{"url":"y","valueString":"RUE"},{"url":"z","valueString":"DES CHARMES"}]}],"postalCode":"59000","city":"LILLE"}],"telecom":[{"system":"phone","value":"0300000000"})" +
         (telecom.empty() ? "" : "," + std::string(telecom)) + "]}";
}

}  // namespace charmille::adapters::directory::testing
