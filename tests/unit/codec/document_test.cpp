// One document on an endpoint: what its content says it is, and what a PDF holds.
#include <zlib.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/pdf.h"
#include "gateway/codec/sniff.h"
#include "gateway/crypto/digest.h"
#include "tests/unit/codec/documents.h"
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;
using namespace charmille::codec::test;
using namespace std::literals;

namespace {

using Codes = std::vector<std::string>;

Reading read_document(std::string bytes, DocumentInput document = {}) {
  Options options;
  options.format = Format::document;
  options.document = std::move(document);
  return read(options, base::Payload(std::move(bytes)));
}

std::string refused(std::string bytes, DocumentInput document = {}) {
  return read_document(std::move(bytes), std::move(document)).code();
}

}  // namespace

TEST_CASE("the type of a document is read in its content") {
  CHECK(media_type_of(small_pdf()) == "application/pdf");
  CHECK(media_type_of("\x89PNG\r\n\x1A\n..."sv) == "image/png");
  CHECK(media_type_of("\xFF\xD8\xFF\xE0..."sv) == "image/jpeg");
  CHECK(media_type_of("PK\x03\x04..."sv) == "application/zip");
  CHECK(media_type_of("\x1F\x8B\x08"sv) == "application/gzip");
  CHECK(
      is_program(media_type_of("\x7F"
                               "ELF\x02"sv)));
  CHECK(is_program(media_type_of("MZ\x90"sv)));
  CHECK(is_program(media_type_of("#!/bin/sh\n"sv)));
  CHECK(media_type_of("<?xml version='1.0'?><a/>"sv) == "application/xml");
  CHECK(media_type_of("\xEF\xBB\xBF<?xml version='1.0'?><a/>"sv) == "application/xml");
  CHECK(media_type_of("<!DOCTYPE html>"sv) == "text/html");
  CHECK(media_type_of("Bonjour,\r\n\tl'été"sv) == "text/plain");
  CHECK(media_type_of("a\0b"sv) == "application/octet-stream");
}

TEST_CASE("a document is one row, with its size and digest") {
  const std::string bytes = small_pdf();
  const Reading r = read_document(bytes);
  CHECK(r.code() == "");
  REQUIRE(r.rows.size() == 1);
  CHECK(r.cell(0, "name") == "f");
  CHECK(r.cell(0, "media-type") == "application/pdf");
  CHECK(r.cell(0, "size") == std::to_string(bytes.size()));
  CHECK(r.cell(0, "sha256") == base::to_hex(crypto::sha256(bytes)));
  const tree::Node& document = *r.rows[0]->find("document");
  REQUIRE(document.is(tree::Kind::attachment));
  const tree::Attachment& attachment = r.documents[0].attachments()[document.attachment_index()];
  CHECK(attachment.media_type == "application/pdf");
  CHECK(attachment.bytes.bytes(1 << 20) == bytes);
}

TEST_CASE("only accepted types are taken, and no program whatever is accepted") {
  CHECK(refused("\x7F"
                "ELF\x02"s) == "CH-DOC-002");
  CHECK(refused("du texte") == "CH-DOC-001");
  CHECK(refused("du texte", {.accept = {"text/plain"}}) == "");
  CHECK(refused("") == "CH-DOC-004");
  CHECK(refused(small_pdf(), {.max_size = 100}) == "CH-DOC-003");
}

TEST_CASE("a PDF without its end or its table of objects is refused") {
  const std::string whole = small_pdf();
  for (const std::size_t kept : {whole.size() / 2, whole.size() - 6, whole.size() - 30})
    CHECK(refused(whole.substr(0, kept)) == "CH-DOC-005");
  std::string moved = whole;
  moved.replace(moved.find("startxref\n") + 10, 3, "001");
  CHECK(refused(moved) == "CH-DOC-005");
  CHECK(refused("%PDF-1.4\n%%EOF\n") == "CH-DOC-005");
  CHECK(refused(small_pdf() + std::string(2000, '\n')) == "CH-DOC-005");
}

TEST_CASE("a PDF that runs something is refused, or told where the configuration says so") {
  const std::string scripted = small_pdf("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>");
  CHECK(refused(scripted) == "CH-DOC-006");
  const Reading told = read_document(scripted, {.active = DocumentInput::Active::remark});
  CHECK(told.rows.size() == 1);
  CHECK(told.remarks == Codes{"CH-DOC-006"});
  CHECK(refused(small_pdf("/OpenAction<</S/Launch/F(cmd.exe)>>")) == "CH-DOC-006");
  CHECK(refused(small_pdf("/Names<</JavaScript<</Names[(a)<</S/#4aavaScript/#4aS(x)>>]>>>>")) ==
        "CH-DOC-006");
  CHECK(refused(small_pdf("/AA<</WC<</S/SubmitForm>>>>")) == "CH-DOC-006");
  // To open at a page is no program.
  CHECK(refused(small_pdf("/OpenAction[3 0 R/Fit]")) == "");
  CHECK(refused(small_pdf("/OpenAction<</S/GoTo/D[3 0 R/Fit]>>")) == "");
  CHECK(refused(small_pdf("/Names<</EmbeddedFiles<</Names[]>>>>")) == "CH-DOC-007");
}

TEST_CASE("a script in an object that the catalogue does not show is found") {
  CHECK(refused(pdf_of({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                        "<</Type/Page/Parent 2 0 R/Annots[4 0 R]/MediaBox[0 0 9 9]>>",
                        "<</Type/Annot/Subtype/Widget/A 5 0 R>>", "<</S/JavaScript/JS(x)>>"})) ==
        "CH-DOC-006");
}

TEST_CASE("a PDF whose streams swell is refused before they are opened") {
  const std::string zeros(130 << 20, '\0');
  std::string small(1 << 20, '\0');
  uLongf size = small.size();
  REQUIRE(compress(reinterpret_cast<Bytef*>(small.data()), &size,
                   reinterpret_cast<const Bytef*>(zeros.data()), zeros.size()) == Z_OK);
  small.resize(size);
  const std::string stream =
      "<</Filter/FlateDecode/Length " + std::to_string(size) + ">>stream\n" + small + "\nendstream";
  CHECK(refused(pdf_of({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>",
                        stream})) == "CH-DOC-009");
}

TEST_CASE("an encrypted PDF is taken with a remark") {
  const Reading r =
      read_document(pdf_of({"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>",
                            "<</Filter/Standard/V 1/R 2/P -4/O(" + std::string(32, 'o') + ")/U(" +
                                std::string(32, 'u') + ")>>"},
                           "/Encrypt 3 0 R/ID[(a)(a)]"));
  CHECK(r.code() == "");
  CHECK(r.rows.size() == 1);
  CHECK(r.remarks == Codes{"CH-DOC-008"});
}
