// Files that a command makes: never over one that is there, and never half of one.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "gateway/base/result.h"

namespace charmille::cli {

class NewFile {
 public:
  /// A file that did not exist yet, and the folders above it. CH-CLI-024, CH-CLI-025.
  static Result<NewFile> open(const std::filesystem::path& path);
  NewFile(NewFile&&) = default;
  NewFile& operator=(NewFile&&) = delete;
  /// Takes the file away unless it was finished.
  ~NewFile();

  Result<void> write(std::string_view bytes);
  Result<void> finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  NewFile(std::filesystem::path path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  Result<void> failed() const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;  ///< none once it is finished
};

}  // namespace charmille::cli
