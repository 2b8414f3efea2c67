#include "gateway/codec/folded_base64.h"

#include <algorithm>

#include "gateway/base/bytes.h"

namespace charmille::codec {

std::optional<std::string> from_folded_base64(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  if (text.find_first_of(blanks) == text.npos) return base::from_base64(text);
  std::string bare;
  bare.reserve(text.size());
  std::ranges::copy_if(text, std::back_inserter(bare),
                       [&](char c) { return blanks.find(c) == blanks.npos; });
  return base::from_base64(bare);
}

}  // namespace charmille::codec
