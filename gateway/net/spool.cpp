#include "gateway/net/spool.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace charmille::net {
namespace {

class PositionReader final : public base::Reader {
 public:
  PositionReader(std::shared_ptr<const int> fd, std::uint64_t size)
      : fd_(std::move(fd)), left_(size) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    for (;;) {
      const ssize_t count = ::pread(*fd_, buffer.data(), wanted, at_);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail("CH-SYS-004", {}, {{"reason", std::strerror(errno)}});
      at_ += count;
      left_ -= static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
  }

 private:
  std::shared_ptr<const int> fd_;
  std::uint64_t left_;
  off_t at_ = 0;
};

/// A file that has no name, or loses it at once where the file system knows no O_TMPFILE.
int open_unnamed(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  std::string name = (folder / ".spool-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

std::shared_ptr<const int> share_descriptor(int fd) {
  return {new int(fd), [](const int* p) {
            ::close(*p);
            delete p;
          }};
}

base::Payload payload_from(std::shared_ptr<const int> fd, std::uint64_t size) {
  return base::Payload(size, [fd = std::move(fd), size]() -> Result<std::unique_ptr<base::Reader>> {
    return std::make_unique<PositionReader>(fd, size);
  });
}

Result<void> Spool::append(std::span<const char> bytes) {
  size_ += bytes.size();
  if (!fd_ && size_ <= in_memory) {
    bytes_.append(bytes.data(), bytes.size());
    return {};
  }
  if (!fd_) {
    const int fd = open_unnamed(folder_);
    if (fd < 0) return fail("CH-SYS-007", {}, {{"reason", std::strerror(errno)}});
    fd_ = share_descriptor(fd);
    const std::string held = std::move(bytes_);
    if (auto written = write(held); !written) return written;
  }
  return write(bytes);
}

Result<void> Spool::write(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(*fd_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("CH-SYS-007", {}, {{"reason", std::strerror(errno)}});
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

base::Payload Spool::finish() && {
  if (fd_) return payload_from(std::move(fd_), size_);
  return base::Payload(std::move(bytes_));
}

}  // namespace charmille::net
