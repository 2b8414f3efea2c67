#include "gateway/codec/csv_scanner.h"

#include <algorithm>
#include <bit>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace charmille::codec {
namespace {

/// The first of three characters in `text` from `at` on, or its end.
std::size_t find_any(std::string_view text, std::size_t at, char a, char b, char c) {
#ifdef __SSE2__
  const __m128i as = _mm_set1_epi8(a);
  const __m128i bs = _mm_set1_epi8(b);
  const __m128i cs = _mm_set1_epi8(c);
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i hits =
        _mm_or_si128(_mm_cmpeq_epi8(block, as),
                     _mm_or_si128(_mm_cmpeq_epi8(block, bs), _mm_cmpeq_epi8(block, cs)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && text[at] != a && text[at] != b && text[at] != c) ++at;
  return at;
}

}  // namespace

CsvScanner::CsvScanner(TextWindow& window, const CsvInput& options)
    : window_(window),
      delimiter_(options.delimiter),
      quote_(options.quote.value_or('\0')),
      max_cell_(options.max_cell),
      max_record_(std::max(options.max_record, options.max_cell)) {}

Result<bool> CsvScanner::next() {
  begin_record();
  for (;;) {
    switch (scan()) {
      case Stop::record:
        return true;
      case Stop::stray_quote:
        return fail(quote_fault("CH-CSV-007"));
      case Stop::starved:
        break;
    }
    if (window_.ended()) return finish_at_end();
    if (auto filled = refill(); !filled) return fail(std::move(filled.error()));
  }
}

void CsvScanner::begin_record() {
  record_.cells.clear();
  record_.cell_count = 0;
  record_.line = line_;
  record_.large_cell = 0;
  record_.quoted_line = 0;
  record_.oversize = false;
  record_.line_end = {};
  oversize_raw_.clear();
  start_ = pos_;
  state_ = State::cell_start;
}

CsvScanner::Stop CsvScanner::scan() {
  const std::string_view text = window_.text();
  for (;;) {
    switch (state_) {
      case State::cell_start:
        if (pos_ == text.size()) return Stop::starved;
        cell_line_ = line_;
        doubled_ = false;
        if (quote_ != '\0' && text[pos_] == quote_) {
          cell_start_ = ++pos_;
          state_ = State::quoted;
          break;
        }
        cell_start_ = pos_;
        state_ = State::plain;
        [[fallthrough]];
      case State::plain:
        pos_ = find_any(text, pos_, delimiter_, '\n', '\r');
        if (pos_ == text.size()) return Stop::starved;
        if (text[pos_] != delimiter_) {
          state_ = State::record_end;
          break;
        }
        add_cell(pos_++);
        state_ = State::cell_start;
        break;
      case State::quoted:
      case State::quote_in_quoted:
        if (const Stop stop = scan_quoted(text); stop != Stop::record) return stop;
        break;
      case State::record_end: {
        const std::size_t end = pos_;
        const bool blank = end == start_ && !record_.oversize;
        if (!take_line_end(text, true)) return Stop::starved;
        if (blank) {
          begin_record();
          break;
        }
        // A quoted last cell was added when its quote closed.
        if (cell_start_ != std::string_view::npos) {
          add_cell(end);
        }
        finish_record(end, true);
        return Stop::record;
      }
    }
  }
}

/// Inside quotes, or just after a quote inside them; `record` means: go on in the new state.
CsvScanner::Stop CsvScanner::scan_quoted(std::string_view text) {
  while (state_ == State::quoted) {
    pos_ = find_any(text, pos_, quote_, '\n', '\r');
    if (pos_ == text.size()) return Stop::starved;
    if (text[pos_] == quote_) {
      ++pos_;
      state_ = State::quote_in_quoted;
    } else {
      record_.quoted_line = cell_line_;
      if (!take_line_end(text, false)) return Stop::starved;
    }
  }
  if (pos_ == text.size()) return Stop::starved;
  const char c = text[pos_];
  if (c == quote_) {
    doubled_ = true;
    ++pos_;
    state_ = State::quoted;
  } else if (c == delimiter_) {
    add_cell(pos_ - 1);
    ++pos_;
    state_ = State::cell_start;
  } else if (c == '\n' || c == '\r') {
    add_cell(pos_ - 1);
    cell_start_ = std::string_view::npos;
    state_ = State::record_end;
  } else {
    return Stop::stray_quote;
  }
  return Stop::record;
}

/// Steps over LF, CR LF or CR and counts the line; false when the text ends between CR and what
/// follows it.
bool CsvScanner::take_line_end(std::string_view text, bool of_record) {
  unsigned kind = 1;
  std::size_t length = 1;
  if (text[pos_] == '\r') {
    if (pos_ + 1 == text.size() && !window_.ended()) return false;
    const bool pair = pos_ + 1 < text.size() && text[pos_ + 1] == '\n';
    kind = pair ? 2 : 3;
    length = pair ? 2 : 1;
  }
  if (of_record) {
    if (end_kind_ != 0 && end_kind_ != kind && mixed_line_ == 0) mixed_line_ = line_;
    end_kind_ = kind;
    record_.line_end = kind == 1 ? "\n" : kind == 2 ? "\r\n" : "\r";
  }
  pos_ += length;
  ++line_;
  return true;
}

void CsvScanner::add_cell(std::size_t end) {
  const std::size_t size = end - cell_start_;
  ++record_.cell_count;
  if (size > max_cell_ && record_.large_cell == 0)
    record_.large_cell = static_cast<std::uint32_t>(record_.cell_count);
  if (record_.cells.size() == keep_cells || record_.oversize) return;
  record_.cells.push_back({static_cast<std::uint32_t>(cell_start_ - start_),
                           static_cast<std::uint32_t>(size), cell_line_, doubled_});
}

Result<void> CsvScanner::refill() {
  if (pos_ - start_ > max_record_) {
    // A quote that is not closed by now would swallow the records that follow; elsewhere, the
    // record alone is too long.
    if (state_ == State::quoted || state_ == State::quote_in_quoted)
      return fail(quote_fault("CH-CSV-008"));
    if (!record_.oversize) oversize_raw_ = window_.text().substr(start_, max_record_);
    record_.oversize = true;
    if (state_ == State::plain && record_.large_cell == 0 && pos_ - cell_start_ > max_cell_)
      record_.large_cell = static_cast<std::uint32_t>(record_.cell_count + 1);
    start_ = pos_;
    if (cell_start_ != std::string_view::npos) cell_start_ = pos_;
  }
  const std::size_t drop = start_;
  const std::size_t scanned = pos_;
  start_ -= drop;
  pos_ -= drop;
  if (cell_start_ != std::string_view::npos) cell_start_ -= std::min(cell_start_, drop);
  return window_.advance(drop, scanned, line_);
}

Result<bool> CsvScanner::finish_at_end() {
  const std::size_t end = pos_;
  switch (state_) {
    case State::quoted:
      return fail(quote_fault("CH-CSV-006"));
    case State::cell_start:
      if (record_.cell_count == 0 && !record_.oversize) return false;
      cell_start_ = pos_;
      cell_line_ = line_;
      doubled_ = false;
      add_cell(end);
      break;
    case State::quote_in_quoted:
      add_cell(end - 1);
      break;
    default:
      add_cell(end);
      break;
  }
  // The mark that DOS programs put at the end of a text.
  if (window_.text().substr(start_, end - start_) == "\x1A" && record_.cell_count == 1)
    return false;
  finish_record(end, false);
  return true;
}

void CsvScanner::finish_record(std::size_t end, bool ended) {
  record_.ended = ended;
  if (!record_.oversize && end - start_ > max_record_) {
    record_.oversize = true;
    oversize_raw_ = window_.text().substr(start_, max_record_);
  }
  record_.raw = record_.oversize ? std::string_view(oversize_raw_)
                                 : window_.text().substr(start_, end - start_);
}

Fault CsvScanner::quote_fault(std::string_view code) const {
  return fault(code,
               {window_.name(), cell_line_, static_cast<std::uint32_t>(record_.cell_count + 1), {}},
               {{"limit", std::to_string(max_record_)}});
}

}  // namespace charmille::codec
