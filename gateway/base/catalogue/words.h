// Words that arguments of texts hold in English (the system's reasons, states), for French texts.
#pragma once

#include <string_view>

namespace charmille::base {

/// The French of a word, or the word itself.
std::string_view french_of(std::string_view word);

}  // namespace charmille::base
