#include "gateway/api/route.h"

#include <algorithm>

namespace charmille::api {
namespace {

using config::Right;

const std::vector<Route>& table() {
  static const std::vector<Route> all = {
      {.method = "GET",
       .path = "/health/live",
       .access = Access::near,
       .summary = "The process lives",
       .read = get_live},
      {.method = "GET",
       .path = "/health/ready",
       .access = Access::near,
       .summary = "The gateway accepts work; 503 when it does not",
       .read = get_ready},
      {.method = "GET",
       .path = "/metrics",
       .access = Access::near,
       .summary = "Counters and gauges, Prometheus text format 0.0.4",
       .read = get_metrics},
      {.method = "GET",
       .path = "/openapi.json",
       .access = Access::open,
       .summary = "This description",
       .read = get_openapi},
      {.method = "POST",
       .path = "/v1/endpoints/{endpoint}",
       .access = Access::partner,
       .summary = "Pushes a payload to a source endpoint. 202 once it is durable; with ?wait, 200 "
                  "or 422 with the report once it is settled. "
                  "The same Idempotency-Key with the same body within 7 days answers the same; "
                  "with another body: 409",
       .query = {{"wait", "seconds to wait for the outcome"}},
       .act = hand_over,
       .here = true},
      {.method = "POST",
       .path = "/fhir/{endpoint}",
       .access = Access::partner,
       .summary =
           "FHIR R4: a Bundle of type transaction or batch. What a FHIR server answers stands "
           "in /fhir/{endpoint}/metadata",
       .act = hand_over},
      {.method = "GET",
       .path = "/fhir/{endpoint}/metadata",
       .access = Access::partner,
       .summary = "FHIR R4: its CapabilityStatement",
       .act = hand_over},
      {.method = "POST",
       .path = "/fhir/{endpoint}/{type}",
       .access = Access::partner,
       .summary = "FHIR R4: creates a resource of that type",
       .act = hand_over},
      {.method = "GET",
       .path = "/fhir/{endpoint}/{type}",
       .access = Access::partner,
       .summary = "FHIR R4: a search",
       .act = hand_over},
      {.method = "POST",
       .path = "/fhir/{endpoint}/{type}/_search",
       .access = Access::partner,
       .summary = "FHIR R4: a search whose criteria stand in the body, as a form",
       .act = hand_over},
      {.method = "GET",
       .path = "/fhir/{endpoint}/{type}/{id}",
       .access = Access::partner,
       .summary = "FHIR R4: a resource as it was taken",
       .act = hand_over},
      {.method = "GET",
       .path = "/fhir/{endpoint}/{type}/{id}/_history/{version}",
       .access = Access::partner,
       .summary = "FHIR R4: that version of it",
       .act = hand_over},
      {.method = "GET",
       .path = "/v1/exchanges",
       .right = Right::operate,
       .summary = "Exchanges, the latest first",
       .query = {{"direction", "in or out"},
                 {"state", "one or several, separated by commas"},
                 {"partner", "its name"},
                 {"endpoint", "its name"},
                 {"route", "its name"},
                 {"flow", "id of the root exchange"},
                 {"since", "RFC 3339"},
                 {"until", "RFC 3339"},
                 {"before", "numbers below this one: the next page"},
                 {"limit", "1 to 1000, 100 by default"}},
       .read = list_exchanges},
      {.method = "GET",
       .path = "/v1/exchanges/{exchange}",
       .access = Access::both,
       .right = Right::operate,
       .summary = "One exchange; a partner sees its own only. A person also gets the exchanges of "
                  "its flow",
       .read = get_exchange},
      {.method = "GET",
       .path = "/v1/exchanges/{exchange}/report",
       .access = Access::both,
       .right = Right::operate,
       .summary = "What a sender is told about what it sent; a partner sees its own only",
       .read = get_report},
      {.method = "POST",
       .path = "/v1/exchanges/{exchange}/payload",
       .right = Right::content_read,
       .summary = "The bytes of the exchange; audited first",
       .body = {{"reason", "why; written to the audit log"}},
       .act = post_payload},
      {.method = "POST",
       .path = "/v1/exchanges/{exchange}/replay",
       .right = Right::operate,
       .summary = "Processes, or delivers, again",
       .body = {{"reason", "why"}},
       .act = post_replay},
      {.method = "POST",
       .path = "/v1/exchanges/{exchange}/release",
       .right = Right::operate,
       .summary =
           "Lets a held delivery go; of an inbound exchange, all those of its flow, or imports the "
           "lot that was held",
       .body = {{"reason", "why"}},
       .act = post_release},
      {.method = "POST",
       .path = "/v1/exchanges/{exchange}/cancel",
       .right = Right::operate,
       .summary = "Will not be sent",
       .body = {{"reason", "why; required"}},
       .act = post_cancel},
      {.method = "POST",
       .path = "/v1/send/{endpoint}",
       .right = Right::operate,
       .summary =
           "Gives a payload to a source endpoint as if its partner had pushed it; ?wait as above",
       .query = {{"wait", "seconds to wait for the outcome"}},
       .act = post_send},
      {.method = "POST",
       .path = "/v1/preview/{endpoint}",
       .right = Right::operate,
       .summary = "What files would change at each destination, had their partner given them now: "
                  "nothing is stored or sent",
       .body = {{"files", "list of {name, content}, the content in base64; required"}},
       .act = post_preview},
      {.method = "POST",
       .path = "/v1/queries/{endpoint}",
       .right = Right::operate,
       .summary = "Asks the partner of an endpoint something that wants an answer now (a "
                  "directory); audited before it is answered",
       .body = {{"operation", "such as professional; required"},
                {"parameters", "object of texts, such as {rpps}"},
                {"reason", "why; written to the audit log"}},
       .act = post_query},
      {.method = "POST",
       .path = "/v1/extractions",
       .right = Right::operate,
       .summary = "Makes the extraction of a route now",
       .body = {{"route", "its name; required"},
                {"period", "such as 2026-06; the configured one by default"},
                {"reason", "why"}},
       .act = post_extraction},
      {.method = "GET",
       .path = "/v1/quarantine",
       .right = Right::operate,
       .summary = "What waits for a person",
       .query = {{"partner", "its name"},
                 {"all", "true: closed ones too"},
                 {"limit", "1 to 1000, 100 by default"}},
       .read = list_quarantine},
      {.method = "GET",
       .path = "/v1/quarantine/{number}",
       .right = Right::operate,
       .summary = "One entry",
       .read = get_quarantine},
      {.method = "POST",
       .path = "/v1/quarantine/{number}/close",
       .right = Right::operate,
       .summary = "Closes an entry",
       .body = {{"reason", "why; required"}},
       .act = post_quarantine_close},
      {.method = "GET",
       .path = "/v1/records",
       .right = Right::operate,
       .summary = "The children known, by number, without anything about them",
       .query = {{"after", "the next page begins after this id"},
                 {"limit", "1 to 1000, 100 by default"}},
       .read = list_records},
      {.method = "POST",
       .path = "/v1/records/_search",
       .right = Right::content_read,
       .summary = "The record of one child, by its id here or by an identifier; audited first",
       .body = {{"id", "the child's id here"},
                {"system", "of the identifier"},
                {"value", "of the identifier"},
                {"reason", "why; required"}},
       .act = post_record},
      {.method = "POST",
       .path = "/v1/records/_check",
       .right = Right::content_read,
       .summary = "What the records tell that somebody should look at: children without a running "
                  "decision, terms that are past, what a DUI and a department do not say alike; "
                  "audited first",
       .body = {{"day", "such as 2026-06-30; today by default"}, {"reason", "why; required"}},
       .act = post_records_check},
      {.method = "POST",
       .path = "/v1/records/_transmit",
       .right = Right::release_confidential,
       .summary = "Records the written decision that hands a child's former file over to the "
                  "department where it is now; audited with what it makes leave",
       .body = {{"id", "the child's id here"},
                {"system", "of the identifier"},
                {"value", "of the identifier"},
                {"to", "the partner; required"},
                {"from",
                 "facts since this day, such as 2024-01-01; or everything, or nothing; "
                 "required"},
                {"decision", "reference of the written decision; required"},
                {"reason", "why; required"}},
       .act = post_records_transmit},
      {.method = "GET",
       .path = "/v1/documents",
       .right = Right::release_confidential,
       .summary = "Documents held for a secret place, and those let go, by their digest",
       .query = {{"child", "id of a child here: all of its documents"}},
       .read = list_documents},
      {.method = "POST",
       .path = "/v1/documents/{sha256}/clear",
       .right = Right::release_confidential,
       .summary = "A person read the document: it may go to these kinds of recipients although the "
                  "place is kept from them. A secret found in its text holds it all the same",
       .body = {{"for", "kinds of recipients, such as care-team dmp; required"},
                {"reason", "why; required"}},
       .act = post_document_clear},
      {.method = "POST",
       .path = "/v1/documents/{sha256}/withhold",
       .right = Right::release_confidential,
       .summary = "It may no longer go to them",
       .body = {{"for", "kinds of recipients; required"}, {"reason", "why; required"}},
       .act = post_document_withhold},
      {.method = "GET",
       .path = "/v1/links",
       .right = Right::identity_link,
       .summary = "Links between children of different sources, without anything about them",
       .query = {{"state",
                  "all, or of proposed, suspended, linked, accepted, refused, separated by "
                  "commas; proposed and suspended by default"},
                 {"after", "numbers above this one: the next page"},
                 {"limit", "1 to 1000, 100 by default"}},
       .read = list_links},
      {.method = "POST",
       .path = "/v1/links/{number}/_show",
       .right = Right::identity_link,
       .summary = "Both children of a link by name, and what left about them as one; audited first",
       .body = {{"reason", "why; required"}},
       .act = post_link_show},
      {.method = "POST",
       .path = "/v1/links/{number}/accept",
       .right = Right::identity_link,
       .summary = "They are one child",
       .body = {{"reason", "why; required"}},
       .act = post_link_accept},
      {.method = "POST",
       .path = "/v1/links/{number}/refuse",
       .right = Right::identity_link,
       .summary = "They are not; the link is not proposed again",
       .body = {{"reason", "why; required"}},
       .act = post_link_refuse},
      {.method = "POST",
       .path = "/v1/links/{number}/undo",
       .right = Right::identity_link,
       .summary = "Undoes a link in force: each child has its own facts back, what leaves because "
                  "of it is held, and what left under the link is listed; or takes a refusal back",
       .body = {{"reason", "why; required"}},
       .act = post_link_undo},
      {.method = "GET",
       .path = "/v1/audit",
       .right = Right::audit_read,
       .summary = "Leaves of the audit log, the latest first; the question is audited first",
       .query = {{"since", "RFC 3339"},
                 {"until", "RFC 3339"},
                 {"peer", "name of the partner at the other end"},
                 {"endpoint", "its name"},
                 {"event", "such as exchange.received"},
                 {"exchange", "its id, or that of its flow"},
                 {"outcome", "0, 4, 8 or 12 (ATNA)"},
                 {"before", "numbers below this one: the next page"},
                 {"limit", "1 to 1000, 100 by default"}},
       .act = list_audit},
      {.method = "POST",
       .path = "/v1/audit/_about",
       .right = Right::audit_read,
       .summary =
           "Leaves about one child, by its id here or by an identifier, the latest first, with "
           "what became of its deliveries; the question is audited first",
       .query = {{"since", "RFC 3339"},
                 {"until", "RFC 3339"},
                 {"peer", "name of the partner at the other end"},
                 {"event", "such as exchange.subjects"},
                 {"before", "numbers below this one: the next page"},
                 {"limit", "1 to 1000, 100 by default"}},
       .body = {{"id", "the child's id here"},
                {"system", "of the identifier"},
                {"value", "of the identifier"},
                {"reason", "why; written to the audit log"}},
       .act = post_audit_about},
      {.method = "POST",
       .path = "/v1/audit/verify",
       .right = Right::audit_read,
       .summary = "Recomputes the whole log from its leaves; answers when done",
       .act = verify_audit},
      {.method = "GET",
       .path = "/v1/audit/verify",
       .right = Right::audit_read,
       .summary = "How far the verification under way is",
       .read = get_verify_progress},
  };
  return all;
}

bool is_name(std::string_view piece) {
  return piece.size() > 2 && piece.front() == '{' && piece.back() == '}';
}

bool fits(std::string_view path, std::span<const std::string> segments, Match& into) {
  std::vector<std::pair<std::string, std::string>> found;
  path.remove_prefix(1);
  for (const std::string& segment : segments) {
    if (path.empty()) return false;
    const std::string_view piece = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), piece.size() + 1));
    if (is_name(piece))
      found.emplace_back(piece.substr(1, piece.size() - 2), segment);
    else if (piece != segment)
      return false;
  }
  if (!path.empty()) return false;
  into.path = std::move(found);
  return true;
}

}  // namespace

std::span<const Route> routes() {
  return table();
}

Match match(std::string_view method, std::span<const std::string> segments) {
  Match found;
  for (const Route& route : table()) {
    if (!fits(route.path, segments, found)) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      found.route = &route;
      return found;
    }
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return found;
}

}  // namespace charmille::api
