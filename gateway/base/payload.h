// A payload is a handle (size, reader), never a string: who needs the bytes reads them as a stream.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "gateway/base/result.h"

namespace charmille::base {

/// A stream of bytes, read once from its beginning.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Fills `buffer` as far as it can; 0 means the end.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

/// An immutable piece of data that can be read any number of times; cheap to copy.
class Payload {
 public:
  using Open = std::function<Result<std::unique_ptr<Reader>>()>;

  Payload() : Payload(std::string{}) {}
  /// Bytes in memory, shared.
  explicit Payload(std::string bytes);
  /// Bytes elsewhere: `size` of them, read through what `open` gives.
  Payload(std::uint64_t size, Open open)
      : size_(size), open_(std::make_shared<const Open>(std::move(open))) {}
  /// A file that stays unchanged while the handle lives.
  static Result<Payload> from_file(const std::filesystem::path& path);

  std::uint64_t size() const { return size_; }
  Result<std::unique_ptr<Reader>> open() const { return (*open_)(); }
  /// Whether this is a copy of the same handle: the bytes are the same without looking.
  bool same_as(const Payload& other) const { return open_ == other.open_; }
  /// All the bytes, refused above `limit`.
  Result<std::string> bytes(std::uint64_t limit) const;

 private:
  std::uint64_t size_;
  std::shared_ptr<const Open> open_;
};

}  // namespace charmille::base
