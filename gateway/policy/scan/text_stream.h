// One text of a document, searched as it comes; what it holds in base64 is decoded and scanned as a
// document of its own.
#pragma once

#include <string>
#include <string_view>

#include "gateway/policy/scan/marked_text.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {

/// Finds runs of base64 in a text: long ones, or broken into lines as mails and XML have them.
class Base64Runs {
 public:
  /// Feeds a piece of text; calls `take` with the bytes of each run that ends in it.
  template <class Take>
  void add(std::string_view text, Take take) {
    for (const char c : text)
      if (!add(c)) end(take);
  }
  template <class Take>
  void end(Take take) {
    if (run_.size() >= least_) take(decode());
    run_.clear();
    line_ = 0;
    broken_ = false;
  }
  /// The run is longer than a document may be.
  std::size_t size() const { return run_.size(); }

 private:
  static constexpr std::size_t least_ = 24;      ///< characters of a run
  static constexpr std::size_t full_line_ = 60;  ///< of a line that another may follow

  /// False: the run ended before this character.
  bool add(char c);
  std::string decode() const;

  std::string run_;
  std::size_t line_ = 0;
  bool broken_ = false;  ///< at the beginning of a line that goes on with the run
};

class TextStream {
 public:
  TextStream(Walk& walk, Spot spot)
      : walk_(walk), spot_(std::move(spot)), search_(walk.automaton()), marked_(walk.automaton()) {}

  void add(std::string_view utf8);
  /// A value ends: the next one is another word.
  void part();
  void finish();

 private:
  void document(std::string bytes);

  Walk& walk_;
  const Spot spot_;
  Search search_;
  MarkedText marked_;
  Base64Runs runs_;
  std::size_t documents_ = 0;
  bool oversize_ = false;
};

}  // namespace charmille::policy
