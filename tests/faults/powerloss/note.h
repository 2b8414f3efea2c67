// What the shim notes and the replay reads.
#pragma once

#include <cstdint>

namespace charmille::powerloss {

enum class Kind : std::uint8_t {
  create,       ///< file, a: path
  write,        ///< file, offset, a: bytes
  truncate,     ///< file, offset: size
  rename,       ///< a: from, b: to
  remove,       ///< a: path
  folder,       ///< a: path
  sync_file,    ///< file
  sync_folder,  ///< a: path, empty for the root
  mark,         ///< a: what the program promised
};

}  // namespace charmille::powerloss
