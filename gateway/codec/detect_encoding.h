// The encoding of a stream of bytes, told from the bytes alone.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/codec/detect.h"

namespace charmille::codec {

/// Fed with all bytes of a text in order.
class EncodingCensus {
 public:
  void add(std::string_view bytes);

  struct Answer {
    Encoding encoding = Encoding::utf8;
    Detected::Certainty certainty = Detected::Certainty::certain;
    bool mark = false;
  };
  Answer answer() const;

 private:
  Encoding likeliest_single() const;

  std::string head_;     ///< the first bytes, for marks and UTF-16
  std::string pending_;  ///< a UTF-8 character that is not complete yet
  std::array<std::uint64_t, 256> counts_{};
  bool utf8_ = true;
};

}  // namespace charmille::codec
