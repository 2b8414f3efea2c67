// UTF-8 text as FHIRPath counts it: in characters (code points), not in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/tree/arena.h"

namespace charmille::fhirpath {

std::size_t character_count(std::string_view text);
/// The byte where character `index` begins; text.size() when there are not so many.
std::size_t byte_of_character(std::string_view text, std::size_t index);
/// The length in bytes of the character that begins at `at`; at least 1.
std::size_t character_length(std::string_view text, std::size_t at);
void append_character(std::string& out, std::uint32_t code_point);

/// White space of Unicode, no-break spaces included, taken off both ends.
std::string_view trim(std::string_view text);
std::string upper(std::string_view text);
std::string lower(std::string_view text);
/// The same, in the memory of `arena`.
std::string_view upper(std::string_view text, tree::Arena& arena);
std::string_view lower(std::string_view text, tree::Arena& arena);
/// As the identity traits of INS compare: upper case, no accents, œ and æ as two letters, hyphens,
/// apostrophes and white space as one blank, none at the ends (RNIV 2, comparison of traits).
std::string normalize(std::string_view text);

}  // namespace charmille::fhirpath
