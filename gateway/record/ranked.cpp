#include "gateway/record/ranked.h"

#include <algorithm>
#include <iterator>

#include "gateway/codec/codec.h"
#include "gateway/record/edit.h"

namespace charmille::record {

using tree::Document;
using tree::Node;

std::size_t rank_of(const Statement& statement, const Ownership::Ranks* ranks) {
  if (ranks == nullptr) return 0;
  for (std::size_t rank = 0; rank < ranks->size(); ++rank)
    if (std::ranges::find((*ranks)[rank], statement.source) != (*ranks)[rank].end()) return rank;
  return ranks->size();
}

const Ownership::Ranks* ranks_of(const Ownership& ownership, std::string_view section) {
  const auto at = ownership.ranks.find(section);
  return at == ownership.ranks.end() ? nullptr : &at->second;
}

Result<std::vector<Said>> read_all(Document& into, std::span<const Statement> latest) {
  std::vector<Said> said;
  said.reserve(latest.size());
  for (const Statement& statement : latest) {
    if (statement.body.empty()) continue;
    auto body = codec::read_own_json(into, statement.body);
    if (!body) return fail("CH-REC-050");
    said.push_back({&statement, *body});
  }
  return said;
}

std::vector<Said> ranked(std::span<const Said> all, std::string_view section,
                         const Ownership& ownership) {
  std::vector<Said> found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&](const Said& said) { return said.statement->section == section; });
  if (found.size() < 2) return found;
  const Ownership::Ranks* const ranks = ranks_of(ownership, section);
  std::ranges::sort(found, [ranks](const Said& left, const Said& right) {
    const Statement& a = *left.statement;
    const Statement& b = *right.statement;
    const std::size_t rank_a = rank_of(a, ranks);
    const std::size_t rank_b = rank_of(b, ranks);
    if (rank_a != rank_b) return rank_a < rank_b;
    if (a.extracted != b.extracted) return a.extracted > b.extracted;
    if (a.lot != b.lot) return a.lot > b.lot;
    if (a.source != b.source) return a.source < b.source;
    // One source about two children that are one: nothing but the words tells them apart.
    return a.body < b.body;
  });
  return found;
}

bool is_same_measure(const Node& a, const Node& b) {
  const std::string_view number_a = text_at(a, "number");
  const std::string_view number_b = text_at(b, "number");
  if (!number_a.empty() && !number_b.empty())
    return number_a == number_b && text_at(a, "department") == text_at(b, "department");
  return !code_at(a, "type").empty() && code_at(a, "type") == code_at(b, "type") &&
         !text_at(a, "start").empty() && text_at(a, "start") == text_at(b, "start");
}

}  // namespace charmille::record
