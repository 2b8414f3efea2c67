// Preloaded into a program: notes every change under POWERLOSS_ROOT, in order, so that a loss of
// power can be replayed.
//
// One note: kind (1 byte), file (8 bytes, inode), offset (8), length of a (4), length of b (4), a,
// b. Little endian.
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/faults/powerloss/note.h"

namespace {

using charmille::powerloss::Kind;

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::recursive_mutex mutex;

std::string_view root() {
  static const char* value = std::getenv("POWERLOSS_ROOT");
  return value == nullptr ? std::string_view{} : value;
}

std::string_view marks() {
  static const char* value = std::getenv("POWERLOSS_MARKS");
  return value == nullptr ? std::string_view{} : value;
}

bool inside(std::string_view path) {
  return !root().empty() && path.starts_with(root()) && !path.ends_with("-shm");
}

std::string path_of(int fd) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  char path[4096];
  const ssize_t n = ::readlink(link, path, sizeof path);
  return n < 0 ? std::string{} : std::string(path, static_cast<std::size_t>(n));
}

/// The path that a call on an open folder means.
std::string path_at(int folder, const char* name) {
  if (name[0] == '/') return name;
  if (folder != AT_FDCWD) return path_of(folder) + '/' + name;
  char cwd[4096];
  return ::getcwd(cwd, sizeof cwd) == nullptr ? std::string{} : std::string(cwd) + '/' + name;
}

std::uint64_t inode_of(int fd) {
  struct stat s {};
  return ::fstat(fd, &s) == 0 ? s.st_ino : 0;
}

