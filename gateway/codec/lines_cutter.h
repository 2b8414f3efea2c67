// Cuts a text that is there as a whole into its lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/codec/lines_options.h"

namespace charmille::codec {

struct CutLine {
  std::string_view text;   ///< without the line end
  std::uint32_t line = 1;  ///< from 1
  bool ended = true;       ///< has its line end; false only for the last line
};

class LinesCutter {
 public:
  /// Both must outlive the cutter.
  LinesCutter(const LinesInput& options, std::string_view text, const std::string& name)
      : options_(options), text_(text), name_(name) {}

  /// Judges the end mark of DOS: CH-LIG-050 when it is not declared, 051 when something follows it.
  Result<void> begin();
  /// The next line; nothing at the end. CH-LIG-049 for a line end that is not the declared one.
  Result<std::optional<CutLine>> next();
  /// The first line whose end is of another kind than those before; 0 when all are alike.
  std::uint32_t mixed_line() const { return mixed_line_; }

 private:
  const LinesInput& options_;
  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::string_view end_;  // of the lines so far
  std::uint32_t mixed_line_ = 0;
};

}  // namespace charmille::codec
