#include "gateway/sqlite/database.h"

#include <cstring>
#include <unordered_map>

#include <sqlite3.h>

namespace charmille::sqlite {
namespace {

/// SQLite's codes say what broke; ours say what to do.
Fault fault_of(sqlite3* db, int code) {
  const int extended =
      db != nullptr && sqlite3_errcode(db) != SQLITE_OK ? sqlite3_extended_errcode(db) : code;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return fault("CH-STO-013");
    case SQLITE_NOMEM:
      return fault("CH-STO-014");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fault("CH-STO-015");
    case SQLITE_CONSTRAINT:
      return fault("CH-STO-012", {}, {{"reason", sqlite3_errstr(extended)}});
    default:
      return fault(
          "CH-STO-004", {},
          {{"reason", std::string(sqlite3_errstr(code)) + " (" + std::to_string(extended) + ")"}});
  }
}

/// Before the first connection of the process: without statistics, SQLite takes no lock around each
/// allocation.
void configure_once() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

}  // namespace

Cursor::Cursor(Cursor&& other) noexcept
    : db_(other.db_),
      statement_(std::exchange(other.statement_, nullptr)),
      fault_(std::move(other.fault_)) {}

Cursor::~Cursor() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Cursor::note(int code) {
  if (code != SQLITE_OK && !fault_) fault_ = fault_of(db_, code);
}

Result<bool> Cursor::next() {
  if (fault_) return fail(*fault_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(fault_of(db_, code));
}

Result<void> Cursor::finish() {
  auto row = next();
  while (row && *row) row = next();
  if (!row) return fail(row.error());
  return {};
}

std::int64_t Cursor::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

bool Cursor::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Cursor::view(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr
             ? std::string_view{}
             : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

base::Uuid Cursor::uuid(int column) const {
  base::Uuid id;
  const std::string_view bytes = view(column);
  if (bytes.size() == id.bytes.size()) std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

// A view with a null pointer would bind NULL: an empty text is a text.
void Cursor::bind(int index, std::string_view text) {
  if (statement_ == nullptr) return;
  const char* data = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Cursor::bind(int index, Blob blob) {
  if (statement_ == nullptr) return;
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  note(sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_STATIC));
}

void Cursor::bind(int index, BlobOrNull blob) {
  if (blob.bytes.empty()) {
    bind(index, nullptr);
  } else {
    bind(index, Blob{blob.bytes});
  }
}

void Cursor::bind(int index, const base::Uuid& id) {
  if (statement_ == nullptr) return;
  note(sqlite3_bind_blob(statement_, index, id.bytes.data(), static_cast<int>(id.bytes.size()),
                         SQLITE_STATIC));
}

void Cursor::bind(int index, UuidOrNull id) {
  if (id.id.is_nil()) {
    bind(index, nullptr);
  } else {
    bind(index, id.id);
  }
}

void Cursor::bind(int index, std::nullptr_t) {
  if (statement_ != nullptr) note(sqlite3_bind_null(statement_, index));
}

void Cursor::bind_integer(int index, std::int64_t value) {
  if (statement_ != nullptr) note(sqlite3_bind_int64(statement_, index, value));
}

struct Connection::State {
  sqlite3* db = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements;
  int log_pages = 0;

  ~State() {
    for (const auto& [sql, statement] : statements) sqlite3_finalize(statement);
    sqlite3_close(db);
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const std::filesystem::path& file, Mode mode) {
  configure_once();
  auto state = std::make_unique<State>();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(file.c_str(), &state->db, flags, nullptr);
  if (code != SQLITE_OK) return fail(fault_of(state->db, code));
  sqlite3_db_config(state->db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(state->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Also turns automatic checkpoints off: their errors would be swallowed, ours are not.
  sqlite3_wal_hook(
      state->db,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<State*>(self)->log_pages = pages;
        return SQLITE_OK;
      },
      state.get());
  Connection connection(std::move(state));
  if (auto done =
          connection.run("PRAGMA busy_timeout=5000; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY");
      !done) {
    return fail(done.error());
  }
  return connection;
}

Result<void> Connection::run(const char* sql) {
  const int code = sqlite3_exec(state_->db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(fault_of(state_->db, code));
  return {};
}

Cursor Connection::prepared(const char* sql) {
  sqlite3_stmt*& statement = state_->statements[sql];
  if (statement == nullptr) {
    const int code =
        sqlite3_prepare_v3(state_->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return Cursor(fault_of(state_->db, code));
  }
  return Cursor(state_->db, statement);
}

std::int64_t Connection::last_rowid() const {
  return sqlite3_last_insert_rowid(state_->db);
}

std::int64_t Connection::changed() const {
  return sqlite3_changes64(state_->db);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(state_->db) == 0;
}

std::uint32_t Connection::log_pages() const {
  return static_cast<std::uint32_t>(state_->log_pages);
}

Result<void> Connection::checkpoint() {
  int pages = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(state_->db, nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, nullptr);
  if ((code & 0xff) == SQLITE_BUSY)
    return {};  // a reader still needs the log: the next one gets further
  if (code != SQLITE_OK) return fail(fault_of(state_->db, code));
  return {};
}

Result<void> Connection::checkpoint_and_cut() {
  const int code =
      sqlite3_wal_checkpoint_v2(state_->db, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(fault_of(state_->db, code));
  return {};
}

}  // namespace charmille::sqlite
