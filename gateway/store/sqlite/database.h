// What the store takes from the wrapper of SQLite, under its own names.
#pragma once

#include "gateway/sqlite/database.h"

namespace charmille::store::sqlite {

using charmille::sqlite::Blob;
using charmille::sqlite::BlobOrNull;
using charmille::sqlite::Connection;
using charmille::sqlite::Cursor;
using charmille::sqlite::UuidOrNull;

}  // namespace charmille::store::sqlite
