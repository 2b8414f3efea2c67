// Bytes as an audit leaf: what is accepted is written again as the same bytes.
#include "gateway/merkle/leaf.h"

#include "gateway/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = charmille::base::as_text({data, size});
  const auto leaf = charmille::merkle::parse_leaf(bytes);
  if (leaf && charmille::merkle::to_canonical_json(*leaf).value() != bytes) __builtin_trap();
  // The same bytes as text from a peer: they must come out as a leaf that is read again.
  charmille::merkle::Leaf hostile;
  hostile.ev = charmille::merkle::Event::exchange_received;
  hostile.corr = {std::string(bytes)};
  if (!charmille::merkle::parse_leaf(charmille::merkle::to_canonical_json(hostile).value()))
    __builtin_trap();
  return 0;
}
