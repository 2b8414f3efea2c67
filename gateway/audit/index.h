// The tables of the audit index: written by the follower, read by queries.
#pragma once

#include <filesystem>
#include <map>

#include "gateway/audit/follower.h"
#include "gateway/sqlite/database.h"

namespace charmille::audit {

class Index {
 public:
  /// Opens the file, or makes it where there is none. A fault means: remove it and make it anew.
  static Result<Index> open(const std::filesystem::path& file);
  static void remove(const std::filesystem::path& file);

  /// Leaves indexed: the number of the next one.
  std::uint64_t next() const { return next_; }
  /// Hash of the last leaf indexed: the index belongs to the log that holds that leaf there.
  const std::string& last_hash() const { return last_hash_; }
  /// Adds leaves (one at least) in one transaction; they must follow on each other from `next()`.
  Result<void> add(const std::vector<store::LeafRow>& leaves);
  /// Numbers that fit, newest first, below `query.before`; at most `limit`.
  Result<std::vector<std::uint64_t>> find(const Query& query, std::uint32_t limit);

 private:
  explicit Index(sqlite::Connection db) : db_(std::move(db)) {}

  Result<void> load();
  Result<void> add_one(const store::LeafRow& leaf);
  /// The small number of a name, given when it is new.
  Result<std::int64_t> name_number(std::string_view name);
  /// 0 for no name, -1 for one that no leaf holds.
  Result<std::int64_t> known_name(std::string_view name);

  sqlite::Connection db_;
  std::uint64_t next_ = 0;
  std::string last_hash_;
  std::map<std::string, std::int64_t, std::less<>> names_;
};

}  // namespace charmille::audit
