#include "gateway/base/payload.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace charmille::base {
namespace {

class TextReader final : public Reader {
 public:
  explicit TextReader(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min(buffer.size(), bytes_->size() - at_);
    std::memcpy(buffer.data(), bytes_->data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::shared_ptr<const std::string> bytes_;
  std::size_t at_ = 0;
};

class FileReader final : public Reader {
 public:
  explicit FileReader(int fd) : fd_(fd) {}
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader() override { ::close(fd_); }
  Result<std::size_t> read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return fail("CH-SYS-004", {}, {{"reason", std::strerror(errno)}});
    }
  }

 private:
  int fd_;
};

}  // namespace

Payload::Payload(std::string bytes)
    : size_(bytes.size()),
      open_(std::make_shared<const Open>([shared = std::make_shared<const std::string>(std::move(
                                              bytes))]() -> Result<std::unique_ptr<Reader>> {
        return std::make_unique<TextReader>(shared);
      })) {}

Result<Payload> Payload::from_file(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail("CH-SYS-005", {path.filename().string(), 0, 0, {}},
                {{"reason", std::strerror(errno)}});
  return Payload(static_cast<std::uint64_t>(info.st_size),
                 [path]() -> Result<std::unique_ptr<Reader>> {
                   const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                   if (fd < 0)
                     return fail("CH-SYS-005", {path.filename().string(), 0, 0, {}},
                                 {{"reason", std::strerror(errno)}});
                   return std::make_unique<FileReader>(fd);
                 });
}

Result<std::string> Payload::bytes(std::uint64_t limit) const {
  if (size_ > limit)
    return fail("CH-SYS-006", {},
                {{"size", std::to_string(size_)}, {"limit", std::to_string(limit)}});
  auto reader = open();
  if (!reader) return fail(reader.error());
  std::string out(static_cast<std::size_t>(size_), '\0');
  std::size_t at = 0;
  while (at < out.size()) {
    const auto count = (*reader)->read(std::span(out).subspan(at));
    if (!count) return fail(count.error());
    if (*count == 0) break;
    at += *count;
  }
  out.resize(at);
  return out;
}

}  // namespace charmille::base
