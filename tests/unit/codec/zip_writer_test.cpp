// Archives that leave: read back by our own reader, and what is refused rather than written.
#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "tests/unit/codec/documents.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
using tree::Document;
using tree::Node;

namespace {

OutputOptions output() {
  OutputOptions options;
  options.format = Format::zip;
  options.zip.name = "Fichier";
  options.zip.sha256 = "Empreinte";
  return options;
}

Options input() {
  Options options;
  options.format = Format::zip;
  options.zip.index = "index.csv";
  options.zip.name = "Fichier";
  options.zip.sha256 = "Empreinte";
  return options;
}

Node row(Document& d, std::string_view id, std::string_view name, const std::string& bytes) {
  const auto attachment = d.add_attachment({base::Payload(bytes), "application/pdf"});
  return d.object({{"Id", d.text(id)},
                   {"Fichier", d.text(name)},
                   {"Empreinte", d.text(base::to_hex(crypto::sha256(bytes)))},
                   {"document", Node::attachment(attachment)}});
}

/// The bytes, or the code of the fault.
std::string written(const OutputOptions& options, Document& d, const std::vector<Node>& rows) {
  const auto encoded = encode(options, d, d.array(rows));
  if (encoded) return encoded->bytes;
  check_fault(encoded.error());
  return std::string(encoded.error().code);
}

}  // namespace

TEST_CASE("what is written is read back: the rows, and the bytes of each document") {
  Document d;
  const std::string first = small_pdf("/A 1");
  const std::string second = small_pdf("/A 2");
  const std::string bytes = written(
      output(), d, {row(d, "1", "pieces/a.pdf", first), row(d, "2", "pieces/b.pdf", second)});
  const Reading r = read(input(), base::Payload(bytes));
  CHECK(r.code() == "");
  CHECK(r.rejected.empty());
  CHECK(r.remarks.empty());
  REQUIRE(r.rows.size() == 2);
  CHECK(r.cell(1, "Id") == "2");
  const Node& document = *r.rows[1]->find("document");
  REQUIRE(document.is(tree::Kind::attachment));
  const auto content =
      r.documents[0].attachments()[document.attachment_index()].bytes.bytes(1 << 20);
  REQUIRE(content);
  CHECK(*content == second);
}

TEST_CASE("the same documents give the same bytes") {
  Document one;
  Document other;
  const std::string pdf = small_pdf();
  CHECK(written(output(), one, {row(one, "1", "a.pdf", pdf)}) ==
        written(output(), other, {row(other, "1", "a.pdf", pdf)}));
}

TEST_CASE("a name that a system could misread is refused, and a name given twice") {
  for (const char* const name : {"", "../a.pdf", "/a.pdf", "a/../b.pdf", "a\\b.pdf", "C:a.pdf",
                                 "pi\xC3\xA8"
                                 "ce.pdf",
                                 ".cache", "a/", "a//b.pdf", "a b.pdf", "a\nb.pdf"}) {
    CAPTURE(name);
    Document d;
    CHECK(written(output(), d, {row(d, "1", name, "x")}) == "CH-ZIP-021");
  }
  Document d;
  CHECK(written(output(), d, {row(d, "1", "a.pdf", "x"), row(d, "2", "A.PDF", "y")}) ==
        "CH-ZIP-022");
  CHECK(written(output(), d, {row(d, "1", "index.csv", "x")}) == "CH-ZIP-022");
}

TEST_CASE("the same document twice is two lines of the index and one entry") {
  Document d;
  const std::string bytes = small_pdf("/A 1");
  const std::string archive =
      written(output(), d, {row(d, "1", "a.pdf", bytes), row(d, "2", "a.pdf", bytes)});
  const Reading r = read(input(), base::Payload(archive));
  CHECK(r.rows.size() + r.rejected.size() == 2);
  std::size_t entries = 0;
  for (std::size_t at = archive.find("PK\x03\x04"); at != archive.npos;
       at = archive.find("PK\x03\x04", at + 1))
    ++entries;
  CHECK(entries == 2);  // the document, and the index
}

TEST_CASE("a row without its document is refused, and one whose digest is another's") {
  Document d;
  const Node bare = d.object({{"Fichier", d.text("a.pdf")}});
  CHECK(written(output(), d, {bare}) == "CH-ZIP-023");
  const auto attachment = d.add_attachment({base::Payload("x"), {}});
  const Node lying = d.object({{"Fichier", d.text("a.pdf")},
                               {"Empreinte", d.text(std::string(64, '0'))},
                               {"document", Node::attachment(attachment)}});
  CHECK(written(output(), d, {lying}) == "CH-ZIP-024");
}

TEST_CASE("a refused row leaves no trace in the archive") {
  Document d;
  const auto encoder = make_encoder(output());
  std::string bytes;
  REQUIRE(encoder->add(d, row(d, "1", "a.pdf", "first"), bytes));
  const std::string before = bytes;
  CHECK(!encoder->add(d, row(d, "2", "a.pdf", "again"), bytes));
  CHECK(bytes == before);
  REQUIRE(encoder->finish(bytes));
  Options any = input();
  any.zip.documents.accept = {"text/plain"};
  const Reading r = read(any, base::Payload(bytes));
  CHECK(r.code() == "");
  CHECK(r.rows.size() == 1);
}

TEST_CASE("an archive without documents holds its index alone") {
  OutputOptions options = output();
  options.zip.csv.columns = {"Id", "Fichier", "Empreinte"};
  Document d;
  const Reading r = read(input(), base::Payload(written(options, d, {})));
  CHECK(r.code() == "");
  CHECK(r.rows.empty());
}
