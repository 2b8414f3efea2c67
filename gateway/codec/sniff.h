// What a document is, told from its bytes alone: never from its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/payload.h"
#include "gateway/codec/document_options.h"

namespace charmille::codec {

/// The media type of what begins so: PDF, PNG, JPEG, zip, gzip, a program (ELF, PE, a script with
/// `#!`), XML, HTML, else text when the bytes are text, else application/octet-stream. The first
/// 4 KiB are enough.
std::string_view media_type_of(std::string_view head);

/// Programs have one of two types.
bool is_program(std::string_view media_type);

struct DocumentFacts {
  std::string_view media_type;
  std::uint64_t size = 0;
  std::string sha256;  ///< hexadecimal, in lower case
};

/// Reads the document once, in constant memory. CH-DOC-003 when it holds more bytes than
/// `max_size`, and the faults of its reader.
Result<DocumentFacts> read_facts(const base::Payload& document, std::uint64_t max_size);

/// What is held against a document by `options`: refusals (CH-DOC-001, 002, 004 to 007, 009) and
/// remarks (CH-DOC-006 to 008), without a place.
struct DocumentVerdict {
  std::optional<Fault> refused;
  std::vector<Fault> remarks;
};
Result<DocumentVerdict> judge_document(const base::Payload& document, const DocumentFacts& facts,
                                       const DocumentInput& options);

}  // namespace charmille::codec
