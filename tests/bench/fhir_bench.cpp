// fhir_bench FILE PACKAGE...: reading and judging a Bundle of some 200 entries (FILE's entries as
// often as it takes, each time with ids of its own), once warm.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include "gateway/base/payload.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/validator.h"

using namespace charmille;

namespace {

constexpr std::size_t wanted = 200;

/// The entries of the Bundle again and again, as text: what is a UUID gets another one each time.
std::string grown(const std::string& bundle, const tree::Document& document) {
  const tree::Node* entries = document.root().find("entry");
  const std::size_t each = entries == nullptr ? 0 : entries->items().size();
  if (each == 0) return bundle;
  const std::string one = codec::write_json(*entries);
  std::string all;
  for (std::size_t i = 0; i * each < wanted; ++i) {
    std::string text = one.substr(1, one.size() - 2);
    std::string mark = std::to_string(10'000'000 + i);
    for (std::size_t at = 0; (at = text.find("urn:uuid:", at)) != text.npos; at += 9)
      text.replace(at + 9, 8, mark);
    all += (all.empty() ? "" : ",") + text;
  }
  std::string out = R"({"resourceType":"Bundle","type":"transaction","meta":)" +
                    codec::write_json(*document.root().find("meta")) + R"(,"entry":[)";
  return out + all + "]}";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto begun = std::chrono::steady_clock::now();
  auto definitions =
      fhir::load_definitions(std::vector<std::filesystem::path>(argv + 2, argv + argc), {});
  if (!definitions) return 2;
  const auto loaded = std::chrono::steady_clock::now();
  const auto payload = base::Payload::from_file(argv[1]);
  if (!payload) return 2;
  const auto bytes = payload->bytes(64U << 20);
  const auto document = codec::read_json(*bytes, "bundle");
  if (!document) return 2;
  const std::string text = grown(*bytes, *document);
  const fhir::Validator validator(*definitions);
  double best = 1e9;
  std::size_t errors = 0;
  std::size_t count = 0;
  for (int round = 0; round < 20; ++round) {
    const auto from = std::chrono::steady_clock::now();
    const auto read = codec::read_json(text, "bundle");
    const auto issues = validator.validate(*read);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - from;
    best = std::min(best, took.count());
    count = read->root().find("entry")->items().size();
    errors = 0;
    for (const fhir::Issue& issue : issues)
      if (issue.severity == fhir::Severity::error) ++errors;
  }
  const std::chrono::duration<double, std::milli> loading = loaded - begun;
  std::cout << count << " entries, " << text.size() / 1024 << " KiB: read and judged in " << best
            << " ms (best of 20), " << errors << " errors; packages loaded in " << loading.count()
            << " ms\n";
}
