// The contents of children's documents. Coming in, each is kept once for its child, sealed so that
// it goes when the child goes; what is told of the child names it by its digest. Going out, the
// mapping of a destination that asks for them finds them in the record as it reads it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "gateway/exchange/kin.h"
#include "gateway/exchange/work.h"

namespace charmille::exchange {

/// The child as it is told: its documents with their type, size and digest, without their contents,
/// which are added to the work when they are new (when `keeps`: a dry run does not). Nothing when
/// no document came with a content. Faults: CH-DOC-002 (a program), CH-EXC-041 (the digest that is
/// given is not the content's), and those of reading.
Result<std::optional<tree::Document>> keep_contents(const Context& context,
                                                    const store::ChildRow& row,
                                                    const crypto::Key& key,
                                                    const tree::Document& child, bool keeps,
                                                    Work& work);

struct StoredContent {
  base::Payload bytes;            ///< opened when it is read
  std::set<std::string> cleared;  ///< kinds of recipients
};
/// By SHA-256, hexadecimal.
using Contents = std::map<std::string, StoredContent, std::less<>>;

/// What is kept of the child's documents, and will be once `unit` (or nullptr) is committed.
Result<Contents> contents_of(const Context& context, const LinkedChild& child,
                             const store::Unit* unit);
/// Those that a person cleared for this kind.
policy::Cleared cleared_for(const Contents& contents, config::Recipient kind);
/// A copy of the record whose documents hold their `content`, where it is kept.
tree::Document with_contents(const tree::Document& record, const Contents& contents);
/// The digest of the content that the attachment hands on; empty: it is none of them.
std::string_view digest_of(const Contents& contents, const tree::Attachment& attachment);

}  // namespace charmille::exchange
