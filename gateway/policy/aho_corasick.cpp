#include "gateway/policy/aho_corasick.h"

#include <algorithm>
#include <numeric>

namespace charmille::policy {

/// The needles, in order, that begin with the letters of one state.
struct Automaton::Range {
  std::size_t from;
  std::size_t to;
};

Automaton::Automaton(std::vector<Needle> needles)
    : needles_(std::move(needles)), same_(needles_.size(), none) {
  build();
}

/// One level of the trie after the other, straight from the sorted needles.
void Automaton::build() {
  std::vector<std::uint32_t> order(needles_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {},
                    [&](std::uint32_t i) -> const std::string& { return needles_[i].letters; });
  const auto letters_of = [&](std::size_t rank) -> const std::string& {
    return needles_[order[rank]].letters;
  };
  add_child(root, 0);
  std::vector<Range> ranges{{0, order.size()}};
  std::size_t depth = 0;
  State level_end = 1;
  for (State state = root; state < ranges.size(); ++state) {
    if (state == level_end) {
      ++depth;
      level_end = static_cast<State>(ranges.size());
    }
    auto [from, to] = ranges[state];
    while (from < to && letters_of(from).size() == depth) {
      same_[order[from]] = needle_[state];
      needle_[state] = order[from++];
    }
    // The longest other beginning of a needle that ends like this one is shorter: it is complete.
    const State fail = fail_[state];
    shorter_[state] = needle_[fail] != none ? fail : shorter_[fail];
    accepts_[state] = needle_[state] != none || shorter_[state] != root ? 1 : 0;
    first_child_[state] = static_cast<State>(ranges.size());
    while (from < to) {
      const char letter = letters_of(from)[depth];
      std::size_t end = from + 1;
      while (end < to && letters_of(end)[depth] == letter) ++end;
      ranges.push_back({from, end});
      add_child(state, letter);
      from = end;
    }
  }
  first_child_.push_back(static_cast<State>(ranges.size()));
}

Automaton::State Automaton::add_child(State parent, char letter) {
  const auto state = static_cast<State>(letter_.size());
  first_child_.push_back(0);
  letter_.push_back(letter);
  needle_.push_back(none);
  shorter_.push_back(root);
  accepts_.push_back(0);
  fail_.push_back(root);
  if (state == root) return state;
  if (parent == root)
    from_root_[static_cast<unsigned char>(letter)] = state;
  else
    fail_[state] = next(fail_[parent], letter);
  return state;
}

Automaton::State Automaton::child(State state, char letter) const {
  const State end = first_child_[state + 1];
  for (State at = first_child_[state]; at < end; ++at)
    if (letter_[at] == letter) return at;
  return root;
}

Automaton::State Automaton::next(State state, char letter) const {
  while (state != root) {
    if (const State found = child(state, letter); found != root) return found;
    state = fail_[state];
  }
  return from_root_[static_cast<unsigned char>(letter)];
}

void Search::settle() {
  for (Automaton::State state = candidate_; state != Automaton::root;
       state = automaton_->shorter(state)) {
    for (std::uint32_t needle = automaton_->first(state); needle != Automaton::none;
         needle = automaton_->after(needle)) {
      const Needle& wanted = automaton_->needles()[needle];
      const std::uint64_t begin = at_ - wanted.letters.size();
      const std::uint32_t first_word = words_[begin % window];
      if (begin > 0 && words_[(begin - 1) % window] == first_word) continue;
      const std::uint32_t parts = word_ - first_word + 1;
      if (parts < wanted.least_words ||
          (wanted.most_words != Needle::any && parts > wanted.most_words))
        continue;
      if (std::ranges::find(found_, needle) == found_.end()) found_.push_back(needle);
    }
  }
  candidate_ = Automaton::root;
}

void Search::add_long(char32_t character) {
  for (const char byte : fold_long(character)) {
    const Letter nature = nature_of(byte);
    if (nature == Letter::gap)
      gap();
    else
      letter(byte, nature);
  }
}

void Search::finish() {
  utf8_ = {};
  gap();
  state_ = Automaton::root;
  at_ = 0;
  word_ = 0;
}

}  // namespace charmille::policy
