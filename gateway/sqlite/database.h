// SQLite behind values: a connection, and cursors over its cached statements. The only file that
// knows sqlite3.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "gateway/base/result.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"

struct sqlite3;
struct sqlite3_stmt;

namespace charmille::sqlite {

/// Bytes to bind as a BLOB; they must live until the cursor ends.
struct Blob {
  std::string_view bytes;
};
/// The same, NULL when empty.
struct BlobOrNull {
  std::string_view bytes;
};
/// An id, NULL when it is nil.
struct UuidOrNull {
  const base::Uuid& id;
};

/// One use of a statement: bound, stepped, and given back when it ends. Faults: CH-STO-004, -012 (a
/// constraint), -013 (disk full), -014 (memory), -015 (busy).
class Cursor {
 public:
  explicit Cursor(Fault fault) : fault_(std::move(fault)) {}
  Cursor(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Cursor(Cursor&& other) noexcept;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  /// True: a row stands ready. False: the end.
  Result<bool> next();
  /// For statements without rows.
  Result<void> finish();

  std::int64_t integer(int column) const;
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::uint32_t small(int column) const { return static_cast<std::uint32_t>(integer(column)); }
  bool flag(int column) const { return integer(column) != 0; }
  bool is_null(int column) const;
  base::Time time(int column) const { return base::from_micros(integer(column)); }
  /// Text or blob; empty for NULL. Valid until the next step.
  std::string_view view(int column) const;
  std::string bytes(int column) const { return std::string(view(column)); }
  /// Nil for NULL and for a blob that is not 16 bytes long.
  base::Uuid uuid(int column) const;

  /// Binds parameter after parameter, from the first.
  template <class... Args>
  void bind_all(const Args&... args) {
    int index = 0;
    (bind(++index, args), ...);
  }

 private:
  template <class Integer>
  requires std::is_integral_v<Integer>
  void bind(int index, Integer value) { bind_integer(index, static_cast<std::int64_t>(value)); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void bind(int index, Enum value) { bind_integer(index, static_cast<std::int64_t>(value)); }
  void bind(int index, base::Time t) { bind_integer(index, base::to_micros(t)); }
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, Blob blob);
  void bind(int index, BlobOrNull blob);
  void bind(int index, const base::Uuid& id);
  void bind(int index, UuidOrNull id);
  void bind(int index, std::nullptr_t);
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, nullptr);
    }
  }
  void bind_integer(int index, std::int64_t value);
  void note(int code);

  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  std::optional<Fault> fault_;
};

/// One connection; used by one thread at a time.
class Connection {
 public:
  enum class Mode : std::uint8_t { create, write, read };

  static Result<Connection> open(const std::filesystem::path& file, Mode mode);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one or several statements that give nothing back.
  Result<void> run(const char* sql);
  /// A cursor over a statement that is prepared once; `sql` must be a literal (its address is its
  /// name).
  template <class... Args>
  Cursor query(const char* sql, const Args&... args) {
    Cursor cursor = prepared(sql);
    cursor.bind_all(args...);
    return cursor;
  }
  template <class... Args>
  Result<void> execute(const char* sql, const Args&... args) {
    return query(sql, args...).finish();
  }
  std::int64_t last_rowid() const;
  /// Rows that the last statement changed.
  std::int64_t changed() const;
  /// False once the transaction has ended, also when SQLite ended it by itself after an error.
  bool in_transaction() const;
  /// Pages in the write-ahead log after the last commit.
  std::uint32_t log_pages() const;
  /// Copies the write-ahead log into the database file as far as no reader needs it.
  Result<void> checkpoint();
  /// The whole log, and the log is cut to nothing.
  Result<void> checkpoint_and_cut();

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  Cursor prepared(const char* sql);

  std::unique_ptr<State> state_;
};

}  // namespace charmille::sqlite
