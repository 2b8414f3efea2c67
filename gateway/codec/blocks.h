// Any place of a payload, which itself can only be read from its beginning.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

#include "gateway/base/payload.h"

namespace charmille::codec {

/// Blocks of 64 KiB, of which the last 16 MiB used are held: a payload of that size is read once. A
/// larger one is read from its beginning again for each step backwards out of what is held, so its
/// parts are best taken in their order. Safe for several threads.
class Blocks {
 public:
  explicit Blocks(base::Payload payload) : payload_(std::move(payload)) {}

  std::uint64_t size() const { return payload_.size(); }
  /// Fills `buffer` from `offset` on; fewer bytes only at the end.
  Result<std::size_t> read(std::uint64_t offset, std::span<char> buffer);

 private:
  struct Block {
    std::uint64_t number;
    std::string bytes;
  };

  Result<const std::string*> block(std::uint64_t number);
  Result<std::string> next_block();
  const std::string& keep(std::uint64_t number, std::string bytes);

  const base::Payload payload_;
  std::mutex mutex_;
  std::unique_ptr<base::Reader> reader_;
  std::uint64_t next_ = 0;  ///< the block that the reader gives next
  std::list<Block> held_;   ///< the last used in front
  std::unordered_map<std::uint64_t, std::list<Block>::iterator> known_;
};

}  // namespace charmille::codec
