// Any JSON as what is submitted to the FHIR server, and any text as what is asked of it: judged,
// named and rewritten without a crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/fhir/answer_bundle.h"
#include "adapters/fhir/attachments.h"
#include "adapters/fhir/document_search.h"
#include "adapters/fhir/receiving.h"
#include "adapters/web/message.h"
#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::adapters::fhir;

namespace {

void ask(const std::string& text) {
  adapters::Request request;
  request.method = "GET";
  request.target = "/fhir/x/" + text;
  request.headers = {{"Accept", text}, {"Content-Type", text}, {"Prefer", text}};
  Asked asked;
  (void)read_request(request, asked);
  (void)form_of_body(request);
  (void)place_of(text);
  (void)name_of_condition("Patient", text, {});
  (void)DocumentSearch::read(adapters::web::parameters_of(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  ask(text.substr(0, 512));
  auto document = codec::read_json(text, "fuzz.json", 64);
  if (!document) return 0;
  (void)judge_attachments(*document);
  const tree::Node root = document->root();
  const auto search = DocumentSearch::read(
      {{"patient.identifier", "a|b"}, {"status", "current"}, {"date", "ge2026"}});
  if (search) (void)search->fits(root);
  if (kind_of_bundle(root).empty()) return 0;
  const auto entries = entries_of(root);
  if (!entries) return 0;
  const base::Uuid exchange;
  const Moves moves = moves_of(*entries, exchange, {});
  for (const Entry& entry : *entries) {
    (void)names_of(entry);
    (void)as_stored(*document, *entry.resource, moves, resource_id(exchange, entry.part), {});
  }
  (void)complete_attachments(*document);
  return 0;
}
