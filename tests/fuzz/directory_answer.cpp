// Any bytes as an answer of a directory, as a next link, as a reference and as what is asked: never
// a crash, and nothing of a page that is not told in an answer can break it.
#include <cstdlib>
#include <string_view>

#include "adapters/directory/answer.h"
#include "adapters/directory/wire.h"
#include "gateway/codec/codec.h"

using namespace charmille;
using namespace charmille::adapters;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size > 16384) return 0;
  directory::issue_of(bytes);
  directory::id_in(bytes, "Practitioner");
  if (const auto origin = directory::origin_of(bytes))
    if (directory::origin_of(*origin) != origin) std::abort();
  directory::Found found;
  for (const char* type : {"Practitioner", "PractitionerRole", "Organization"}) {
    auto page = directory::page_of(bytes, type);
    if (!page) continue;
    for (directory::Entry& entry : page->entries) found.entries.push_back(std::move(entry));
  }
  directory::named_by_roles(found.entries, "Organization");
  for (const char* operation : {"professional", "structure", "mailbox"}) {
    const char* key = std::string_view(operation) == "professional" ? "rpps" : "finess";
    const char* value = std::string_view(operation) == "professional" ? "10000000017" : "990001018";
    const auto question = directory::question_of({operation, {{key, value}}, {}});
    if (!question || !codec::read_json(directory::answer_of(*question, found), "")) std::abort();
  }
  if (const auto asked = directory::question_of({"structure", {{"name", std::string(bytes)}}, {}}))
    if (!directory::origin_of(
            directory::url_of("http://a", directory::searches_of(*asked).front(), 50, {})))
      std::abort();
  return 0;
}
