// Archives of documents: the index and its rows, the limits, and what hostile archives try.
#include <filesystem>

#include "gateway/base/bytes.h"
#include "gateway/codec/blocks.h"
#include "gateway/crypto/digest.h"
#include "tests/unit/codec/documents.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;

namespace {

using Codes = std::vector<std::string>;

Options options(std::string_view more = {}) {
  const std::string json = R"({"format":"zip","index":{"file":"index.csv"},"name":"Fichier",
      "sha256":"Empreinte")" +
                           (more.empty() ? std::string() : "," + std::string(more)) + "}";
  const auto document = read_json(json, "conf.json");
  REQUIRE(document);
  const auto read = read_options(*document, document->root());
  if (!read) FAIL(base::describe(read.error(), base::Language::en));
  return *read;
}

std::string digest_of(std::string_view bytes) {
  return base::to_hex(crypto::sha256(bytes));
}

/// An index of these documents, then the documents.
std::vector<ZipFile> with_index(const std::vector<ZipFile>& documents) {
  std::string index = "Id;Fichier;Empreinte\r\n";
  for (std::size_t i = 0; i < documents.size(); ++i)
    index += std::to_string(i + 1) + ';' + documents[i].name + ';' + digest_of(documents[i].bytes) +
             "\r\n";
  std::vector<ZipFile> files{{"index.csv", index}};
  files.insert(files.end(), documents.begin(), documents.end());
  return files;
}

Reading read_zip(const std::vector<ZipFile>& files, std::string_view more = {}) {
  return read(options(more), base::Payload(zip_of(files)));
}

std::string refused(const std::vector<ZipFile>& files, std::string_view more = {}) {
  return read_zip(files, more).code();
}

Codes rejected(const Reading& r) {
  Codes out;
  for (const Rejected& one : r.rejected)
    out.push_back(std::string(one.fault.code) + " " + std::to_string(one.line));
  return out;
}

const tree::Attachment& attachment(const Reading& r, std::size_t row, std::string_view name) {
  const tree::Node& node = *r.rows.at(row)->find(name);
  REQUIRE(node.is(tree::Kind::attachment));
  for (const tree::Document& document : r.documents)
    for (const tree::Node& one : document.root().find("rows")->items())
      if (&one == r.rows[row]) return document.attachments()[node.attachment_index()];
  FAIL("no document");
  return r.documents[0].attachments()[0];
}

}  // namespace

TEST_CASE("the rows of the index come with their documents") {
  const std::string a = small_pdf();
  const std::string b = small_pdf("/Lang(fr)");
  const Reading r = read_zip(with_index({{"Pièces/", ""}, {"Pièces/a.pdf", a}, {"b.pdf", b}}));
  CHECK(r.code() == "");
  // The folder is in the index by mistake: it is no document.
  CHECK(rejected(r) == Codes{"CH-ZIP-013 2"});
  REQUIRE(r.rows.size() == 2);
  CHECK(r.remarks.empty());
  CHECK(r.cell(0, "Id") == "2");
  CHECK(r.cell(0, "document-media-type") == "application/pdf");
  CHECK(r.cell(0, "document-size") == std::to_string(a.size()));
  CHECK(r.cell(1, "document-sha256") == digest_of(b));
  CHECK(r.rows[1]->origin().line == 4);
  CHECK(r.documents[0].place_of(r.rows[1]->origin()).file == "f/index.csv");
  CHECK(attachment(r, 0, "document").media_type == "application/pdf");
  CHECK(attachment(r, 0, "document").bytes.bytes(1 << 20) == a);
  CHECK(attachment(r, 1, "document").bytes.bytes(1 << 20) == b);
  CHECK(attachment(r, 0, "document").bytes.bytes(1 << 20) == a);  // any number of times
}

