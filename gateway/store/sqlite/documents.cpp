// The contents of children's documents: how they are written and read.
#include "gateway/store/sqlite/read.h"
#include "gateway/store/sqlite/sqlite_store.h"
#include "gateway/store/sqlite/writer.h"

namespace charmille::store::sqlite {
namespace {

#define DOCUMENT_COLUMNS                                                                    \
  "SELECT child.id, document.sha256, document.payload, document.cleared, payload.size "     \
  "FROM document JOIN child ON child.number = document.child JOIN payload ON payload.id = " \
  "document.payload "

/// Words, each followed by a blank.
Bytes joined(const std::vector<Bytes>& words) {
  Bytes all;
  for (const Bytes& word : words) all += word + ' ';
  return all;
}

std::vector<Bytes> parted(std::string_view words) {
  std::vector<Bytes> all;
  for (std::size_t end = words.find(' '); end != words.npos; end = words.find(' ')) {
    all.emplace_back(words.substr(0, end));
    words.remove_prefix(end + 1);
  }
  return all;
}

DocumentRow to_document(Cursor& c) {
  return {c.uuid(0), c.bytes(1), c.uuid(2), parted(c.view(3)), c.number(4)};
}

}  // namespace

Result<void> Writer::write(const PutDocument& w) {
  const DocumentRow& d = w.document;
  auto child = child_number(d.child);
  if (!child) return fail(child.error());
  return db_.execute(
      "INSERT OR IGNORE INTO document(child, sha256, payload, cleared) VALUES(?1, ?2, ?3, ?4)",
      *child, Blob{d.sha256}, d.payload, joined(d.cleared));
}

Result<void> Writer::write(const ClearDocument& w) {
  auto child = child_number(w.child);
  if (!child) return fail(child.error());
  if (auto raised = raise_version(*child); !raised) return raised;
  return db_.execute("UPDATE document SET cleared = ?3 WHERE child = ?1 AND sha256 = ?2", *child,
                     Blob{w.sha256}, joined(w.cleared));
}

Result<void> Writer::drop_documents(std::int64_t child) {
  std::vector<Uuid> payloads;
  {
    Cursor held = db_.query("SELECT payload FROM document WHERE child = ?1", child);
    for (;;) {
      auto row = held.next();
      if (!row) return fail(row.error());
      if (!*row) break;
      payloads.push_back(held.uuid(0));
    }
  }
  for (const Uuid& payload : payloads)
    if (auto dropped = write(DropPayload{payload}); !dropped) return dropped;
  return db_.execute("DELETE FROM document WHERE child = ?1", child);
}

Result<std::vector<DocumentRow>> SqliteStore::documents(const Uuid& child) {
  return read_all(*readers_,
                  DOCUMENT_COLUMNS
                  "WHERE document.child = (SELECT number FROM child WHERE id = ?1) "
                  "ORDER BY document.sha256",
                  to_document, child);
}

Result<std::vector<DocumentRow>> SqliteStore::documents_with(const Bytes& sha256) {
  return read_all(*readers_, DOCUMENT_COLUMNS "WHERE document.sha256 = ?1 ORDER BY document.child",
                  to_document, Blob{sha256});
}

}  // namespace charmille::store::sqlite
