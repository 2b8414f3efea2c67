#include "tests/faults/failing_vfs.h"

#include <atomic>
#include <new>

#include <sqlite3.h>

namespace charmille::faults {
namespace {

std::atomic<std::uint64_t> count = 0;
std::atomic<std::uint64_t> failing = 0;
std::atomic<Failure> manner = Failure::once;

sqlite3_vfs* below = nullptr;

/// Stands before the real file, which lies behind it in the same memory.
struct File {
  sqlite3_file base;
};

sqlite3_file* real(sqlite3_file* f) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(f) + 1);
}

bool fails(bool write) {
  const std::uint64_t n = failing;
  const std::uint64_t now = ++count;
  if (n == 0) return false;
  if (manner == Failure::full) return write && now >= n;
  return manner == Failure::once ? now == n : now >= n;
}

int close(sqlite3_file* f) {
  return real(f)->pMethods->xClose(real(f));
}
int read(sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
  return real(f)->pMethods->xRead(real(f), data, size, at);
}
int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
  if (fails(true)) return manner == Failure::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  return real(f)->pMethods->xWrite(real(f), data, size, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
  return fails(false) ? SQLITE_IOERR_TRUNCATE : real(f)->pMethods->xTruncate(real(f), size);
}
int sync(sqlite3_file* f, int flags) {
  return fails(false) ? SQLITE_IOERR_FSYNC : real(f)->pMethods->xSync(real(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
int lock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xLock(real(f), level);
}
int unlock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}
int check(sqlite3_file* f, int* out) {
  return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
int control(sqlite3_file* f, int what, void* arg) {
  return real(f)->pMethods->xFileControl(real(f), what, arg);
}
int sector(sqlite3_file* f) {
  return real(f)->pMethods->xSectorSize(real(f));
}
int device(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int at, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), at, n, flags);
}
void shm_barrier(sqlite3_file* f) {
  real(f)->pMethods->xShmBarrier(real(f));
}
int shm_unmap(sqlite3_file* f, int remove) {
  return real(f)->pMethods->xShmUnmap(real(f), remove);
}

const sqlite3_io_methods methods = {
    2,       close,  read,   write,   truncate, sync,        file_size, lock,    unlock, check,
    control, sector, device, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
  f->pMethods = nullptr;
  const int code = below->xOpen(below, name, real(f), flags, out);
  if (code == SQLITE_OK) f->pMethods = &methods;
  return code;
}

}  // namespace

void install_failing_vfs() {
  static sqlite3_vfs vfs;
  if (below != nullptr) return;
  below = sqlite3_vfs_find(nullptr);
  vfs = *below;
  vfs.zName = "failing";
  vfs.szOsFile = static_cast<int>(sizeof(File)) + below->szOsFile;
  vfs.pNext = nullptr;
  vfs.xOpen = open;
  sqlite3_vfs_register(&vfs, 1);
}

void fail_at(std::uint64_t n, Failure how) {
  count = 0;
  manner = how;
  failing = n;
}

std::uint64_t calls() {
  return count;
}

}  // namespace charmille::faults
