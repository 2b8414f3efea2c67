#include "gateway/codec/lines_cutter.h"

#include <algorithm>

namespace charmille::codec {

Result<void> LinesCutter::begin() {
  constexpr char mark = '\x1A';
  const std::size_t at = text_.find(mark);
  if (at == text_.npos) return {};
  const base::Place place{name_, count_lines(text_.substr(0, at)) + 1, 0, {}};
  if (!options_.ctrl_z) return fail("CH-LIG-050", place);
  if (text_.find_first_not_of(mark, at) != text_.npos) return fail("CH-LIG-051", place);
  text_ = text_.substr(0, at);
  return {};
}

Result<std::optional<CutLine>> LinesCutter::next() {
  if (at_ == text_.size()) return std::nullopt;
  const std::size_t stop = std::min(text_.find_first_of("\r\n", at_), text_.size());
  CutLine cut{text_.substr(at_, stop - at_), line_, stop != text_.size()};
  const std::string_view rest = text_.substr(stop);
  const std::string_view end = rest.substr(0, rest.starts_with("\r\n") ? 2 : rest.empty() ? 0 : 1);
  at_ = stop + end.size();
  ++line_;
  if (end.empty()) return cut;
  if ((options_.line_end == LinesInput::End::crlf && end != "\r\n") ||
      (options_.line_end == LinesInput::End::lf && end != "\n"))
    return fail("CH-LIG-049", {name_, cut.line, 0, {}},
                {{"expected", options_.line_end == LinesInput::End::lf ? "LF" : "CR LF"}});
  if (!end_.empty() && end != end_ && mixed_line_ == 0) mixed_line_ = cut.line;
  end_ = end;
  return cut;
}

}  // namespace charmille::codec
