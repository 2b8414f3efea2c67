// A disk that fails: a SQLite VFS, registered as the default one, whose n-th write or sync gives an
// I/O error.
#pragma once

#include <cstdint>

namespace charmille::faults {

enum class Failure : std::uint8_t {
  once,    ///< the n-th call only
  sticky,  ///< and every one after it
  full,    ///< from the n-th write on, the disk is full; syncs succeed
};

/// Registers the VFS; once a process.
void install_failing_vfs();
/// The n-th write, sync or truncation from now on fails. 0: none does.
void fail_at(std::uint64_t n, Failure how);
/// Calls counted since `fail_at`.
std::uint64_t calls();

}  // namespace charmille::faults
