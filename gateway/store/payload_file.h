// A payload too large for a row: written beside the database, and durable before the unit that
// names it is committed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "gateway/base/result.h"

namespace charmille::store {

/// Order of the steps: write to `<path>.part`, fsync it, rename it to `path`, fsync the folder. A
/// file whose unit never came is an orphan, removed at the next start.
class PayloadFile {
 public:
  static Result<PayloadFile> create(const std::filesystem::path& path);
  PayloadFile(PayloadFile&& other) noexcept;
  PayloadFile& operator=(PayloadFile&&) = delete;
  /// Removes the part when the file was not made durable.
  ~PayloadFile();

  Result<void> write(std::span<const std::uint8_t> bytes);
  Result<void> make_durable();

 private:
  PayloadFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::filesystem::path path_;
  int fd_;
};

/// fsync of a folder, so that names made or removed in it survive a loss of power.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace charmille::store
