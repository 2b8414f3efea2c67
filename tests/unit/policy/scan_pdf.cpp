// A secret in each corner of a PDF, and PDFs that cannot be searched.
#include <algorithm>

#include <doctest/doctest.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/policy/scan.h"
#include "tests/unit/policy/carriers.h"

using namespace charmille;
using namespace charmille::policy;
using namespace std::literals;

namespace {

const std::vector<std::string> letter{"Compte rendu de la visite du 12 juin.",
                                      "Rayan va bien, il mange bien.",
                                      "Il va a la piscine le mercredi."};

ScanResult scan(const std::string& pdf, ScanLimits limits = {}) {
  const Scanner scanner(
      {{SecretKind::establishment, Spread::own, 0, "stays[0].establishment", {"LESTROISTILLEULS"}}},
      limits);
  auto result = scanner.scan(base::Payload(pdf), "application/pdf");
  REQUIRE(result);
  return std::move(*result);
}

bool has(const ScanResult& result, Carrier carrier, std::string_view place) {
  return std::ranges::find(result.hits, Hit{0, carrier, std::string(place)}) != result.hits.end();
}

bool is_held(const ScanResult& result, Obstacle why, std::string_view place = {}) {
  return std::ranges::find(result.unread, Unread{why, std::string(place)}) != result.unread.end();
}

std::vector<std::string> with(std::vector<std::string> lines,
                              std::initializer_list<std::string> more) {
  lines.insert(lines.end(), more);
  return lines;
}

/// An image of that many pixels a side.
std::string image(int side) {
  const std::string size = std::to_string(side);
  return stream_of("/Type/XObject/Subtype/Image/Width " + size + "/Height " + size +
                       "/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode",
                   deflated(std::string(static_cast<std::size_t>((side + 7) / 8 * side), '\x55')));
}

std::string form(const std::string& content, const std::string& resources = {}) {
  return stream_of("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>" +
                       resources + ">>",
                   content);
}

const std::string page = "pdf.page[1]";

}  // namespace

TEST_CASE("a letter without a secret is clear, however it is compressed") {
  const std::string pdf =
      pdf_of({.content = text_operators(letter), .info = "/Title (Compte rendu)/Author (Service)"});
  CHECK(scan(pdf).clear());
  CHECK(scan(with_object_streams(pdf)).clear());
  CHECK(scan(pdf_of({.content = text_operators(letter), .compressed = false})).clear());
  CHECK(scan(pdf_of({.content = ""})).clear());  // an empty page
}

TEST_CASE(
    "the text of a page is found in one line, over lines, hyphenated, in pieces and in hidden "
    "layers") {
  for (const auto& lines :
       {with(letter, {"MECS Les Trois Tilleuls"}), with(letter, {"MECS Les Trois", "Tilleuls"}),
        with(letter, {"MECS Les Trois Til-", "leuls"})}) {
    const std::string pdf = pdf_of({.content = text_operators(lines)});
    CHECK(has(scan(pdf), Carrier::text, page));
    CHECK(has(scan(with_object_streams(pdf)), Carrier::text, page));
    CHECK(scan(pdf).unread.empty());
  }
  const std::string start = text_operators(letter) + "BT /F1 12 Tf 72 400 Td ";
  for (const char* operators :
       {"[(Les T)-20(rois)-300(Til)10(leuls)] TJ ET", "3 Tr (Les Trois Tilleuls) Tj ET",
        "<4C65732054726F69732054696C6C65756C73> Tj ET",
        "(Les) Tj 40 0 Td (Trois) Tj 40 0 Td (Tilleuls) Tj ET",
        "0 -9000 Td (Les Trois Tilleuls) Tj ET", "1 1 1 rg (Les\\040Trois Tilleuls) Tj ET"})
    CHECK_MESSAGE(has(scan(pdf_of({.content = start + operators})), Carrier::text, page),
                  operators);
}

TEST_CASE("a text in a form that a page draws is found") {
  const std::string pdf = pdf_of({.content = text_operators(letter) + "/A Do",
                                  .resources = "/XObject<</A 7 0 R>>",
                                  .objects = {form(text_operators({"Les Trois Tilleuls"}))}});
  CHECK(has(scan(pdf), Carrier::text, page));
}

