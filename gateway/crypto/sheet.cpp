#include "gateway/crypto/sheet.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/master.h"

namespace charmille::crypto {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t line_count = 4;
constexpr std::size_t line_key_bytes = Key::size / line_count;
constexpr std::size_t line_bytes = line_key_bytes + 2;
constexpr std::size_t line_chars = line_bytes * 8 / 5;

using LineBytes = std::array<std::uint8_t, line_bytes>;

constexpr std::string_view sheet_text =
    R"(==============================================================================
CHARMILLE : CLEF MAÎTRESSE - À GARDER AU COFFRE
==============================================================================

    Id: {id}
    Date : {date}

    1: {line1}
    2: {line2}
    3: {line3}
    4: {line4}

- PERDRE CETTE CLEF, C'EST TOUT PERDRE : sans elle, ni les dossiers, ni les
  sauvegardes, ni les identités ne peuvent plus être lus, par personne.
- QUI LA TROUVE LIT TOUT : imprimer deux exemplaires, les mettre sous pli
  fermé dans deux coffres, noter qui y a accès ; ne pas la photographier, ne
  pas l'envoyer par courriel, effacer le fichier d'impression.
- Pour la remettre en place : « charmille keys init --from-sheet », puis
  taper les lignes Id, 1, 2, 3 et 4. Une ligne mal tapée est nommée. Les
  lettres I, L, O et U n'existent pas ; majuscules et espaces importent peu.
- Essayer cette feuille une fois, sur une autre machine, avant d'en dépendre.

------------------------------------------------------------------------------
CHARMILLE: MASTER KEY - KEEP IN A SAFE
------------------------------------------------------------------------------

- A LOST MASTER KEY LOSES EVERYTHING: without it nobody can read the records,
  the backups or the identities again.
- WHOEVER FINDS IT READS EVERYTHING: print two copies, put them in sealed
  envelopes in two safes, note who can reach them; take no photograph, send
  it by no mail, delete the print file.
- To put it back: "charmille keys init --from-sheet", then type the lines Id,
  1, 2, 3 and 4 above. A mistyped line is named. The letters I, L, O and U do
  not occur; capitals and spaces do not matter.
- Try this sheet once, on another machine, before you depend on it.
)";

std::array<std::uint8_t, 2> check_of(std::string_view id, std::size_t line, Bytes key_bytes) {
  const std::uint8_t number[1] = {static_cast<std::uint8_t>(line)};
  const Digest digest =
      Sha256().update("charmille/sheet").update(id).update(number).update(key_bytes).finish();
  return {digest[0], digest[1]};
}

std::string encode(const LineBytes& bytes) {
  std::string out;
  out.reserve(line_chars + 3);
  for (std::size_t i = 0; i < line_chars; ++i) {
    unsigned digit = 0;
    for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit)
      digit = digit << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1U);
    if (i != 0 && i % 4 == 0) out += '-';
    out += alphabet[digit];
  }
  return out;
}

int digit_of(char c) {
  c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const std::size_t at = alphabet.find(c);
  return at == alphabet.npos ? -1 : static_cast<int>(at);
}

bool skipped(char c) {
  return c == ' ' || c == '-' || c == '\t' || c == '\r';
}

std::optional<LineBytes> decode(std::string_view text) {
  LineBytes bytes{};
  std::size_t bit = 0;
  for (const char c : text) {
    if (skipped(c)) continue;
    const int digit = digit_of(c);
    if (digit < 0 || bit == line_bytes * 8) return {};
    for (int shift = 4; shift >= 0; --shift, ++bit)
      if ((digit >> shift & 1) != 0)
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | 0x80U >> bit % 8);
  }
  if (bit != line_bytes * 8) return {};
  return bytes;
}

/// What stands after "<label>:" on a line of its own.
std::optional<std::string_view> labelled(std::string_view text, std::string_view label) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && skipped(line.front())) line.remove_prefix(1);
    const bool same = line.size() > label.size() && line[label.size()] == ':' &&
                      std::ranges::equal(line.substr(0, label.size()), label, [](char a, char b) {
                        return std::tolower(static_cast<unsigned char>(a)) ==
                               std::tolower(static_cast<unsigned char>(b));
                      });
    if (same) return line.substr(label.size() + 1);
  }
  return {};
}

std::string id_of_sheet(std::string_view text) {
  std::string id;
  for (const char c : labelled(text, "id").value_or(std::string_view{}))
    if (!skipped(c)) id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id;
}

}  // namespace

Sheet sheet_of(const Key& master, base::Time now) {
  const std::string id = master_id(master);
  std::array<std::string, line_count> lines;
  for (std::size_t i = 0; i < line_count; ++i) {
    const Bytes part = master.reveal().subspan(i * line_key_bytes, line_key_bytes);
    LineBytes bytes{};
    std::ranges::copy(part, bytes.begin());
    std::ranges::copy(check_of(id, i + 1, part), bytes.begin() + line_key_bytes);
    lines[i] = encode(bytes);
    wipe(bytes);
  }
  Sheet sheet(fmt::format(fmt::runtime(sheet_text), fmt::arg("id", id),
                          fmt::arg("date", base::to_date(now)), fmt::arg("line1", lines[0]),
                          fmt::arg("line2", lines[1]), fmt::arg("line3", lines[2]),
                          fmt::arg("line4", lines[3])));
  for (std::string& line : lines) wipe(line);
  return sheet;
}

Result<Key> key_of_sheet(std::string_view text) {
  const std::string id = id_of_sheet(text);
  if (id.size() != 8) return fail("CH-KEY-022");
  std::array<std::uint8_t, Key::size> bytes{};
  for (std::size_t i = 0; i < line_count; ++i) {
    const std::string label = std::to_string(i + 1);
    const auto line = labelled(text, label);
    if (!line) return fail("CH-KEY-021", {}, {{"line", label}});
    auto decoded = decode(*line);
    if (!decoded) return fail("CH-KEY-020", {}, {{"line", label}});
    const Bytes part = Bytes(*decoded).first(line_key_bytes);
    if (!std::ranges::equal(check_of(id, i + 1, part), Bytes(*decoded).subspan(line_key_bytes)))
      return fail("CH-KEY-020", {}, {{"line", label}});
    std::ranges::copy(part, bytes.begin() + static_cast<std::ptrdiff_t>(i * line_key_bytes));
    wipe(*decoded);
  }
  Key key = Key::from_bytes(bytes);
  wipe(bytes);
  if (master_id(key) != id) return fail("CH-KEY-022");
  return key;
}

Result<Sheet> create_master(const std::filesystem::path& path, base::Random& random,
                            base::Time now) {
  const Key key = Key::generate(random);
  if (auto done = write_master_file(path, key); !done) return fail(done.error());
  return sheet_of(key, now);
}

Result<void> restore_master(const std::filesystem::path& path, std::string_view sheet) {
  const auto key = key_of_sheet(sheet);
  if (!key) return fail(key.error());
  return write_master_file(path, *key);
}

}  // namespace charmille::crypto
