// What is written beside a file that was refused before it was accepted.
#pragma once

#include <string>

#include "gateway/base/result.h"

namespace charmille::adapters::names {

struct Report {
  std::string text;  ///< for people, in French
  std::string json;
};

Report report_of(const Fault& reason);

}  // namespace charmille::adapters::names