TEST_CASE("a font that names its characters only in its table is read through it") {
  // The codes say "abc", the table says "Les Trois Tilleuls".
  std::string map =
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
      "1 begincodespacerange <00> <FF> endcodespacerange\n18 beginbfchar\n";
  const std::string text = "Les Trois Tilleuls";
  std::string codes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char line[32];
    std::snprintf(line, sizeof(line), "<%02zX> <%04X>\n", i + 1, static_cast<unsigned>(text[i]));
    map += line;
    std::snprintf(line, sizeof(line), "%02zX", i + 1);
    codes += line;
  }
  map += "endbfchar\nendcmap CMapName currentdict /CMap defineresource pop end end\n";
  const std::string pdf =
      pdf_of({.content = text_operators(letter) + "BT /F2 12 Tf 72 300 Td <" + codes + "> Tj ET",
              .resources = "/Properties<<>>",
              .objects = {"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 8 0 R>>",
                          stream_of("", map)}});
  std::string with_font = pdf;
  const auto at = with_font.find("/F1 5 0 R");
  with_font.replace(at, 9, "/F1 5 0 R/F2 7 0 R");
  // The table of positions is now behind by nine bytes.
  const auto shifted = [&](std::string bytes) {
    const auto start = bytes.rfind("startxref\n") + 10;
    const auto xref = bytes.rfind("xref\n0 ", start - 11);
    bytes.replace(start, bytes.find('\n', start) - start, std::to_string(xref));
    std::size_t row = bytes.find("65535 f \n", xref) + 9;
    for (int i = 1; i <= 8; ++i, row += 20) {
      const auto where = bytes.find('\n' + std::to_string(i) + " 0 obj") + 1;
      char digits[16];
      std::snprintf(digits, sizeof(digits), "%010zu", where);
      bytes.replace(row, 10, digits);
    }
    return bytes;
  };
  CHECK(has(scan(shifted(with_font)), Carrier::text, page));
}

TEST_CASE("document information, XMP, bookmarks, notes, fields and names are metadata") {
  const std::string content = text_operators(letter);
  const std::string xmp =
      "<?xpacket begin=''?><x xmlns='x'><a>Les&#32;Trois</a><b>Tilleuls</b></x>";
  const auto metadata = [&](const PdfParts& parts, const char* place = "pdf") {
    return has(scan(pdf_of(parts)), Carrier::metadata, place) &&
           has(scan(with_object_streams(pdf_of(parts))), Carrier::metadata, place);
  };
  CHECK(metadata({.content = content, .info = "/Author (Les Trois Tilleuls)"}));
  CHECK(metadata(
      {.content = content,
       .info = "/Title "
               "<FEFF004C00650073002000540072006F00690073002000540069006C006C00650075006C0073>"}));
  CHECK(metadata({.content = content,
                  .catalog = "/Names<</JavaScript<</Names[(Les Trois Tilleuls) 7 0 R]>>>>",
                  .objects = {"<<>>"}}));
  CHECK(metadata({.content = content,
                  .catalog = "/Outlines 7 0 R",
                  .objects = {"<</Title (Les Trois Tilleuls)>>"}}));
  CHECK(metadata({.content = content,
                  .catalog = "/AcroForm<</Fields[<</T (lieu)/V (Les Trois Tilleuls)>>]>>"}));
  CHECK(has(scan(pdf_of({.content = content,
                         .catalog = "/Metadata 7 0 R",
                         .objects = {stream_of("/Type/Metadata/Subtype/XML", xmp)}})),
            Carrier::metadata, "pdf.object[7]"));
  CHECK(scan(pdf_of({.content = content,
                     .info = "/Author (Les Tilleuls)",
                     .catalog = "/Metadata 7 0 R",
                     .objects = {stream_of("/Type/Metadata/Subtype/XML", "<x/>")}}))
            .clear());
}

TEST_CASE("an attachment is a document of its own, and its name is searched") {
  const auto attached = [](const std::string& name, const std::string& bytes) {
    return scan(
        pdf_of({.content = text_operators(letter),
                .catalog = "/Names<</EmbeddedFiles<</Names[(a) 7 0 R]>>>>",
                .objects = {"<</Type/Filespec/F (" + name + ")/EF<</F 8 0 R>>>>",
                            stream_of("/Type/EmbeddedFile/Filter/FlateDecode", deflated(bytes))}}));
  };
  CHECK(has(attached("a.txt", "Les Trois Tilleuls"), Carrier::text, "pdf.attachment[8]"));
  CHECK(has(attached("a.zip", zip_of({{"b.txt", "Les Trois Tilleuls"}})), Carrier::text,
            "pdf.attachment[8]/zip[1]"));
  CHECK(has(attached("Les-Trois-Tilleuls.txt", "x"), Carrier::name, "pdf"));
  CHECK(is_held(attached("a.png", "\x89PNG\r\n\x1A\n"), Obstacle::image, "pdf.attachment[8]"));
  CHECK(attached("a.txt", "bonjour").clear());
}

TEST_CASE("a scanned page is held: without text, with a stamp only, or with letters as outlines") {
  const auto scanned = [](const std::string& content, int side) {
    return scan(pdf_of(
        {.content = content, .resources = "/XObject<</A 7 0 R>>", .objects = {image(side)}}));
  };
  CHECK(is_held(scanned("q 595 0 0 842 0 0 cm /A Do Q", 1000), Obstacle::no_text, page));
  CHECK(is_held(scanned("q 595 0 0 842 0 0 cm /A Do Q", 10), Obstacle::no_text, page));
  CHECK(is_held(
      scanned("q 595 0 0 842 0 0 cm /A Do Q " + text_operators({"Recu le 12 juin 2026"}), 1000),
      Obstacle::no_text, page));
  CHECK(scanned(text_operators(letter) + "q 50 0 0 50 0 0 cm /A Do Q", 60).clear());  // a logo
  std::string outlines;
  for (int i = 0; i < 600; ++i) outlines += "0 0 m 1 1 2 2 3 3 c f ";
  CHECK(is_held(scan(pdf_of({.content = outlines + text_operators({"1"})})), Obstacle::no_text,
                page));
  CHECK(is_held(scan(pdf_of({.content = "10 10 20 20 re f"})), Obstacle::no_text, page));
  CHECK(is_held(scan(pdf_of({.content = "BI /W 8 /H 8 /BPC 1 /CS /G ID 12345678 EI"})),
                Obstacle::no_text, page));
}

