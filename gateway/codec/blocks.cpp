#include "gateway/codec/blocks.h"

#include <algorithm>

namespace charmille::codec {
namespace {

constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t most_held = 256;

}  // namespace

Result<std::size_t> Blocks::read(std::uint64_t offset, std::span<char> buffer) {
  const std::lock_guard lock(mutex_);
  std::size_t filled = 0;
  while (filled < buffer.size() && offset < payload_.size()) {
    const auto bytes = block(offset / block_size);
    if (!bytes) return fail(bytes.error());
    const std::size_t inside = offset % block_size;
    const std::size_t count = (*bytes)->copy(buffer.data() + filled, buffer.size() - filled,
                                             std::min(inside, (*bytes)->size()));
    if (count == 0) break;  // shorter than it says
    filled += count;
    offset += count;
  }
  return filled;
}

Result<const std::string*> Blocks::block(std::uint64_t number) {
  if (const auto found = known_.find(number); found != known_.end()) {
    held_.splice(held_.begin(), held_, found->second);
    return &held_.front().bytes;
  }
  if (reader_ == nullptr || number < next_) {
    auto reader = payload_.open();
    if (!reader) return fail(std::move(reader.error()));
    reader_ = std::move(*reader);
    next_ = 0;
  }
  const bool fits = payload_.size() <= most_held * block_size;
  for (;;) {
    auto bytes = next_block();
    if (!bytes) return fail(std::move(bytes.error()));
    const std::uint64_t here = next_++;
    if (here == number) return &keep(here, std::move(*bytes));
    if (fits && !known_.contains(here)) keep(here, std::move(*bytes));
  }
}

Result<std::string> Blocks::next_block() {
  std::string bytes(block_size, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto count = reader_->read(std::span(bytes).subspan(filled));
    if (!count) return fail(count.error());
    if (*count == 0) break;
    filled += *count;
  }
  bytes.resize(filled);
  return bytes;
}

const std::string& Blocks::keep(std::uint64_t number, std::string bytes) {
  held_.push_front({number, std::move(bytes)});
  known_.insert_or_assign(number, held_.begin());
  if (held_.size() > most_held) {
    known_.erase(held_.back().number);
    held_.pop_back();
  }
  return held_.front().bytes;
}

}  // namespace charmille::codec
