// The state folder: its lock, the files of large payloads, and the reserve for a full disk.
#pragma once

#include <filesystem>
#include <functional>
#include <utility>

#include "gateway/base/result.h"
#include "gateway/base/uuid.h"

namespace charmille::store::sqlite {

using base::Uuid;

/// An open file or folder, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

class Folder {
 public:
  /// Makes the folder where it is missing and takes its lock, which the process keeps until the
  /// object ends. Faults: CH-STO-001 (another process holds it), CH-STO-007.
  static Result<Folder> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "charmille.db"; }
  std::filesystem::path payload(const Uuid& id) const { return path_ / "payloads" / id.text(); }

  /// Removes a payload's file if there is one. That it is gone needs no sync: at start it is looked
  /// for again.
  void remove(const Uuid& id) const;
  /// Removes unfinished files, and those of which `wanted` does not know.
  Result<void> remove_orphans(const std::function<Result<bool>(const Uuid&)>& wanted) const;
  /// Space set aside so that outcomes and audit records can still be written when the disk is full.
  bool has_reserve() const;
  /// Takes `bytes` of the disk, if twice as much is free. False: not now.
  bool make_reserve(std::uint64_t bytes) const;
  void free_reserve() const;

 private:
  Folder(std::filesystem::path path, Descriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  Descriptor lock_;
};

}  // namespace charmille::store::sqlite
