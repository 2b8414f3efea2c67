// What a policy's lines let through within what the program allows: the same answer for what is
// sent, for the check of a configuration, and for the drawing of its routes.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/config/policy.h"

namespace charmille::policy {

/// What one line lets through of one section.
struct Granted {
  std::string_view section;
  bool whole = false;
  std::vector<std::string_view> fields;        ///< when not whole
  std::size_t line = 0;                        ///< its rank in the policy
  std::vector<std::string_view> rubrics = {};  ///< of the section `documents`: whose documents go
  std::vector<std::string_view> labels = {};   ///< and which security labels they may have
};

/// In the order of the lines. The views are into the policy.
std::vector<Granted> granted_by(const config::Policy& policy);

/// What a line names and the program does not let go to that recipient.
struct Refused {
  std::string_view section;
  std::string_view field;  ///< empty: the section
  bool by_name = false;    ///< fields of it may go, each named
  std::size_t line = 0;
};
std::vector<Refused> refused_of(const config::Policy& policy);

}  // namespace charmille::policy
