// What people and programs are told: the resources of an answer put together, as JSON of ours. No
// input or output here.
#pragma once

#include <string>
#include <vector>

#include "adapters/directory/question.h"
#include "adapters/directory/wire.h"
#include "gateway/base/time.h"

namespace charmille::adapters::directory {

/// What was found, and when.
struct Found {
  std::vector<Entry> entries;
  base::Time as_of{};      ///< the directory was asked then
  bool cached = false;     ///< told from the cache
  std::string_view why{};  ///< of a cached answer: why the directory gave no newer one
  bool complete = true;    ///< false: there are more than are read
};

/// {operation, asOf, source, stale, why, complete, withheld, professionals | structures |
/// mailboxes}; see docs/guide/07-annuaire.md.
std::string answer_of(const Question& question, const Found& found);

/// The ids of the practitioners, or of the organizations, that the roles among `entries` name, but
/// for those that the question itself found.
std::vector<std::string> named_by_roles(const std::vector<Entry>& entries, std::string_view type);

}  // namespace charmille::adapters::directory
