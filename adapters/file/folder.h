// An open folder: every access goes by plain names beneath its descriptor, and follows no link.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/file/wire.h"
#include "gateway/base/payload.h"
#include "gateway/base/result.h"

namespace charmille::adapters::file {

class Folder {
 public:
  static Result<Folder> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return *fd_; }

  /// Regular files only: links, folders, sockets and devices are not listed.
  Result<std::vector<Token>> list() const;
  /// The version that stands under a name now; nothing when there is none or it is no regular file.
  std::optional<Token> look(const std::string& name) const;
  bool exists(const std::string& name) const;
  /// The bytes of exactly that version, read in place. A file that changes under the reader faults
  /// at its end.
  Result<base::Payload> payload(const Token& token) const;

  /// Writes a file whole or not at all: temporary name, fsync, rename, fsync of the folder. `mode`
  /// as in chmod. Returns false when a file of that name is there already; nothing is replaced.
  Result<bool> put(const std::string& name, const std::string& temporary,
                   const base::Payload& payload, unsigned mode) const;
  /// The same content?
  Result<bool> holds(const std::string& name, const base::Payload& payload) const;
  /// Moves a file without replacing anything, and makes it durable in both folders. Returns false
  /// when `name` is gone.
  Result<bool> move_to(const std::string& name, const Folder& target,
                       const std::string& new_name) const;
  Result<void> remove(const std::string& name) const;
  Result<void> sync() const;

 private:
  Folder(std::filesystem::path path, std::shared_ptr<const int> fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}
  Fault fault_for(std::string_view code, std::string_view name, int error) const;

  std::filesystem::path path_;
  std::shared_ptr<const int> fd_;
};

}  // namespace charmille::adapters::file
