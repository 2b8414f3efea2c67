// A text in which somebody put HTML: "MECS Les <b>Tilleuls</b>", "R&eacute;sidence". Searched once
// more as a person would see it, without the marks, which would part a name otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/policy/aho_corasick.h"

namespace charmille::policy {

/// Fed with the UTF-8 of one text in pieces. Costs a look for '<' and '&' until the first of them.
class MarkedText {
 public:
  explicit MarkedText(const Automaton& automaton) : automaton_(&automaton) {}

  void add(std::string_view utf8);
  /// A value ends: the next one is another word.
  void part();
  /// The search of what was seen without marks; nothing when there were none.
  Search* finish();

 private:
  void put(std::string_view seen) { search_->add(seen); }
  void add(char c);
  void end_of_tag();
  void end_of_reference();
  /// What looked like a mark is text.
  void give_up();

  const Automaton* automaton_;
  std::optional<Search> search_;
  std::string before_;  ///< the end of the text before the first mark
  std::string mark_;    ///< the mark under way, from '<' or '&'
};

}  // namespace charmille::policy
