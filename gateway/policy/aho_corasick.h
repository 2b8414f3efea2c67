// Many needles searched for at once in folded text (A. V. Aho and M. J. Corasick, 1975): one step
// a letter, whatever the number of needles.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/policy/folding.h"

namespace charmille::policy {

/// What is searched for: folded letters without gaps. A text matches when they follow each other in
/// it, whatever gaps it has between them, from the beginning of a word to the end of one.
struct Needle {
  static constexpr std::size_t longest = 200;  ///< letters
  static constexpr std::uint8_t any = 0xFF;

  std::string letters;           ///< 1 to `longest`
  std::uint8_t least_words = 1;  ///< into how many words the text may part it
  std::uint8_t most_words = any;
};

/// Built once, then only read: threads may share it.
class Automaton {
 public:
  using State = std::uint32_t;
  static constexpr State root = 0;
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  explicit Automaton(std::vector<Needle> needles);

  bool empty() const { return needles_.empty(); }
  const std::vector<Needle>& needles() const { return needles_; }
  State next(State state, char letter) const;
  /// Does a needle end here?
  bool accepts(State state) const { return accepts_[state] != 0; }
  /// The needles that end here, longest first: first(state), then after(needle) until `none`, then
  /// those of shorter(state) until root.
  std::uint32_t first(State state) const { return needle_[state]; }
  std::uint32_t after(std::uint32_t needle) const { return same_[needle]; }
  State shorter(State state) const { return shorter_[state]; }

 private:
  struct Range;

  void build();
  State add_child(State parent, char letter);
  State child(State state, char letter) const;

  std::vector<Needle> needles_;
  std::vector<std::uint32_t> same_;  ///< by needle: the next one with the same letters
  // By state, in the order of breadth, so that the children of a state stand side by side.
  std::vector<State> first_child_;
  std::vector<char> letter_;
  std::vector<State> fail_;
  std::vector<std::uint32_t> needle_;
  std::vector<State> shorter_;
  std::vector<std::uint8_t> accepts_;
  std::array<State, 256> from_root_{};
};

/// The search of one text, fed with its characters in order, in as many pieces as one likes.
class Search {
 public:
  explicit Search(const Automaton& automaton) : automaton_(&automaton) {}

  void add(char32_t character) {
    const Folded folded = fold(character);
    if (folded.count == Folded::long_form) return add_long(character);
    if (folded.count == 0) {
      if (folded.nature == Letter::gap) gap();
      return;
    }
    for (std::uint8_t i = 0; i < folded.count; ++i) letter(folded.bytes[i], folded.nature);
  }
  /// The text parts here: the end of a value, of a cell, of a line.
  void gap() {
    if (candidate_ != Automaton::root) settle();
    last_ = Letter::gap;
  }
  /// UTF-8, as Utf8Reader reads it.
  void add(std::string_view utf8) {
    utf8_.read(utf8, [this](char32_t character) { add(character); });
  }
  /// The end of the text; the next one begins anew.
  void finish();

  /// The needles found so far, each once.
  const std::vector<std::uint32_t>& found() const { return found_; }

 private:
  static constexpr std::size_t window = 256;  ///< more than a needle's length
  static_assert(window > Needle::longest + 1);

  void letter(char byte, Letter nature) {
    if (nature != last_) {
      if (candidate_ != Automaton::root) settle();
      ++word_;
    }
    candidate_ = Automaton::root;
    last_ = nature;
    words_[at_++ % window] = word_;
    state_ = automaton_->next(state_, byte);
    if (automaton_->accepts(state_)) candidate_ = state_;
  }
  void add_long(char32_t character);
  /// A word has ended where needles did: those that also begin with a word are found.
  void settle();

  const Automaton* automaton_;
  Automaton::State state_ = Automaton::root;
  Automaton::State candidate_ = Automaton::root;  ///< accepted, if no letter follows
  Letter last_ = Letter::gap;
  std::uint32_t word_ = 0;                     ///< number of the word under way
  std::uint64_t at_ = 0;                       ///< letters so far
  std::array<std::uint32_t, window> words_{};  ///< numbers of the words of the last letters
  Utf8Reader utf8_;
  std::vector<std::uint32_t> found_;
};

}  // namespace charmille::policy
