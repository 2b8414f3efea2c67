#include "gateway/cli/new_file.h"

#include <cerrno>
#include <cstring>

#include "gateway/base/bytes.h"

namespace charmille::cli {

Result<NewFile> NewFile::open(const std::filesystem::path& path) {
  std::error_code ignored;  // opening tells
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  if (std::FILE* file = std::fopen(path.c_str(), "wxe")) return NewFile(path, file);
  const std::string shown = base::printable(path.string());
  if (errno == EEXIST) return fail("CH-CLI-024", {}, {{"file", shown}});
  return fail("CH-CLI-025", {}, {{"file", shown}, {"reason", std::strerror(errno)}});
}

NewFile::~NewFile() {
  std::error_code ignored;
  if (file_ != nullptr) std::filesystem::remove(path_, ignored);
}

Result<void> NewFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return {};
  return failed();
}

Result<void> NewFile::finish() {
  if (std::fflush(file_.get()) != 0) return failed();
  file_.reset();
  return {};
}

Result<void> NewFile::failed() const {
  return fail("CH-CLI-025", {},
              {{"file", base::printable(path_.string())}, {"reason", std::strerror(errno)}});
}

}  // namespace charmille::cli