void note(Kind kind, std::uint64_t file, std::uint64_t offset, std::string_view a,
          std::string_view b = {}) {
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  static const auto real_write = real<ssize_t (*)(int, const void*, size_t)>("write");
  static const int log =
      real_open(std::getenv("POWERLOSS_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const auto length_a = static_cast<std::uint32_t>(a.size());
  const auto length_b = static_cast<std::uint32_t>(b.size());
  std::string bytes(1, static_cast<char>(kind));
  const auto add = [&bytes](const auto& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  add(file);
  add(offset);
  add(length_a);
  add(length_b);
  bytes.append(a).append(b);
  if (real_write(log, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    std::abort();
}

/// Relative to the root, so that it can be put anywhere.
std::string_view relative(std::string_view path) {
  return path.substr(std::min(path.size(), root().size() + 1));
}

template <class Open>
int open_and_note(const char* path, int flags, Open open) {
  if (!inside(path) || (flags & O_ACCMODE) == O_RDONLY) return open();
  const std::lock_guard lock(mutex);
  struct stat before {};
  const bool existed = ::stat(path, &before) == 0;
  const int fd = open();
  if (fd < 0) return fd;
  if (!existed) note(Kind::create, inode_of(fd), 0, relative(path));
  if (existed && (flags & O_TRUNC) != 0) note(Kind::truncate, inode_of(fd), 0, {});
  return fd;
}

void note_write(int fd, const void* data, ssize_t n, std::uint64_t offset) {
  if (n <= 0) return;
  const std::string path = path_of(fd);
  const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(n));
  if (inside(path)) note(Kind::write, inode_of(fd), offset, bytes);
  if (!marks().empty() && path == marks()) note(Kind::mark, 0, 0, bytes);
}

int sync_and_note(int fd, int (*sync)(int)) {
  const std::lock_guard lock(mutex);
  const std::string path = path_of(fd);
  const int answer = sync(fd);
  if (answer != 0 || !(inside(path) || path == root())) return answer;
  struct stat s {};
  ::fstat(fd, &s);
  if (S_ISDIR(s.st_mode)) {
    note(Kind::sync_folder, 0, 0, relative(path));
  } else {
    note(Kind::sync_file, s.st_ino, 0, {});
  }
  return answer;
}

int mode_of(int flags, va_list list) {
  return (flags & O_CREAT) != 0 ? va_arg(list, int) : 0;
}

}  // namespace

extern "C" {

#define POWERLOSS_OPEN(NAME)                                                    \
  int NAME(const char* path, int flags, ...) {                                  \
    va_list list;                                                               \
    va_start(list, flags);                                                      \
    const int mode = mode_of(flags, list);                                      \
    va_end(list);                                                               \
    static const auto next = real<int (*)(const char*, int, ...)>(#NAME);       \
    return open_and_note(path, flags, [&] { return next(path, flags, mode); }); \
  }
POWERLOSS_OPEN(open)
POWERLOSS_OPEN(open64)

#define POWERLOSS_OPENAT(NAME)                                                                   \
  int NAME(int folder, const char* path, int flags, ...) {                                       \
    va_list list;                                                                                \
    va_start(list, flags);                                                                       \
    const int mode = mode_of(flags, list);                                                       \
    va_end(list);                                                                                \
    static const auto next = real<int (*)(int, const char*, int, ...)>(#NAME);                   \
    const std::string whole = path_at(folder, path);                                             \
    return open_and_note(whole.c_str(), flags, [&] { return next(folder, path, flags, mode); }); \
  }
POWERLOSS_OPENAT(openat)
POWERLOSS_OPENAT(openat64)

ssize_t write(int fd, const void* data, size_t size) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
  const std::lock_guard lock(mutex);
  const ssize_t n = next(fd, data, size);
  if (n > 0)
    note_write(fd, data, n,
               static_cast<std::uint64_t>(std::max<off_t>(0, ::lseek(fd, 0, SEEK_CUR) - n)));
  return n;
}

#define POWERLOSS_PWRITE(NAME)                                                          \
  ssize_t NAME(int fd, const void* data, size_t size, off_t offset) {                   \
    static const auto next = real<ssize_t (*)(int, const void*, size_t, off_t)>(#NAME); \
    const std::lock_guard lock(mutex);                                                  \
    const ssize_t n = next(fd, data, size, offset);                                     \
    note_write(fd, data, n, static_cast<std::uint64_t>(offset));                        \
    return n;                                                                           \
  }
POWERLOSS_PWRITE(pwrite)
POWERLOSS_PWRITE(pwrite64)

#define POWERLOSS_TRUNCATE(NAME)                                                \
  int NAME(int fd, off_t size) noexcept {                                       \
    static const auto next = real<int (*)(int, off_t)>(#NAME);                  \
    const std::lock_guard lock(mutex);                                          \
    const int answer = next(fd, size);                                          \
    if (answer == 0 && inside(path_of(fd)))                                     \
      note(Kind::truncate, inode_of(fd), static_cast<std::uint64_t>(size), {}); \
    return answer;                                                              \
  }
POWERLOSS_TRUNCATE(ftruncate)
POWERLOSS_TRUNCATE(ftruncate64)

int fsync(int fd) {
  static const auto next = real<int (*)(int)>("fsync");
  return sync_and_note(fd, next);
}

int fdatasync(int fd) {
  static const auto next = real<int (*)(int)>("fdatasync");
  return sync_and_note(fd, next);
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int (*)(const char*, const char*)>("rename");
  const std::lock_guard lock(mutex);
  const int answer = next(from, to);
  if (answer == 0 && inside(to)) note(Kind::rename, 0, 0, relative(from), relative(to));
  return answer;
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  static const auto next = real<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  const std::lock_guard lock(mutex);
  const int answer = next(from_folder, from, to_folder, to, flags);
  const std::string source = path_at(from_folder, from);
  const std::string target = path_at(to_folder, to);
  if (answer == 0 && inside(target)) note(Kind::rename, 0, 0, relative(source), relative(target));
  return answer;
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  static const auto next = real<int (*)(int, const char*, int)>("unlinkat");
  const std::lock_guard lock(mutex);
  const std::string whole = path_at(folder, path);
  const int answer = next(folder, path, flags);
  if (answer == 0 && inside(whole)) note(Kind::remove, 0, 0, relative(whole));
  return answer;
}

int unlink(const char* path) noexcept {
  static const auto next = real<int (*)(const char*)>("unlink");
  const std::lock_guard lock(mutex);
  const int answer = next(path);
  if (answer == 0 && inside(path)) note(Kind::remove, 0, 0, relative(path));
  return answer;
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto next = real<int (*)(const char*, mode_t)>("mkdir");
  const std::lock_guard lock(mutex);
  const int answer = next(path, mode);
  if (answer == 0 && inside(path) && path != root()) note(Kind::folder, 0, 0, relative(path));
  return answer;
}

}  // extern "C"
