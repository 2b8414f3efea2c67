#include "gateway/record/lot_check.h"

#include <algorithm>
#include <utility>

namespace charmille::record {

void LotCheck::feed(std::uint64_t id, std::uint64_t content, std::uint64_t number) {
  entries_.push_back({static_cast<std::uint32_t>(id >> 32), static_cast<std::uint32_t>(id),
                      static_cast<std::uint32_t>(content >> 32),
                      static_cast<std::uint32_t>(number >> 32),
                      static_cast<std::uint32_t>(number)});
  ++rows_;
}

void LotCheck::finish() {
  std::ranges::sort(entries_);
  for (std::size_t i = 0; i < entries_.size();) {
    std::size_t end = i + 1;
    bool same = true;
    for (; end < entries_.size() && id_of(entries_[end]) == id_of(entries_[i]); ++end)
      same = same && entries_[end][2] == entries_[i][2];
    if (end - i > 1 && same) repeated_.push_back({id_of(entries_[i]), false});
    if (end - i > 1 && !same) conflicting_.push_back(id_of(entries_[i]));
    i = end;
  }

  std::ranges::sort(entries_, {}, [](const Entry& e) { return std::pair(number_of(e), id_of(e)); });
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    const std::uint64_t number = number_of(entries_[i]);
    if (number == 0 || number != number_of(entries_[i - 1]) ||
        id_of(entries_[i]) == id_of(entries_[i - 1]))
      continue;
    if (shared_.empty() || shared_.back() != number) shared_.push_back(number);
  }
  std::deque<Entry>().swap(entries_);
}

LotCheck::Answer LotCheck::ask(std::uint64_t id) {
  if (std::ranges::binary_search(conflicting_, id)) return Answer::conflicting;
  const auto at = std::ranges::lower_bound(repeated_, id, {}, &Repeated::id);
  if (at == repeated_.end() || at->id != id) return Answer::alone;
  return std::exchange(at->seen, true) ? Answer::repeated : Answer::first;
}

bool LotCheck::is_shared(std::uint64_t number) const {
  return number != 0 && std::ranges::binary_search(shared_, number);
}

std::string plain_number(std::string_view cell) {
  std::string out;
  for (const char c : cell) {
    const bool digit = c >= '0' && c <= '9';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    if (digit || upper || lower) out += lower ? static_cast<char>(c - 'a' + 'A') : c;
    if (out.size() == 13) return out;
  }
  return {};
}

}  // namespace charmille::record
