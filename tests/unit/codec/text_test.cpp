#include "gateway/codec/text.h"

#include <doctest/doctest.h>

using namespace charmille;
using namespace charmille::codec;
using namespace std::literals;

namespace {

/// The text, or the code of the fault.
std::string decode(Encoding encoding, std::string_view bytes, std::size_t step = 1000) {
  TextDecoder decoder(encoding);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step)
    if (const auto wrong = decoder.add(bytes.substr(at, step), false, out))
      return std::string(wrong->code);
  if (const auto wrong = decoder.add({}, true, out)) return std::string(wrong->code);
  return out;
}

}  // namespace

TEST_CASE("each encoding reads its own bytes, wherever chunks are cut") {
  for (const std::size_t step : {1, 2, 3, 1000}) {
    CHECK(decode(Encoding::utf8, "Zoé Œuf € 😀", step) == "Zoé Œuf € 😀");
    CHECK(decode(Encoding::windows_1252, "Zo\xE9 \x8Cuf \x80", step) == "Zoé Œuf €");
    CHECK(decode(Encoding::iso_8859_1, "Zo\xE9 \xA4", step) == "Zoé ¤");
    CHECK(decode(Encoding::iso_8859_15, "Zo\xE9 \xBCuf \xA4", step) == "Zoé Œuf €");
    CHECK(decode(Encoding::cp850, "Zo\x82 \x90TE", step) == "Zoé ÉTE");
    CHECK(decode(Encoding::utf16le, "Z\0o\0\xE9\0\x3D\xD8\x00\xDE"sv, step) == "Zoé😀");
    CHECK(decode(Encoding::utf16be, "\0Z\0o\0\xE9\xD8\x3D\xDE\x00"sv, step) == "Zoé😀");
  }
}

TEST_CASE("bytes that do not fit are a fault, never a guess") {
  for (const std::size_t step : {1, 1000}) {
    CHECK(decode(Encoding::utf8, "Zo\xE9 ", step) == "CH-TXT-001");
    CHECK(decode(Encoding::utf8, "Zo\xC3", step) == "CH-TXT-001");
    CHECK(decode(Encoding::utf8, "\xC0\xAF", step) == "CH-TXT-001");          // overlong
    CHECK(decode(Encoding::utf8, "\xED\xA0\x80", step) == "CH-TXT-001");      // surrogate
    CHECK(decode(Encoding::utf8, "\xF4\x90\x80\x80", step) == "CH-TXT-001");  // above U+10FFFF
    CHECK(decode(Encoding::windows_1252, "a\x81z", step) == "CH-TXT-001");
    CHECK(decode(Encoding::iso_8859_15, "l\x92\x65t\xE9", step) ==
          "CH-TXT-001");  // C1: really windows-1252
    CHECK(decode(Encoding::utf16le, "Z\0o"sv, step) == "CH-TXT-001");
    CHECK(decode(Encoding::utf16le, "\x00\xDEZ\0"sv, step) == "CH-TXT-001");
    CHECK(decode(Encoding::windows_1252, "a\0b"sv, step) == "CH-TXT-004");
  }
}

TEST_CASE("UTF-8 declared as a single-byte encoding is recognised") {
  CHECK(decode(Encoding::windows_1252, "Pr\xC3\xA9nom;Zo\xC3\xA9") == "CH-TXT-003");
  CHECK(decode(Encoding::cp850, "Pr\xC3\xA9nom") == "CH-TXT-003");
  CHECK(decode(Encoding::windows_1252, "prix \xE2\x82\xAC") == "CH-TXT-003");
  CHECK(decode(Encoding::windows_1252, "No\xC3\xABlle") == "CH-TXT-003");
  CHECK(decode(Encoding::windows_1252, "Pr\xE9nom\nZo\xC3\xA9") == "CH-TXT-002");
  CHECK(decode(Encoding::windows_1252, "Pr\xC3\xA9nom\nZo\xE9 ") == "CH-TXT-002");
}

TEST_CASE("good windows-1252 that looks a little like UTF-8 is read") {
  CHECK(decode(Encoding::windows_1252,
               "PRIX FIX\xC9\xA0: \xAB R\xC9"
               "F\xC9R\xC9\x94 \xBB") == "PRIX FIXÉ\u00A0: « RÉFÉRÉ” »");
  CHECK(decode(Encoding::windows_1252, "IRM\xC3\xA0 IRM\xC3\x92S") == "IRMÃ\u00A0 IRMÃ’S");
}

TEST_CASE("double encoding is found, right text is not taken for it") {
  CHECK(find_double_encoding("PrÃ©nom") == 2);
  CHECK(find_double_encoding("NÂ° dossier") == 1);
  CHECK(find_double_encoding("lâ€™été") == 1);
  CHECK(find_double_encoding("voilÃ\u00A0 ") == 4);
  CHECK(find_double_encoding("CÃ‰LESTE") == 1);
  for (const std::string_view good :
       {"Prénom SÃO JOÃO", "« IRMÃ »", "IRMÃ’S", "Âge", "âgé de 3 ans", "1 €", "Ã", "Ã\u00A0"})
    CHECK_MESSAGE(find_double_encoding(good) == good.npos, good);
}

TEST_CASE("a character that the target lacks is replaced and counted, or refused") {
  TextEncoder encoder(Encoding::windows_1252);
  std::string out;
  CHECK(encoder.add("Ştefan Œuvré €", '?', out));
  CHECK(out == "?tefan \x8Cuvr\xE9 \x80");
  CHECK(encoder.replaced() == 1);
  CHECK_FALSE(encoder.add("Łucja", {}, out));
}

TEST_CASE("what one encodes, the same encoding decodes") {
  for (const Encoding encoding :
       {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::windows_1252,
        Encoding::iso_8859_1, Encoding::iso_8859_15, Encoding::cp850}) {
    TextEncoder encoder(encoding);
    std::string bytes;
    const std::string_view text = "Éléonore, ça coûte 3 ½ ¥ ; naïve";
    std::string expected(text);
    if (encoding == Encoding::iso_8859_15) expected.replace(expected.find("½"), 2, "?");
    REQUIRE(encoder.add(text, '?', bytes));
    CHECK_MESSAGE(decode(encoding, bytes) == expected, name_of(encoding));
    CHECK(encoding_named(name_of(encoding)) == encoding);
  }
}

TEST_CASE("each kind of line end counts once") {
  CHECK(count_lines("a\nb\r\nc\rd\n\n") == 5);
  CHECK(count_lines("a\r") == 1);
}
