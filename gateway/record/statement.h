// A statement: what one source says of one section of one child, with its extraction date, lot and
// provenance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/tree/document.h"

namespace charmille::record {

/// Where a statement came from; kept beside the body, and no part of its digest.
struct Provenance {
  base::Uuid exchange;
  std::string file;        ///< as the partner named it
  std::uint32_t line = 0;  ///< of the record; 0 unknown
  std::string mapping;     ///< name and version

  bool operator==(const Provenance&) const = default;
};

struct Statement {
  std::string section;
  std::string source;  ///< the source endpoint
  base::Time extracted{};
  std::string lot;
  Provenance provenance;
  std::string body;  ///< the section as canonical JSON (RFC 8785); empty: withdrawn by a snapshot
};

/// What persons decide here about a child is a statement too. No partner can make one: `split`
/// knows the sections of the schema only, and no endpoint can bear this name.
inline constexpr std::string_view own_source = "charmille:decisions";
/// Written decisions that open a child's former file to a department: [{department, from,
/// reference, decidedBy}], `from` an ISO date, absent: all of it. Never sent.
inline constexpr std::string_view transmissions_section = "transmissions";

/// Where and when a child record was read.
struct Reading {
  std::string source;
  base::Time extracted{};
  std::string lot;
  base::Uuid exchange;
  std::string mapping;
};

/// One statement for each section of the child at the root of `child`, in the order of `sections`.
/// `ids` is one too.
std::vector<Statement> split(const tree::Document& child, const Reading& reading);

/// What a source that tells changes only (no snapshot) says of `ids`: the identifiers of systems
/// that it does not name now are still what it said before. Bodies as in Statement. CH-REC-050 when
/// `former` cannot be read.
Result<std::string> with_former_ids(const std::string& former, const std::string& fresh);

/// What a source whose documents add up says of them: those it gave before, but for the ones that
/// are here again (by `id`, or by content), that one of these `replaces`, or that are told here as
/// `superseded` or `entered-in-error` (FHIR R4, DocumentReferenceStatus), which are none. As above.
Result<std::string> with_former_documents(const std::string& former, const std::string& fresh);

/// Provenance and body as one text, to be sealed; and back.
std::string pack(const Statement& statement);
/// Fills provenance and body only. CH-REC-050 when the bytes are not what `pack` wrote.
Result<void> unpack(std::string_view packed, Statement& into);

}  // namespace charmille::record
