// What the gateway holds, as JSON: one function a kind of thing. Sealed parts stay sealed.
#pragma once

#include <optional>

#include "gateway/base/catalogue.h"
#include "gateway/store/types.h"
#include "gateway/tree/document.h"

namespace charmille::api {

tree::Node to_node(tree::Document& into, const Fault& fault, base::Language language);
/// `fault` is the one recorded with it, or nothing.
tree::Node to_node(tree::Document& into, const store::Exchange& exchange,
                   const std::optional<Fault>& fault, base::Language language);
tree::Node to_node(tree::Document& into, const store::QuarantineRow& entry,
                   const std::string& local_id, base::Language language);

tree::Node ids_of(tree::Document& into, const std::vector<base::Uuid>& ids);

/// An object without the members that have nothing to say (null, empty text).
tree::Node without_blanks(tree::Document& into, std::vector<tree::Document::Member> members);

}  // namespace charmille::api
