// Holds the records that a gateway gave out against the truth:
//   compare_truth RECORDS.jsonl TRUTH.jsonl
// Exits with 1 when a field differs, when a child is missing, or when there is one too many.
#include <cstdio>
#include <fstream>
#include <string>

#include "gateway/codec/codec.h"
#include "tests/conformance/truth.h"

using namespace charmille;
using namespace charmille::conformance;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto truth = read_truth(argv[2]);
  Comparison with;
  std::size_t strange = 0;
  std::ifstream records(argv[1]);
  for (std::string line; std::getline(records, line);) {
    const auto child = codec::read_json(line, "records.jsonl");
    const auto found = child ? truth.find(std::string(local_id_of(child->root()))) : truth.end();
    if (found == truth.end()) {
      ++strange;
      continue;
    }
    with.next_child();
    compare_child(with, child->root(), found->second.root());
    truth.erase(found);
  }
  with.report(argv[1]);
  if (strange + truth.size() > 0)
    std::printf("%zu records without a truth, %zu children without a record\n", strange,
                truth.size());
  return with.different() + strange + truth.size() == 0 ? 0 : 1;
}
