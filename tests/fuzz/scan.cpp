// Any bytes as a document of any format: no crash, and a secret behind them is found or the
// document is held.
#include "gateway/policy/scan.h"

#include <cstdlib>

using namespace charmille;

namespace {

const policy::Scanner& scanner() {
  static const policy::Scanner made(
      {{policy::SecretKind::establishment, policy::Spread::own, 0, "f", {"LESTROISTILLEULS"}},
       {policy::SecretKind::phone, policy::Spread::unique, 0, "f", {"0767977068"}}},
      {1U << 20U, 8U << 20U, 3, 50, 20, std::chrono::seconds(2)});
  return made;
}

bool is_container(std::string_view bytes) {
  return bytes.starts_with("PK") || bytes.substr(0, 1024).find("%PDF-") != bytes.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!scanner().scan(base::Payload(bytes))) std::abort();
  const std::string planted = bytes + "\nLes Trois Tilleuls\n";
  const auto result = scanner().scan(base::Payload(planted));
  // What stands behind the end of an archive or a PDF, no reader of those shows.
  if (!result || (result->clear() && !is_container(bytes))) std::abort();
  if (size < 4096 && scanner().scan_name(planted).hits.empty()) std::abort();
  return 0;
}
