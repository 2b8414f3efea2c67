#include "adapters/file/folder.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/names/names.h"
#include "gateway/base/bytes.h"
#include "gateway/net/spool.h"

namespace charmille::adapters::file {
namespace {

Token token_of(std::string name, const struct stat& info) {
  return {std::move(name), info.st_ino,
          std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
          static_cast<std::uint64_t>(info.st_size)};
}

/// Reads one version of a file and notices, at its end, that it was written to meanwhile.
class VersionReader final : public base::Reader {
 public:
  VersionReader(std::shared_ptr<const int> fd, Token token)
      : fd_(std::move(fd)), token_(std::move(token)), left_(token_.size) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    ssize_t count = 0;
    do {
      count = ::pread(*fd_, buffer.data(), wanted, at_);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return fail("CH-FILE-002", {}, {{"reason", std::strerror(errno)}});
    at_ += count;
    left_ -= static_cast<std::uint64_t>(count);
    if (left_ == 0 || count == 0) {
      struct stat now {};
      if (::fstat(*fd_, &now) != 0 || left_ != 0 || token_of(token_.name, now) != token_)
        return fail("CH-FILE-003");
    }
    return static_cast<std::size_t>(count);
  }

 private:
  std::shared_ptr<const int> fd_;
  Token token_;
  std::uint64_t left_;
  off_t at_ = 0;
};

Result<void> write_all(int fd, const base::Payload& payload) {
  auto reader = payload.open();
  if (!reader) return fail(reader.error());
  std::array<char, 64 * 1024> buffer{};
  for (;;) {
    const auto count = (*reader)->read(buffer);
    if (!count) return fail(count.error());
    if (*count == 0) return {};
    for (std::size_t at = 0; at < *count;) {
      const ssize_t written = ::write(fd, buffer.data() + at, *count - at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail("CH-FILE-004", {}, {{"reason", std::strerror(errno)}});
      at += static_cast<std::size_t>(written);
    }
  }
}

/// rename that replaces nothing, also on file systems that do not know RENAME_NOREPLACE.
int rename_new(int from, const std::string& name, int to, const std::string& new_name) {
  if (::renameat2(from, name.c_str(), to, new_name.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from, name.c_str(), to, new_name.c_str(), 0) != 0) return errno;
  return ::unlinkat(from, name.c_str(), 0) == 0 ? 0 : errno;
}

}  // namespace

Fault Folder::fault_for(std::string_view code, std::string_view name, int error) const {
  return fault(code, {base::printable(name), 0, 0, {}},
               {{"reason", std::strerror(error)}, {"folder", path_.string()}});
}

Result<Folder> Folder::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return fail("CH-FILE-001", {}, {{"folder", path.string()}, {"reason", std::strerror(errno)}});
  return Folder(path, net::share_descriptor(fd));
}

Result<std::vector<Token>> Folder::list() const {
  // A descriptor of its own: a directory stream keeps a position.
  const int fd = ::openat(*fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = fd < 0 ? nullptr : ::fdopendir(fd);
  if (stream == nullptr) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return fail(fault_for("CH-FILE-001", {}, error));
  }
  std::vector<Token> out;
  while (const dirent* entry = ::readdir(stream)) {
    if (entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN) continue;
    if (auto token = look(entry->d_name)) out.push_back(std::move(*token));
  }
  ::closedir(stream);
  return out;
}

std::optional<Token> Folder::look(const std::string& name) const {
  struct stat info {};
  if (!names::is_plain_name(name) ||
      ::fstatat(*fd_, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
    return std::nullopt;
  return token_of(name, info);
}

bool Folder::exists(const std::string& name) const {
  struct stat info {};
  return names::is_plain_name(name) &&
         ::fstatat(*fd_, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<base::Payload> Folder::payload(const Token& token) const {
  // O_NONBLOCK: a pipe that took the place of the file must not hold us.
  const int fd =
      ::openat(*fd_, token.name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fail(fault_for("CH-FILE-002", token.name, errno));
  auto shared = net::share_descriptor(fd);
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || token_of(token.name, info) != token)
    return fail("CH-FILE-003", {base::printable(token.name), 0, 0, {}});
  return base::Payload(token.size, [shared, token]() -> Result<std::unique_ptr<base::Reader>> {
    return std::make_unique<VersionReader>(shared, token);
  });
}

Result<bool> Folder::put(const std::string& name, const std::string& temporary,
                         const base::Payload& payload, unsigned mode) const {
  // Who put it there may have stopped before its name was durable.
  const auto there_already = [&]() -> Result<bool> {
    if (auto synced = sync(); !synced) return fail(synced.error());
    return false;
  };
  if (exists(name)) return there_already();
  ::unlinkat(*fd_, temporary.c_str(), 0);  // of an attempt that was cut
  const int fd =
      ::openat(*fd_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return fail(fault_for("CH-FILE-004", name, errno));
  const auto owner = net::share_descriptor(fd);
  const auto give_up = [&](Fault f) -> Result<bool> {
    ::unlinkat(*fd_, temporary.c_str(), 0);
    return fail(std::move(f));
  };
  if (auto written = write_all(fd, payload); !written) return give_up(written.error());
  if (::fchmod(fd, static_cast<mode_t>(mode)) != 0)
    return give_up(fault_for("CH-FILE-004", name, errno));
  if (::fsync(fd) != 0) return give_up(fault_for("CH-FILE-004", name, errno));
  const int error = rename_new(*fd_, temporary, *fd_, name);
  if (error == EEXIST) {
    ::unlinkat(*fd_, temporary.c_str(), 0);
    return there_already();
  }
  if (error != 0) return give_up(fault_for("CH-FILE-004", name, error));
  if (auto synced = sync(); !synced) return fail(synced.error());
  return true;
}

Result<bool> Folder::holds(const std::string& name, const base::Payload& payload) const {
  const auto token = look(name);
  if (!token) return false;
  if (token->size != payload.size()) return false;
  auto file = this->payload(*token);
  if (!file) return fail(file.error());
  auto ours = payload.open();
  auto theirs = file->open();
  if (!ours) return fail(ours.error());
  if (!theirs) return fail(theirs.error());
  const auto fill = [](base::Reader& reader, std::span<char> buffer) -> Result<std::size_t> {
    std::size_t at = 0;
    while (at < buffer.size()) {
      auto count = reader.read(buffer.subspan(at));
      if (!count) return count;
      if (*count == 0) break;
      at += *count;
    }
    return at;
  };
  std::array<char, 32 * 1024> a{};
  std::array<char, 32 * 1024> b{};
  for (;;) {
    const auto first = fill(**ours, a);
    if (!first) return fail(first.error());
    const auto second = fill(**theirs, b);
    if (!second) return fail(second.error());
    if (*first != *second || std::memcmp(a.data(), b.data(), *first) != 0) return false;
    if (*first < a.size()) return true;
  }
}

Result<bool> Folder::move_to(const std::string& name, const Folder& target,
                             const std::string& new_name) const {
  const int error = rename_new(*fd_, name, *target.fd_, new_name);
  if (error == ENOENT) return false;
  if (error == EXDEV)
    return fail("CH-FILE-006", {}, {{"folder", path_.string()}, {"other", target.path_.string()}});
  if (error != 0) return fail(fault_for("CH-FILE-005", name, error));
  // The new place first: between the two, a crash may show the file twice but never not at all.
  if (auto synced = target.sync(); !synced) return fail(synced.error());
  if (auto synced = sync(); !synced) return fail(synced.error());
  return true;
}

Result<void> Folder::remove(const std::string& name) const {
  if (::unlinkat(*fd_, name.c_str(), 0) != 0 && errno != ENOENT)
    return fail(fault_for("CH-FILE-005", name, errno));
  return {};
}

Result<void> Folder::sync() const {
  if (::fsync(*fd_) != 0) return fail(fault_for("CH-FILE-004", {}, errno));
  return {};
}

}  // namespace charmille::adapters::file