TEST_CASE("the document's name in a row can be chosen, and may not hide a column") {
  const Reading r = read_zip(with_index({{"a.pdf", small_pdf()}}), R"("as":"piece")");
  REQUIRE(r.rows.size() == 1);
  CHECK(r.cell(0, "piece-media-type") == "application/pdf");
  CHECK(refused(with_index({{"a.pdf", small_pdf()}}), R"("as":"Id")") == "CH-ZIP-012");
}

TEST_CASE("a row without its document, or with another one, is rejected alone") {
  const std::string pdf = small_pdf();
  std::vector<ZipFile> files = with_index({{"a.pdf", pdf}, {"b.pdf", pdf}, {"c.pdf", pdf}});
  files[2].bytes += ' ';
  files.erase(files.begin() + 1);
  files[0].bytes += "4;c.pdf;court\r\n5;;\r\n6;d.pdf\r\n";
  const Reading r = read_zip(files);
  CHECK(r.code() == "");
  CHECK(rejected(r) ==
        Codes{"CH-ZIP-013 2", "CH-ZIP-014 3", "CH-ZIP-020 5", "CH-ZIP-013 6", "CH-CSV-004 7"});
  REQUIRE(r.rows.size() == 1);
  CHECK(r.cell(0, "Id") == "3");
  CHECK(r.rejected[0].number == 1);
  CHECK(r.rejected[3].number == 5);
  CHECK(r.rejected[4].number == 6);
  CHECK(r.rejected[0].raw != r.rejected[1].raw);
}

TEST_CASE("without a digest column no digest is asked for") {
  std::vector<ZipFile> files{{"index.csv", "Id;Fichier\r\n1;a.pdf\r\n"}, {"a.pdf", small_pdf()}};
  CHECK(refused(files) == "CH-CSV-003");
  Options none = options();
  none.zip.sha256.clear();
  CHECK(read(none, base::Payload(zip_of(files))).rows.size() == 1);
}

TEST_CASE("documents that are none are rejected, each for its reason") {
  const Reading r = read_zip(with_index({{"a.pdf",
                                          "\x7F"
                                          "ELF"},
                                         {"b.pdf", "texte"},
                                         {"c.pdf", zip_of({{"x", "y"}})},
                                         {"d.pdf", small_pdf().substr(0, 100)},
                                         {"e.pdf", ""},
                                         {"f.pdf", small_pdf(), true, 0100644, true},
                                         {"g.pdf", std::string(5000, ' ')}}),
                             R"("max-entry":"4KiB")");
  CHECK(r.code() == "");
  CHECK(r.rows.empty());
  CHECK(rejected(r) == Codes{"CH-DOC-002 2", "CH-DOC-001 3", "CH-ZIP-016 4", "CH-DOC-005 5",
                             "CH-DOC-004 6", "CH-ZIP-008 7", "CH-ZIP-004 8"});
}

TEST_CASE("an archive without its index is refused, unless its documents may come alone") {
  const std::vector<ZipFile> files{{"a.pdf", small_pdf()}, {"b.zip", zip_of({{"x", "y"}})}};
  CHECK(refused(files) == "CH-ZIP-010");
  const std::string_view alone = R"("index":{"file":"index.csv","missing":"documents"})";
  std::string json = R"({"format":"zip","name":"Fichier",)" + std::string(alone) + "}";
  const auto document = read_json(json, "conf.json");
  const auto lenient = read_options(*document, document->root());
  REQUIRE(lenient);
  const Reading r = read(*lenient, base::Payload(zip_of(files)), 1);
  CHECK(r.remarks == Codes{"CH-ZIP-011"});
  REQUIRE(r.rows.size() == 1);
  CHECK(r.cell(0, "Fichier") == "a.pdf");
  CHECK(attachment(r, 0, "document").bytes.bytes(1 << 20) == small_pdf());
  REQUIRE(r.rejected.size() == 1);
  CHECK(r.rejected[0].fault.code == "CH-ZIP-016");
  CHECK(r.rejected[0].fault.place.path == "[2]");
  CHECK(r.rejected[0].number == 2);
}

