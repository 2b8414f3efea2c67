// What the name of a column promises about its cells. Only ever used to be careful: a column that
// may hold persons is never shown.
#pragma once

#include <cstdint>
#include <string_view>

namespace charmille::mapping {

enum class Promise : std::uint8_t {
  nothing,
  given_name,
  name,
  address,
  identifier,
  national_id,   ///< NIR, NIA, matricule INS
  national_key,  ///< the key of a NIR in a column of its own
  commune,       ///< INSEE code
  date,
  phone,
  mail,
  prose,  ///< remarks that people write, however often the same comes again
};

/// By the words of the name, without accents or case: `Prénom(s)`, `DATE_NAISS`, `N° dossier`.
Promise promise_of(std::string_view column);

}  // namespace charmille::mapping
