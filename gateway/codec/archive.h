// A zip archive from a source that nobody trusts: its directory is checked before anything of it is
// opened, and nothing is ever written to a disk.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/codec/text.h"

namespace charmille::codec {

struct ArchiveLimits {
  std::size_t entries = 1000;
  std::uint64_t size = 512ULL << 20;  ///< of all entries together, inflated
  std::uint64_t ratio = 100;          ///< of what inflates to more than 1 MiB
};

class Archive {
 public:
  struct Entry {
    std::string name;  ///< UTF-8, composed (NFC); it may hold personal data: never to be shown
    std::uint64_t number = 0;  ///< in the archive, from 1: what faults show instead
    std::uint64_t size = 0;    ///< as the directory says; what inflates to more is damaged
    bool encrypted = false;
  };

  /// Reads the directory. `names`: the encoding of names that do not say that they are UTF-8.
  /// Faults: CH-ZIP-001, 002, 003, 005, 006, 007, 009, and those of the payload.
  static Result<std::shared_ptr<const Archive>> open(const base::Payload& payload,
                                                     const std::string& name, Encoding names,
                                                     const ArchiveLimits& limits);
  ~Archive();

  /// The files, in the archive's order; folders are left out.
  const std::vector<Entry>& entries() const { return entries_; }
  /// The content of an entry, inflated each time it is read; keeps the archive alive. Reading gives
  /// CH-ZIP-019 for what is damaged, and the faults of the payload.
  static base::Payload content(const std::shared_ptr<const Archive>& archive, const Entry& entry);

  /// Names that differ by case, or by how accents are written, are the same folded.
  static std::string folded(const std::string& name);
  /// The name as `Entry::name` has it.
  static std::string composed(const std::string& name);

 private:
  class Inside;
  class EntryReader;

  explicit Archive(std::unique_ptr<Inside> inside);

  std::unique_ptr<Inside> inside_;
  std::vector<Entry> entries_;
};

}  // namespace charmille::codec
