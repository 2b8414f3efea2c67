#include "gateway/crypto/stream.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/gcm.h"

namespace charmille::crypto {
namespace {

constexpr std::uint8_t stream_version = 2;
constexpr std::size_t salt_size = 16;
constexpr std::size_t header_size = 1 + salt_size;
constexpr std::size_t sealed_chunk = stream_chunk + gcm_tag_size;

Key stream_key(const Key& given, Bytes salt, std::string_view context) {
  Digest derived = hmac_parts(given, "charmille/stream", {base::as_text(salt), context});
  Key key = Key::from_bytes(derived);
  wipe(derived);
  return key;
}

std::array<std::uint8_t, gcm_nonce_size> chunk_nonce(std::uint64_t number, bool last) {
  std::array<std::uint8_t, gcm_nonce_size> nonce{};
  for (std::size_t i = 0; i < 8; ++i)
    nonce[3 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

}  // namespace

std::uint64_t sealed_stream_size(std::uint64_t plain) {
  const std::uint64_t chunks =
      std::max<std::uint64_t>(1, (plain + stream_chunk - 1) / stream_chunk);
  return header_size + plain + chunks * gcm_tag_size;
}

SealingWriter::SealingWriter(const Key& key, std::string_view context, Sink sink,
                             base::Random& random)
    : sink_(std::move(sink)), header_(header_size, stream_version), key_([&] {
        const auto salt = std::span(header_).subspan(1);
        random.fill(salt);
        return stream_key(key, salt, context);
      }()) {
  plain_.reserve(stream_chunk);
}

Result<void> SealingWriter::write(Bytes bytes) {
  if (closed_) return fail("CH-SEAL-004");
  while (!bytes.empty()) {
    // A full chunk waits until more comes: it may be the last one.
    if (plain_.size() == stream_chunk)
      if (auto done = put_chunk(false); !done) return done;
    const std::size_t count = std::min(bytes.size(), stream_chunk - plain_.size());
    plain_.insert(plain_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
  }
  return {};
}

Result<void> SealingWriter::write(std::string_view text) {
  return write(base::as_bytes(text));
}

Result<void> SealingWriter::finish() {
  if (closed_) return fail("CH-SEAL-004");
  auto done = put_chunk(true);
  closed_ = true;
  return done;
}

Result<void> SealingWriter::put_chunk(bool last) {
  if (!header_.empty()) {
    if (auto done = put(header_); !done) return done;
    header_.clear();
  }
  sealed_.resize(plain_.size() + gcm_tag_size);
  gcm_seal(key_, chunk_nonce(number_++, last), {}, plain_, sealed_);
  wipe(plain_);
  plain_.clear();
  return put(sealed_);
}

Result<void> SealingWriter::put(Bytes bytes) {
  auto done = sink_(bytes);
  if (!done) closed_ = true;
  return done;
}

OpeningReader::OpeningReader(std::unique_ptr<base::Reader> sealed, const Key& key,
                             std::string_view context)
    : below_(std::move(sealed)),
      given_(key.clone()),
      context_(context),
      sealed_(sealed_chunk + 1) {}

Result<std::size_t> OpeningReader::read(std::span<char> buffer) {
  if (broken_) return fail(*broken_);
  std::size_t count = 0;
  while (count < buffer.size()) {
    if (at_ == plain_.size()) {
      if (last_) break;
      if (auto done = next_chunk(); !done) {
        broken_ = std::make_unique<Fault>(done.error());
        at_ = plain_.size();
        // What was verified before is given first; the fault comes with the next call.
        if (count != 0) break;
        return fail(*broken_);
      }
      continue;
    }
    const std::size_t step = std::min(buffer.size() - count, plain_.size() - at_);
    std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(at_), step,
                buffer.begin() + static_cast<std::ptrdiff_t>(count));
    at_ += step;
    count += step;
  }
  return count;
}

Result<void> OpeningReader::start() {
  std::array<std::uint8_t, header_size> header{};
  const auto count = fill(header);
  if (!count) return fail(count.error());
  if (*count < header_size) return fail("CH-SEAL-002");
  if (header[0] != stream_version)
    return fail("CH-SEAL-003", {}, {{"version", std::to_string(header[0])}});
  key_ = std::make_unique<Key>(stream_key(given_, std::span(header).subspan(1), context_));
  return {};
}

Result<void> OpeningReader::next_chunk() {
  if (!key_)
    if (auto done = start(); !done) return done;
  const auto count = fill(std::span(sealed_).subspan(ahead_));
  if (!count) return fail(count.error());
  const std::size_t have = ahead_ + *count;
  const bool last = have <= sealed_chunk;
  const std::size_t size = std::min(have, sealed_chunk);
  if (size < gcm_tag_size) return fail("CH-SEAL-002");
  if (size == gcm_tag_size && number_ != 0) return fail("CH-SEAL-001");
  plain_.resize(size - gcm_tag_size);
  at_ = 0;
  const Bytes chunk = std::span(sealed_).first(size);
  if (!gcm_open(*key_, chunk_nonce(number_, last), {}, chunk, plain_)) {
    // A whole chunk that opens as one in the middle means that the end is missing.
    const bool cut = last && gcm_open(*key_, chunk_nonce(number_, false), {}, chunk, plain_);
    plain_.clear();
    return fail(cut ? "CH-SEAL-002" : "CH-SEAL-001");
  }
  ++number_;
  last_ = last;
  ahead_ = last ? 0 : 1;
  if (!last) sealed_[0] = sealed_[sealed_chunk];
  return {};
}

Result<std::size_t> OpeningReader::fill(std::span<std::uint8_t> buffer) {
  std::size_t at = 0;
  while (at < buffer.size()) {
    const auto rest = buffer.subspan(at);
    const auto count = below_->read({reinterpret_cast<char*>(rest.data()), rest.size()});
    if (!count) return fail(count.error());
    if (*count == 0) break;
    at += *count;
  }
  return at;
}

base::Payload open_payload(base::Payload sealed, std::uint64_t plain_size,
                           std::shared_ptr<const Key> key, std::string context) {
  return base::Payload(plain_size,
                       [sealed = std::move(sealed), key = std::move(key),
                        context = std::move(context)]() -> Result<std::unique_ptr<base::Reader>> {
                         auto below = sealed.open();
                         if (!below) return fail(below.error());
                         return std::make_unique<OpeningReader>(std::move(*below), *key, context);
                       });
}

}  // namespace charmille::crypto
