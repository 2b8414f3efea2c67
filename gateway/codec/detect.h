// How a file of unknown origin is written: a proposal for a person to confirm. The codecs
// themselves never guess.
#pragma once

#include <string>

#include "gateway/base/payload.h"
#include "gateway/codec/options.h"

namespace charmille::codec {

struct Detected {
  enum class Certainty : std::uint8_t {
    certain,   ///< a byte order mark, or UTF-8 sequences throughout
    any,       ///< ASCII only: every encoding but UTF-16 reads it alike
    probable,  ///< bytes that several encodings give a meaning to: the likeliest was taken
  };

  Options options;
  Certainty certainty = Certainty::certain;
  bool mark = false;            ///< begins with a byte order mark
  bool separator_line = false;  ///< begins with "sep=X"
};

/// Format, encoding, delimiter and quote. Reads the payload once, in constant memory, for its
/// encoding, and the first records again for the delimiter. Faults: CH-CSV-001 for an empty file,
/// CH-CSV-032 without any delimiter, CH-CSV-033 without a header, CH-TXT for what is no text, and
/// those of the records read when no delimiter gives any.
Result<Detected> detect(const base::Payload& payload, const std::string& name);

}  // namespace charmille::codec
