#include "gateway/codec/xml_encoding.h"

#include <algorithm>
#include <cctype>

#include "gateway/base/bytes.h"

namespace charmille::codec {
namespace {

using namespace std::literals;

constexpr std::string_view blanks = " \t\r\n";

/// The bytes of UTF-16 that are ASCII, as text; enough to read a declaration.
std::string ascii_of(std::string_view bytes, bool big_endian) {
  std::string out;
  for (std::size_t at = big_endian ? 1 : 0; at < bytes.size(); at += 2) out += bytes[at];
  return out;
}

/// The value of `encoding="..."` in `<?xml ...?>`, in lower case; empty without one.
std::string declared_in(std::string_view text) {
  if (!text.starts_with("<?xml")) return {};
  text = text.substr(0, text.find("?>"));
  const std::size_t at = text.find("encoding");
  if (at == text.npos) return {};
  text.remove_prefix(at + "encoding"sv.size());
  const std::size_t equals = text.find_first_not_of(blanks);
  if (equals == text.npos || text[equals] != '=') return {};
  text.remove_prefix(equals + 1);
  const std::size_t quote = text.find_first_not_of(blanks);
  if (quote == text.npos || (text[quote] != '"' && text[quote] != '\'')) return {};
  const std::size_t end = text.find(text[quote], quote + 1);
  if (end == text.npos) return {};
  std::string word(text.substr(quote + 1, end - quote - 1));
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

/// Names that files write besides those of the configuration.
std::optional<Encoding> encoding_declared(std::string_view word) {
  constexpr std::pair<std::string_view, Encoding> others[] = {
      {"utf8", Encoding::utf8},           {"us-ascii", Encoding::utf8},
      {"ascii", Encoding::utf8},          {"latin1", Encoding::iso_8859_1},
      {"latin-9", Encoding::iso_8859_15}, {"cp1252", Encoding::windows_1252},
      {"ibm850", Encoding::cp850}};
  for (const auto& [name, encoding] : others)
    if (name == word) return encoding;
  return encoding_named(word);
}

}  // namespace

Result<Encoding> xml_encoding(std::string_view head, const std::string& name) {
  const base::Place start{name, 1, 0, {}};
  const bool little = head.starts_with("\xFF\xFE"sv) || head.starts_with("<\0"sv);
  const bool big = head.starts_with("\xFE\xFF"sv) || head.starts_with("\0<"sv);
  if (little || big) {
    if (head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv)) head.remove_prefix(2);
    const Encoding found = little ? Encoding::utf16le : Encoding::utf16be;
    const std::string word = declared_in(ascii_of(head, big));
    if (word.empty() || word == "utf-16" || word == name_of(found)) return found;
    return fail("CH-TXT-006", start,
                {{"encoding", base::printable(word, 40)}, {"found", std::string(name_of(found))}});
  }
  const bool mark = head.starts_with("\xEF\xBB\xBF"sv);
  const std::string word = declared_in(mark ? head.substr(3) : head);
  if (word.empty()) return Encoding::utf8;
  const auto encoding = encoding_declared(word);
  // A text that declares UTF-16 in bytes of ASCII is not in UTF-16.
  const bool wide = word.starts_with("utf-16");
  if (wide)
    return fail("CH-TXT-006", start, {{"encoding", word.substr(0, 40)}, {"found", "utf-8"}});
  if (!encoding) return fail("CH-XML-004", start, {{"encoding", base::printable(word, 40)}});
  return *encoding;
}

}  // namespace charmille::codec
