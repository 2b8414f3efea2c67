// Preloaded into the gateway: notes in the file OUTSIDE_LOG every file that it opens, makes, links
// or renames to, and every connection that it asks for over a network. One note a line: "read
// PATH", "write PATH", "connect".
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// The path that a call on an open folder means.
std::string path_at(int folder, const char* name) {
  char path[4096];
  if (name[0] == '/') return name;
  if (folder == AT_FDCWD)
    return ::getcwd(path, sizeof path) == nullptr ? name : std::string(path) + '/' + name;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  const ssize_t length = ::readlink(link, path, sizeof path);
  return length < 0 ? name : std::string(path, static_cast<std::size_t>(length)) + '/' + name;
}

void note(const std::string& line) {
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  static const char* const file = std::getenv("OUTSIDE_LOG");
  if (file == nullptr) return;
  static const int log = real_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string whole = line + '\n';
  if (::write(log, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) std::abort();
}

void note_open(int folder, const char* name, int flags) {
  const bool writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
  note((writes ? "write " : "read ") + path_at(folder, name));
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  note_open(AT_FDCWD, name, flags);
  return real<int (*)(const char*, int, ...)>("open")(name, flags, mode);
}

int open64(const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  note_open(AT_FDCWD, name, flags);
  return real<int (*)(const char*, int, ...)>("open64")(name, flags, mode);
}

int openat(int folder, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  note_open(folder, name, flags);
  return real<int (*)(int, const char*, int, ...)>("openat")(folder, name, flags, mode);
}

int openat64(int folder, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  note_open(folder, name, flags);
  return real<int (*)(int, const char*, int, ...)>("openat64")(folder, name, flags, mode);
}

FILE* fopen(const char* name, const char* how) {
  note_open(AT_FDCWD, name, how[0] == 'r' && how[1] != '+' ? O_RDONLY : O_WRONLY);
  return real<FILE* (*)(const char*, const char*)>("fopen")(name, how);
}

FILE* fopen64(const char* name, const char* how) {
  note_open(AT_FDCWD, name, how[0] == 'r' && how[1] != '+' ? O_RDONLY : O_WRONLY);
  return real<FILE* (*)(const char*, const char*)>("fopen64")(name, how);
}

int rename(const char* from, const char* to) {
  note_open(AT_FDCWD, to, O_WRONLY);
  return real<int (*)(const char*, const char*)>("rename")(from, to);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  note_open(to_folder, to, O_WRONLY);
  return real<int (*)(int, const char*, int, const char*)>("renameat")(from_folder, from, to_folder,
                                                                       to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  note_open(to_folder, to, O_WRONLY);
  return real<int (*)(int, const char*, int, const char*, unsigned)>("renameat2")(
      from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) {
  note_open(AT_FDCWD, to, O_WRONLY);
  return real<int (*)(const char*, const char*)>("link")(from, to);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  note_open(to_folder, to, O_WRONLY);
  return real<int (*)(int, const char*, int, const char*, int)>("linkat")(from_folder, from,
                                                                          to_folder, to, flags);
}

int symlink(const char* target, const char* name) {
  note_open(AT_FDCWD, name, O_WRONLY);
  return real<int (*)(const char*, const char*)>("symlink")(target, name);
}

int mkdir(const char* name, mode_t mode) {
  note_open(AT_FDCWD, name, O_WRONLY);
  return real<int (*)(const char*, mode_t)>("mkdir")(name, mode);
}

int connect(int fd, const sockaddr* address, socklen_t length) {
  if (address->sa_family != AF_UNIX) note("connect");
  return real<int (*)(int, const sockaddr*, socklen_t)>("connect")(fd, address, length);
}
}
