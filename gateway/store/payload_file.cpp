#include "gateway/store/payload_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace charmille::store {
namespace {

tl::unexpected<Fault> failed() {
  return fail("CH-SYS-007", {}, {{"reason", std::strerror(errno)}});
}

std::filesystem::path part_of(const std::filesystem::path& path) {
  return path.string() + ".part";
}

}  // namespace

Result<PayloadFile> PayloadFile::create(const std::filesystem::path& path) {
  const int fd =
      ::open(part_of(path).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed();
  return PayloadFile(path, fd);
}

PayloadFile::PayloadFile(PayloadFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

PayloadFile::~PayloadFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(part_of(path_).c_str());
}

Result<void> PayloadFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed();
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> PayloadFile::make_durable() {
  if (::fsync(fd_) != 0) return failed();
  if (std::rename(part_of(path_).c_str(), path_.c_str()) != 0) return failed();
  ::close(std::exchange(fd_, -1));
  return sync_folder(path_.parent_path());
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed();
  const bool synced = ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  errno = error;
  if (!synced) return failed();
  return {};
}

}  // namespace charmille::store
