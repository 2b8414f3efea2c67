// What the directory answered, in a SQLite file of its own beside the store. What was asked stands
// there as digests only; what may not be told (the red list) never comes here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "adapters/directory/wire.h"
#include "gateway/base/time.h"
#include "gateway/sqlite/database.h"

namespace charmille::adapters::directory {

/// An answer as it is kept.
struct Kept {
  base::Time answered{};  ///< the directory was asked then, for all or for what changed
  base::Time whole{};     ///< it was asked for all then
  bool complete = true;
  std::vector<Entry> entries;
};

/// For one thread at a time; its calls block.
class Cache {
 public:
  /// Opens the file, or makes it; anew when it is damaged, of another version, or holds what
  /// another directory answered. Faults: CH-STO-nnn.
  static Result<Cache> open(const std::filesystem::path& file, const std::string& directory);

  Result<std::optional<Kept>> find(const std::string& question);
  /// In place of what was kept of it. Resources are kept once, however many answers hold them: what
  /// came last counts in all. Answers older than `forget` go.
  Result<void> put(const std::string& question, const Kept& kept, base::Time forget);

 private:
  explicit Cache(sqlite::Connection db) : db_(std::move(db)) {}
  Result<void> prepare(const std::string& directory);
  Result<void> write(const std::string& question, const Kept& kept, base::Time forget);

  sqlite::Connection db_;
};

}  // namespace charmille::adapters::directory
