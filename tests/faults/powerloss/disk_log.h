// The changes of a run, and what a loss of power leaves of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/faults/powerloss/note.h"

namespace charmille::powerloss {

struct Note {
  Kind kind{};
  std::uint64_t file = 0;
  std::uint64_t offset = 0;
  std::string a;
  std::string b;
};

struct Loss {
  /// Of the writes that were not synced each survives or not, by this seed; none does without one.
  /// Names never do.
  std::optional<std::uint64_t> seed;
  /// As if syncs of this folder had never been called: to show that they are needed.
  std::optional<std::string> deaf_folder;
  /// The same for every file whose path begins so: a database's gives what `synchronous=OFF` would.
  std::optional<std::string> deaf_files;
};

class DiskLog {
 public:
  static DiskLog read(const std::filesystem::path& file);

  const std::vector<Note>& notes() const { return notes_; }
  /// After each of these numbers of notes something became durable; the beginning and the end are
  /// among them.
  std::vector<std::size_t> moments() const;
  /// What was promised before the moment, one text a mark.
  std::vector<std::string> marks(std::size_t moment) const;
  /// Makes `folder` what the machine finds after a loss of power at the moment: on top of what lies
  /// there already, which was durable before the run.
  void rebuild(std::size_t moment, const Loss& loss, const std::filesystem::path& folder) const;

 private:
  std::vector<Note> notes_;
};

}  // namespace charmille::powerloss
