// Contents inside resources: their size and their hash, as they are told and as they are (FHIR R4,
// Attachment, Binary). No input or output with a peer here: what is elsewhere is never fetched.
#pragma once

#include <optional>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/fhir/issue.h"
#include "gateway/tree/document.h"

namespace charmille::adapters::fhir {

/// The bytes of an Attachment or a Binary that holds them (`data`, base64); nothing when it holds
/// none, or no base64.
std::optional<base::Payload> content_of(const tree::Document& document, const tree::Node& holder);

/// Attachments whose size or hash is not that of their content: what they hold, or the Binary of
/// the same Bundle that their url leads to.
std::vector<charmille::fhir::Issue> judge_attachments(const tree::Document& document);

/// The same resource, every attachment with the size and the SHA-1 hash of its content, as far as
/// the content is there; false when nothing was to be added. Faults: those of reading.
Result<bool> complete_attachments(tree::Document& document);

}  // namespace charmille::adapters::fhir
