#include "gateway/codec/text_window.h"

#include <algorithm>

namespace charmille::codec {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;
constexpr std::size_t longest_pattern = 9;  // a letter, "â", "€" and one more character

}  // namespace

Result<void> TextWindow::advance(std::size_t drop, std::size_t scanned, std::uint32_t line) {
  if (ended_) return {};
  text_.erase(0, drop);
  scanned -= drop;
  auto bytes = read_chunk();
  if (!bytes) return fail(std::move(bytes.error()));
  ended_ = bytes->empty();
  const std::size_t from = text_.size();
  if (!begun_) {
    begun_ = true;
    if (bytes = begin(*bytes); !bytes) return fail(std::move(bytes.error()));
  }
  if (auto wrong = decoder_.add(*bytes, ended_, text_)) {
    wrong->place.file = name_;
    wrong->place.line = line + count_lines(std::string_view(text_).substr(scanned));
    return fail(std::move(*wrong));
  }
  return check_new(from, scanned, line);
}

Result<std::string_view> TextWindow::read_chunk() {
  chunk_.resize(chunk_size);
  std::size_t filled = 0;
  while (filled < chunk_size) {
    const auto count = reader_->read(std::span(chunk_).subspan(filled));
    if (!count) return fail(count.error());
    if (*count == 0) break;
    filled += *count;
  }
  return std::string_view(chunk_).substr(0, filled);
}

/// The first bytes tell contents that are no text; the byte order mark is taken away.
Result<std::string_view> TextWindow::begin(std::string_view bytes) {
  using namespace std::literals;
  const base::Place start{name_, 1, 0, {}};
  const std::string declared(name_of(encoding_));
  const std::string_view what = sniff_content(bytes);
  const bool markup = content_ != Content::plain && (what == "XML" || what == "HTML");
  if (!what.empty() && !markup) return fail("CH-TXT-007", start, {{"found", std::string(what)}});
  constexpr std::pair<std::string_view, Encoding> marks[] = {{"\xEF\xBB\xBF"sv, Encoding::utf8},
                                                             {"\xFF\xFE"sv, Encoding::utf16le},
                                                             {"\xFE\xFF"sv, Encoding::utf16be}};
  for (const auto& [mark, encoding] : marks) {
    if (!bytes.starts_with(mark)) continue;
    if (encoding != encoding_)
      return fail("CH-TXT-006", start,
                  {{"encoding", declared}, {"found", std::string(name_of(encoding))}});
    bytes.remove_prefix(mark.size());
    break;
  }
  return bytes;
}

Result<void> TextWindow::check_new(std::size_t from, std::size_t scanned, std::uint32_t line) {
  const std::string_view fresh = std::string_view(text_).substr(from);
  const auto line_of = [&](std::size_t at) {
    return line + count_lines(std::string_view(text_).substr(scanned, from + at - scanned));
  };
  const std::string seam = tail_ + std::string(fresh.substr(0, longest_pattern));
  const std::size_t across = find_double_encoding(seam);
  const std::size_t inside = find_double_encoding(fresh);
  const bool twice = across != seam.npos || inside != fresh.npos;
  if (twice && content_ != Content::any_markup)
    return fail("CH-TXT-005", {name_, line_of(across != seam.npos ? 0 : inside), 0, {}});
  tail_ =
      (tail_ + std::string(fresh.substr(fresh.size() - std::min(fresh.size(), longest_pattern))));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), longest_pattern));
  if (lost_character_told_) return {};
  for (std::size_t at = fresh.find('\xEF'); at != fresh.npos; at = fresh.find('\xEF', at + 1)) {
    if (!fresh.substr(at).starts_with("\xEF\xBF\xBD")) continue;
    lost_character_told_ = true;
    remarks_.push_back(fault("CH-TXT-008", {name_, line_of(at), 0, {}}));
    break;
  }
  return {};
}

}  // namespace charmille::codec
