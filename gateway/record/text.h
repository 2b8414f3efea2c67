// Texts from outside: made canonical, stripped of what hides, and looked at for what a reader could
// not see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charmille::record {

/// What was found in a text; a set of bits.
enum TextRemark : std::uint8_t {
  text_normalised = 1,  ///< it was not in NFC
  text_stripped = 2,    ///< control characters, bidi marks or zero-width characters were taken out
  text_mixed = 4,       ///< letters of more than one script in one word
  text_lost = 8,        ///< `?` or U+FFFD inside: letters that an encoding lost
};

struct CleanText {
  std::optional<std::string> changed;  ///< the text to use instead, when it differs
  std::uint8_t remarks = 0;            ///< normalised and stripped only
};

/// NFC (Unicode Standard Annex #15), without control characters but TAB and LF (CR LF becomes LF),
/// bidi controls, zero-width characters and byte order marks. `text` is valid UTF-8.
CleanText clean(std::string_view text);

/// The remarks that only make sense for a name: mixed scripts and lost letters.
std::uint8_t look_at_name(std::string_view name);

/// Code points of valid UTF-8.
std::size_t length_of(std::string_view text);

}  // namespace charmille::record
