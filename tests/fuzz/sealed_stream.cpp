// Bytes as a sealed stream; then a true stream, damaged as the bytes say: never read to its end as
// something else.
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/crypto/stream.h"

using namespace charmille;
using namespace charmille::crypto;

namespace {

class Fixed final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{5}); }
};

Result<std::string> read_all(std::string sealed, const Key& key) {
  auto below = base::Payload(std::move(sealed)).open();
  OpeningReader reader(std::move(*below), key, "fuzz");
  std::string out;
  std::array<char, 5000> buffer{};
  for (;;) {
    const auto count = reader.read(buffer);
    if (!count) return fail(count.error());
    if (*count == 0) return out;
    out.append(buffer.data(), *count);
  }
}

struct Stream {
  Key key;
  std::string plain;
  std::string sealed;
};

Stream make_stream() {
  Fixed random;
  Stream stream{Key::generate(random), std::string(stream_chunk + 1000, 'x'), {}};
  SealingWriter writer(
      stream.key, "fuzz",
      [&stream](Bytes bytes) -> Result<void> {
        stream.sealed += base::as_text(bytes);
        return {};
      },
      random);
  (void)writer.write(stream.plain);
  (void)writer.finish();
  return stream;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Stream stream = make_stream();
  (void)read_all(std::string(base::as_text({data, size})), stream.key);
  // Each four bytes: a place, and what is added there; then a cut by the last byte.
  std::string damaged = stream.sealed;
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    const std::size_t at =
        (std::size_t{data[i]} | std::size_t{data[i + 1]} << 8 | std::size_t{data[i + 2]} << 16) %
        damaged.size();
    damaged[at] = static_cast<char>(damaged[at] + static_cast<char>(data[i + 3]));
  }
  if (size % 4 == 1)
    damaged.resize(damaged.size() - std::min<std::size_t>(damaged.size(), data[size - 1]));
  const auto read = read_all(damaged, stream.key);
  if (read && (damaged != stream.sealed || *read != stream.plain)) __builtin_trap();
  return 0;
}