TEST_CASE("an encrypted PDF is held, even one that opens without a password") {
  const std::string pdf = pdf_of({.content = text_operators(letter)});
  CHECK(is_held(scan(encrypted(pdf, "secret")), Obstacle::encrypted));
  CHECK(is_held(scan(encrypted(pdf, "")), Obstacle::encrypted));
}

TEST_CASE("a PDF that is broken, cut or no PDF is held") {
  const std::string pdf = pdf_of({.content = text_operators(letter)});
  for (std::size_t cut = 10; cut < pdf.size() - 8; cut += 97)
    CHECK_FALSE(scan(pdf.substr(0, cut)).clear());
  CHECK(is_held(scan("%PDF-1.7\nLes Trois Tilleuls"), Obstacle::damaged));
  CHECK(
      is_held(scan(pdf_of({.content = text_operators(letter), .resources = "/XObject<</A 99 0 R"})),
              Obstacle::damaged));
}

TEST_CASE("PDF bombs are held at once") {
  const std::string zeros = deflated(std::string(40'000'000, ' '));
  const auto flate = [](const std::string& bytes) {
    return stream_of("/Filter/FlateDecode", bytes);
  };
  CHECK(
      is_held(scan(pdf_of({.content = std::string(70'000'000, ' ')})), Obstacle::too_large, page));
  CHECK(is_held(scan(pdf_of({.content = "", .objects = {flate(zeros), flate(zeros), flate(zeros)}}),
                     {.total = 50'000'000}),
                Obstacle::too_large));
  CHECK(is_held(
      scan(pdf_of({.content = "",
                   .objects = {stream_of("/Filter[/FlateDecode/FlateDecode]", deflated(zeros))}}),
           {.total = 30'000'000}),
      Obstacle::too_large));
  // Forms that draw forms, ten times each: a billion pages' worth of text in two kilobytes.
  std::vector<std::string> forms;
  for (int i = 0; i < 12; ++i) {
    std::string content;
    for (int k = 0; k < 10; ++k) content += "/N Do ";
    forms.push_back(form(content, "/XObject<</N " + std::to_string(i + 8) + " 0 R>>"));
  }
  forms.push_back(form(text_operators(letter)));
  CHECK(is_held(
      scan(pdf_of({.content = "/N Do", .resources = "/XObject<</N 7 0 R>>", .objects = forms})),
      Obstacle::too_large, page));
  // A form that draws itself draws nothing more.
  const ScanResult own = scan(pdf_of({.content = text_operators(letter) + "/N Do",
                                      .resources = "/XObject<</N 7 0 R>>",
                                      .objects = {form("/N Do", "/XObject<</N 7 0 R>>")}}));
  CHECK(own.hits.empty());
}

TEST_CASE("what cannot be read of a cleared document is no obstacle; a secret in it still is") {
  const auto searched = [](const std::string& pdf, const Cleared& cleared) {
    const Scanner scanner({{SecretKind::establishment,
                            Spread::own,
                            0,
                            "stays[0].establishment",
                            {"LESTROISTILLEULS"}}},
                          {}, cleared);
    auto result = scanner.scan(base::Payload(pdf), "application/pdf");
    REQUIRE(result);
    return std::move(*result);
  };
  const auto digest = [](const std::string& bytes) { return base::to_hex(crypto::sha256(bytes)); };
  PdfParts parts;
  parts.content = "q 595 0 0 842 0 0 cm /Im Do Q";
  parts.resources = "/XObject<</Im 7 0 R>>";
  parts.objects = {image(1000)};
  const std::string scanned = pdf_of(parts);
  CHECK(!searched(scanned, {}).clear());
  CHECK(!searched(scanned, {digest("another")}).clear());
  CHECK(searched(scanned, {digest(scanned)}).clear());
  const std::string locked = encrypted(scanned, "password");
  CHECK(!searched(locked, {digest(scanned)}).clear());
  CHECK(searched(locked, {digest(locked)}).clear());

  parts.info = "/Title (Les Trois Tilleuls)";
  const std::string telling = pdf_of(parts);
  const ScanResult found = searched(telling, {digest(telling)});
  CHECK(found.unread.empty());
  CHECK(has(found, Carrier::metadata, "pdf"));
  // Also where it stands in something else.
  const std::string archive = zip_of({{"a.pdf", scanned}, {"b.pdf", telling}});
  CHECK(searched(archive, {digest(scanned)}).unread.size() == 1);
  CHECK(searched(base64(scanned), {digest(scanned)}).clear());
  CHECK(!searched(base64(scanned), {}).clear());
}
