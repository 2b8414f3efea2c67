// Sealing of what does not fit in memory: a stream of authenticated chunks.
//
// Form: version (1 byte), salt (16 bytes), chunks of 64 KiB of plain text, each followed by its tag
// (16 bytes). The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): the nonce
// of a chunk is its number (11 bytes, big endian) and one byte that is 1 for the last chunk alone,
// so that a chunk taken away, moved, repeated or added is found, at the end too. The key of a
// stream is derived from the given key, the salt and the context. Only an empty stream ends by an
// empty chunk.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/crypto/key.h"

namespace charmille::crypto {

inline constexpr std::size_t stream_chunk = 64 * 1024;

/// Bytes that a stream of `plain` bytes takes once sealed.
std::uint64_t sealed_stream_size(std::uint64_t plain);

/// Seals what is written to it, chunk by chunk, into `sink`. The stream is whole only once `finish`
/// has succeeded.
class SealingWriter {
 public:
  using Sink = std::function<Result<void>(Bytes)>;

  SealingWriter(const Key& key, std::string_view context, Sink sink, base::Random& random);
  Result<void> write(Bytes bytes);
  Result<void> write(std::string_view text);
  /// Seals the last chunk; afterwards nothing can be written (CH-SEAL-004).
  Result<void> finish();

 private:
  Result<void> put_chunk(bool last);
  Result<void> put(Bytes bytes);

  Sink sink_;
  std::vector<std::uint8_t> header_;  // until the first chunk goes out
  Key key_;
  std::uint64_t number_ = 0;
  std::vector<std::uint8_t> plain_;
  std::vector<std::uint8_t> sealed_;
  bool closed_ = false;  // finished, or the sink has failed
};

/// Reads a sealed stream; gives only bytes whose chunk was verified. A fault stays: CH-SEAL-001
/// altered or wrong key, CH-SEAL-002 cut short, CH-SEAL-003 unknown version, or the fault of the
/// reader below.
class OpeningReader final : public base::Reader {
 public:
  OpeningReader(std::unique_ptr<base::Reader> sealed, const Key& key, std::string_view context);
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  Result<void> start();
  Result<void> next_chunk();
  Result<std::size_t> fill(std::span<std::uint8_t> buffer);

  std::unique_ptr<base::Reader> below_;
  Key given_;
  std::string context_;
  std::unique_ptr<Key> key_;  // of this stream, once its header is read
  std::uint64_t number_ = 0;
  std::vector<std::uint8_t> sealed_;  // one sealed chunk and the first byte of the next
  std::size_t ahead_ = 0;             // bytes of the next chunk already in sealed_: 0 or 1
  std::vector<std::uint8_t> plain_;
  std::size_t at_ = 0;
  bool last_ = false;
  std::unique_ptr<Fault> broken_;
};

/// A sealed payload as a handle on its plain text; `plain_size` is what the store recorded.
base::Payload open_payload(base::Payload sealed, std::uint64_t plain_size,
                           std::shared_ptr<const Key> key, std::string context);

}  // namespace charmille::crypto
