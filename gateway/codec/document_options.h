// Which documents (PDF, images) are accepted, and under which conditions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/tree/spec.h"

namespace charmille::codec {

struct DocumentInput {
  enum class Active : std::uint8_t { refuse, remark };

  std::vector<std::string> accept{"application/pdf"};  ///< media types
  std::uint64_t max_size = 25ULL << 20;                ///< bytes
  Active active = Active::refuse;  ///< a PDF with JavaScript, actions that start something, or
                                   ///< files inside
};

}  // namespace charmille::codec
