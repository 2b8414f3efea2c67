// The options of xml, zip and document: defaults, what is written, and what is wrong, at its key.
#include "tests/unit/codec/reading.h"

using namespace charmille;
using namespace charmille::codec;

namespace {

using Codes = std::vector<std::string>;

tree::Document written(std::string_view json) {
  auto document = read_json(json, "conf.json");
  REQUIRE(document);
  return std::move(*document);
}

Codes codes(std::string_view json, Direction direction = Direction::decode) {
  const tree::Document d = written(json);
  Codes out;
  for (const Fault& f : check_options(d, d.root(), direction, "eo")) {
    test::check_fault(f);
    out.push_back(std::string(f.code) + " " + f.place.path);
  }
  return out;
}

Options options(std::string_view json) {
  const tree::Document d = written(json);
  auto read = read_options(d, d.root());
  if (!read) FAIL(base::describe(read.error(), base::Language::en));
  return std::move(*read);
}

}  // namespace

TEST_CASE("names of the xml options are resolved to their namespaces") {
  const XmlInput xml = options(R"({"format":"xml","namespaces":{"a":"urn:a","b":"urn:b"},
      "root":"a:R","each":"a:L/b:E","header":"b:H","attributes":{"version":["1","2"]},
      "footer":{"element":"a:F","checks":{"n":{"count":"b:E"},"s":{"sum":"a:P"}}},
      "key":"id/ins","envelope":{"lot":"H/Lot"},"max-depth":9,"max-text":"8KiB",
      "max-record":"2MiB"})")
                           .xml;
  CHECK(xml.root == QName{"urn:a", "R"});
  CHECK(xml.each == std::vector<QName>{{"urn:a", "L"}, {"urn:b", "E"}});
  CHECK(xml.header == QName{"urn:b", "H"});
  CHECK(xml.attributes.at("version") == Codes{"1", "2"});
  CHECK(xml.footer == QName{"urn:a", "F"});
  REQUIRE(xml.checks.size() == 2);
  CHECK(xml.checks[0].kind == XmlCheck::Kind::count);
  CHECK(xml.checks[1].element == QName{"urn:a", "P"});
  CHECK(xml.key == "id/ins");
  CHECK(xml.lot == "H/Lot");
  CHECK(xml.max_depth == 9);
  CHECK(xml.max_text == 8192);
  CHECK(xml.max_record == 2 << 20);
  const XmlInput bare = options(R"({"format":"xml","root":"R","each":"E"})").xml;
  CHECK(bare.root == QName{"", "R"});
  CHECK(bare.header.local.empty());
  CHECK(bare.max_depth == 64);
  CHECK_FALSE(bare.unqualified);
}

