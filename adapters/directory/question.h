// What may be asked of the directory, and by which searches it is asked. No input or output here.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.h"

namespace charmille::adapters::directory {

enum class Kind : std::uint8_t { professional, structure, mailbox };
/// The names of the operations, in the order of `Kind`.
std::span<const std::string_view> operations();
std::string_view name_of(Kind kind);

/// A question whose parameters are checked, each written in one way.
struct Question {
  Kind kind = Kind::professional;
  Pairs parameters;

  std::string_view parameter(std::string_view name) const;
  /// What the cache calls it: nobody reads there what was asked. 32 bytes.
  std::string digest() const;
};

/// Faults: CH-DIR-001 (no such operation), -002 (what is asked for is missing), -003 (a parameter
/// that does not belong here), -004 (a value that cannot be).
Result<Question> question_of(const Query& query);

/// One search of one type of resource: `criteria` as it stands in the URL.
struct Search {
  std::string type;
  std::string criteria;
};

/// How the question is asked; what these give is completed by the searches below.
std::vector<Search> searches_of(const Question& question);

/// The ids that one URL names at most.
inline constexpr std::size_t ids_in_one_search = 40;
/// The roles of those practitioners.
Search roles_of(std::span<const std::string> practitioners);
/// Resources by their ids.
Search by_ids(std::string_view type, std::span<const std::string> ids);

}  // namespace charmille::adapters::directory
