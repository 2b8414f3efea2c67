// The variables of OLINPE and what their values look like. For olinpe*.cpp alone.
#pragma once

#include <string_view>

namespace charmille::policy::olinpe {

enum class Form : unsigned char {
  none,        ///< no variable of OLINPE
  code,        ///< digits
  department,  ///< three digits, or 02A and 02B
  pseudonym,   ///< 40 hexadecimal digits
  date,        ///< YYYY-MM-DD, or 9999-99-99 for unknown
  month,       ///< YYYY-MM, or 9999-99 for unknown
};

/// By its name; the lists of 2011 and of 2016 together.
Form form_of(std::string_view variable);
/// Whether the value is of that form; an empty one is of any.
bool has_form(std::string_view value, Form form);
/// A name that tells who somebody is, in any of the usual spellings.
bool names_identity(std::string_view variable);

}  // namespace charmille::policy::olinpe