TEST_CASE("wrong xml options are told, each at its key") {
  CHECK(codes(R"({"format":"xml"})") == Codes{"CH-CFG-103 eo.root", "CH-CFG-103 eo.each"});
  CHECK(codes(R"({"format":"xml","root":"a:R","each":"E"})") == Codes{"CH-XML-020 eo.root"});
  const auto with = [](std::string_view more) {
    return R"({"format":"xml","namespaces":{"a":"urn:a"},"root":"a:R","each":"a:E",)" +
           std::string(more) + "}";
  };
  CHECK(codes(with(R"("header":"b:H")")) == Codes{"CH-XML-020 eo.header"});
  CHECK(codes(with(R"("header":"H")")) == Codes{"CH-XML-023 eo.header"});
  CHECK(codes(with(R"("header":"H","unqualified":true)")) == Codes{});
  CHECK(codes(with(R"("header":"a:H/a:I")")) == Codes{"CH-XML-021 eo.header"});
  CHECK(codes(with(R"("key":"id//x")")) == Codes{"CH-XML-021 eo.key"});
  CHECK(codes(with(R"("envelope":{"lot":"@id"})")) == Codes{"CH-XML-021 eo.envelope.lot"});
  CHECK(codes(with(R"("footer":{"element":"a:F","checks":{"n":{},"m":{"count":"a:E","sum":"a:E"},
      "o":{"count":"c:E"}}})")) == Codes{"CH-XML-022 eo.footer.checks.n",
                                         "CH-XML-022 eo.footer.checks.m",
                                         "CH-XML-020 eo.footer.checks.o.count"});
  CHECK(codes(with(R"("max-depth":1)")) == Codes{"CH-CFG-114 eo.max-depth"});
}

TEST_CASE("the index of an archive has the options of csv") {
  const ZipInput zip = options(R"({"format":"zip","name":"Fichier","index":{"file":"i.csv",
      "csv":{"encoding":"windows-1252","delimiter":"tab"}},"max-entry":"2MiB","max-ratio":50,
      "accept":["image/png"],"active-content":"remark","names":"windows-1252"})")
                           .zip;
  CHECK(zip.index == "i.csv");
  CHECK(zip.csv.encoding == Encoding::windows_1252);
  CHECK(zip.csv.delimiter == '\t');
  CHECK(zip.sha256.empty());
  CHECK(zip.as == "document");
  CHECK(zip.no_index == ZipInput::NoIndex::refuse);
  CHECK(zip.names == Encoding::windows_1252);
  CHECK(zip.documents.accept == Codes{"image/png"});
  CHECK(zip.documents.active == DocumentInput::Active::remark);
  CHECK(zip.documents.max_size == 2 << 20);
  CHECK(zip.max_entries == 1000);
  CHECK(zip.max_ratio == 50);
  CHECK(options(R"({"format":"zip","name":"F","index":{"file":"i"}})").zip.csv.delimiter == ';');
  CHECK(codes(R"({"format":"zip","name":"F"})") == Codes{"CH-CFG-103 eo.index"});
  CHECK(codes(R"({"format":"zip","name":"F","index":{"file":"i","csv":{"delimitr":";"}}})") ==
        Codes{"CH-CFG-101 eo.index.csv.delimitr"});
  CHECK(codes(R"({"format":"zip","name":"F","index":{"file":"i","csv":{"delimiter":"ab"}}})") ==
        Codes{"CH-CSV-024 eo.index.csv.delimiter"});
}

TEST_CASE("a document's options have defaults that let PDF in, and no more") {
  const DocumentInput document = options(R"({"format":"document"})").document;
  CHECK(document.accept == Codes{"application/pdf"});
  CHECK(document.max_size == 25 << 20);
  CHECK(document.active == DocumentInput::Active::refuse);
  CHECK(codes(R"({"format":"document","accept":["application/zip"]})")
            .front()
            .starts_with("CH-CFG-11"));
}

TEST_CASE("an archive that leaves says which field names a document") {
  const std::string json = R"({"format":"zip","name":"Fichier","sha256":"Empreinte","as":"piece",
      "index":{"file":"liste.csv","csv":{"encoding":"windows-1252","line-end":"lf"}}})";
  CHECK(codes(json, Direction::encode).empty());
  const tree::Document d = written(json);
  const auto options = read_output_options(d, d.root());
  REQUIRE(options);
  CHECK(options->zip.name == "Fichier");
  CHECK(options->zip.sha256 == "Empreinte");
  CHECK(options->zip.as == "piece");
  CHECK(options->zip.index == "liste.csv");
  CHECK(options->zip.csv.encoding == Encoding::windows_1252);
  CHECK(options->zip.csv.line_end == "\n");
  CHECK_FALSE(codes(R"({"format":"zip"})", Direction::encode).empty());
}

TEST_CASE("what is only read cannot be written") {
  for (const char* const format : {"xml", "document"}) {
    const std::string json = R"({"format":")" + std::string(format) + "\"}";
    CHECK(codes(json, Direction::encode) == Codes{"CH-FMT-001 eo"});
    const tree::Document d = written(json);
    CHECK_FALSE(read_output_options(d, d.root()));
  }
}

TEST_CASE("a format that says nothing without its options is not read without them") {
  for (const Format format : {Format::xml, Format::zip}) {
    Options none;
    none.format = format;
    const auto stream = open(none, base::Payload("<a/>"), "f");
    REQUIRE_FALSE(stream);
    test::check_fault(stream.error());
    CHECK(stream.error().code == "CH-FMT-002");
  }
}
