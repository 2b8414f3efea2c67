// A body on its way in: kept in memory while it is small, in a file without a name once it is not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"

namespace charmille::net {

class Spool {
 public:
  static constexpr std::size_t in_memory = 64 * 1024;

  explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Spool(Spool&&) = default;
  Spool& operator=(Spool&&) = default;

  /// At most this much is to be expected: saves copies.
  void reserve(std::uint64_t size) {
    bytes_.reserve(size < in_memory ? static_cast<std::size_t>(size) : in_memory);
  }
  Result<void> append(std::span<const char> bytes);
  std::uint64_t size() const { return size_; }
  /// Everything appended. The file lives as long as the last copy of the handle.
  base::Payload finish() &&;

 private:
  Result<void> write(std::span<const char> bytes);

  std::filesystem::path folder_;
  std::string bytes_;
  std::uint64_t size_ = 0;
  std::shared_ptr<const int> fd_;  ///< closed by the last owner
};

/// A payload read from an open file by position: any number of readers at once.
base::Payload payload_from(std::shared_ptr<const int> fd, std::uint64_t size);

/// Shared ownership of a file descriptor.
std::shared_ptr<const int> share_descriptor(int fd);

}  // namespace charmille::net