TEST_CASE("names that lead out, links and devices refuse the archive") {
  for (const char* const name :
       {"../a.pdf", "a/../../b.pdf", "/tmp/a.pdf", "..\\a.pdf", "C:a.pdf", "a/.."}) {
    CAPTURE(name);
    CHECK(refused(with_index({{name, small_pdf()}})) == "CH-ZIP-006");
  }
  CHECK(refused(with_index({{"a..b/c...pdf", small_pdf()}})) == "");
  CHECK(refused(with_index({{"lien", "/etc/passwd", true, 0120777}})) == "CH-ZIP-007");
  CHECK(refused(with_index({{"tube", "", true, 0010644}})) == "CH-ZIP-007");
  CHECK_FALSE(std::filesystem::exists("/tmp/a.pdf"));
}

TEST_CASE("a fault shows the number of an entry, never its name") {
  const Reading r = read_zip({{"index.csv", "x"}, {"../E01002_Jugement.pdf", "x"}});
  REQUIRE(r.refused);
  const std::string text = base::describe(*r.refused, base::Language::fr);
  CHECK(text.find("E01002") == text.npos);
  CHECK(text.find("n° 2") != text.npos);
}

TEST_CASE("bombs are refused by the directory, before anything is inflated") {
  const std::string zeros(3 << 20, '\0');
  CHECK(refused(with_index({{"z.pdf", zeros}})) == "CH-ZIP-005");
  CHECK(refused(with_index({{"z.pdf", zeros}}), R"("max-ratio":1100)") == "");
  CHECK(refused(with_index({{"z.pdf", zeros}}), R"("max-size":"1MiB")") == "CH-ZIP-003");
  CHECK(refused(with_index({{"a", "1"}, {"b", "2"}}), R"("max-entries":2)") == "CH-ZIP-002");
  // A directory may be large without many entries to show for it.
  std::vector<ZipFile> long_names;
  for (char c = 'a'; c < 'e'; ++c) long_names.push_back({std::string(60'000, c), "1"});
  CHECK(refused(with_index(long_names), R"("max-entries":5)") == "CH-ZIP-002");
}

TEST_CASE("an archive that is cut, or that lies, is refused") {
  const std::string whole = zip_of(with_index({{"a.pdf", small_pdf()}}));
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{4}, whole.size() / 2, whole.size() - 1}) {
    CAPTURE(size);
    CHECK(read(options(), base::Payload(whole.substr(0, size))).code() == "CH-ZIP-001");
  }
  CHECK(read(options(), base::Payload("Id;Fichier\r\n")).code() == "CH-ZIP-001");
  // The bytes of a document altered: its check sum tells, and the others are good.
  const std::string plain = small_pdf();
  std::string altered =
      zip_of(with_index({{"a.png", "\x89PNG\r\n\x1A\n123456"}, {"b.pdf", plain}}));
  altered[altered.find("123456")] = '9';
  const Reading r = read(options(R"("accept":["image/png","application/pdf"])"),
                         base::Payload(std::move(altered)));
  CHECK(r.code() == "");
  CHECK(rejected(r) == Codes{"CH-ZIP-019 2"});
  CHECK(r.rows.size() == 1);
  // The directory says one byte less than the document inflates to.
  std::string lying = zip_of(with_index({{"a.pdf", plain}}));
  const std::size_t directory = lying.rfind("PK\x01\x02");
  lying[directory + 24] = static_cast<char>(lying[directory + 24] - 1);
  CHECK(rejected(read(options(), base::Payload(lying))) == Codes{"CH-ZIP-019 2"});
}

TEST_CASE("names are read in the encoding that they have, and compared composed") {
  const std::string pdf = small_pdf();
  const auto index = [&](std::string_view name) {
    return ZipFile{"index.csv", "Id;Fichier;Empreinte\r\n1;" + std::string(name) + ';' +
                                    digest_of(pdf) + "\r\n"};
  };
  CHECK(read_zip({index("été.pdf"), {"été.pdf", pdf}}).rows.size() == 1);
  // As a Mac writes it: e, then an accent.
  CHECK(read_zip({index("été.pdf"), {"e\u0301te\u0301.pdf", pdf}}).rows.size() == 1);
  const ZipFile dos{"\x82t\x82.pdf", pdf, false};
  CHECK(read_zip({index("été.pdf"), dos}).rows.size() == 1);
  const ZipFile windows{"\xE9t\xE9.pdf", pdf, false};
  CHECK(read_zip({index("été.pdf"), windows}, R"("names":"windows-1252")").rows.size() == 1);
  CHECK(refused({index("été.pdf"), windows}, R"("names":"utf-8")") == "CH-ZIP-009");
}

TEST_CASE("names alike but for capitals stay apart; the same name twice is nobody's") {
  const std::string a = small_pdf();
  const std::string b = small_pdf("/Lang(fr)");
  const Reading r = read_zip(with_index({{"Pièces/A.pdf", a}, {"pièces/a.PDF", b}}));
  CHECK(r.remarks == Codes{"CH-ZIP-018"});
  REQUIRE(r.rows.size() == 2);
  CHECK(r.cell(0, "document-sha256") == digest_of(a));
  CHECK(r.cell(1, "document-sha256") == digest_of(b));
  std::string twice = zip_of(with_index({{"x.pdf", a}, {"y.pdf", b}}));
  for (std::size_t at = twice.find("y.pdf"); at != twice.npos; at = twice.find("y.pdf", at + 1))
    twice[at] = 'x';
  const Reading same = read(options(), base::Payload(twice));
  CHECK(same.rows.empty());
  CHECK(rejected(same) == Codes{"CH-ZIP-015 2", "CH-ZIP-013 3"});
}

TEST_CASE("files that the index does not name are counted") {
  std::vector<ZipFile> files = with_index({{"a.pdf", small_pdf()}});
  files.push_back({"b.pdf", small_pdf()});
  files.push_back({"dossier/", ""});
  files.push_back({"c.txt", "x"});
  const Reading r = read_zip(files);
  CHECK(r.rows.size() == 1);
  CHECK(r.remarks == Codes{"CH-ZIP-017"});
}

TEST_CASE("what is read does not depend on how the payload comes, nor on batches") {
  std::vector<ZipFile> documents;
  for (int i = 0; i < 20; ++i)
    documents.push_back({"d" + std::to_string(i) + ".pdf", small_pdf("/N " + std::to_string(i))});
  const std::string bytes = zip_of(with_index(documents));
  const Reading usual = read(options(), base::Payload(bytes), 1000);
  const Reading dripping = read(options(), drip(bytes, 7), 3);
  REQUIRE(usual.rows.size() == 20);
  REQUIRE(dripping.rows.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(dripping.cell(i, "document-sha256") == digest_of(documents[i].bytes));
    CHECK(usual.cell(i, "document-sha256") == digest_of(documents[i].bytes));
  }
}

TEST_CASE("blocks give any place of a payload larger than what they hold") {
  std::string bytes(20 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); i += 97) bytes[i] = static_cast<char>(i >> 8);
  Blocks blocks{base::Payload(bytes)};
  std::string buffer(200'000, '\0');
  for (const std::size_t at : {std::size_t{19 << 20}, std::size_t{0}, std::size_t{5'000'000},
                               std::size_t{1}, bytes.size() - 10}) {
    const auto count = blocks.read(at, buffer);
    REQUIRE(count);
    CHECK(*count == std::min(buffer.size(), bytes.size() - at));
    CHECK(std::string_view(buffer).substr(0, *count) == std::string_view(bytes).substr(at, *count));
  }
  CHECK(blocks.read(bytes.size(), buffer) == 0U);
}
