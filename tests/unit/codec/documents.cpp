#include "tests/unit/codec/documents.h"

#include <zip.h>

#include <doctest/doctest.h>

namespace charmille::codec::test {

std::string pdf_of(const std::vector<std::string>& objects, std::string_view trailer) {
  std::string out = "%PDF-1.4\n";
  std::string table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string offset = std::to_string(out.size());
    table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string start = std::to_string(out.size());
  const std::string count = std::to_string(objects.size() + 1);
  return out + "xref\n0 " + count + "\n0000000000 65535 f \n" + table + "trailer\n<</Size " +
         count + " /Root 1 0 R " + std::string(trailer) + ">>\nstartxref\n" + start + "\n%%EOF\n";
}

std::string small_pdf(std::string_view more) {
  return pdf_of({"<</Type/Catalog/Pages 2 0 R " + std::string(more) + ">>",
                 "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                 "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"});
}

std::string zip_of(const std::vector<ZipFile>& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
  REQUIRE(buffer != nullptr);
  zip_source_keep(buffer);
  zip_t* const zip = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
  REQUIRE(zip != nullptr);
  for (const ZipFile& file : files) {
    const zip_flags_t names = file.utf8 ? ZIP_FL_ENC_UTF_8 : ZIP_FL_ENC_CP437;
    const bool folder = file.name.ends_with('/');
    const zip_int64_t at =
        folder
            ? zip_dir_add(zip, file.name.c_str(), names)
            : zip_file_add(zip, file.name.c_str(),
                           zip_source_buffer(zip, file.bytes.data(), file.bytes.size(), 0), names);
    REQUIRE(at >= 0);
    const auto index = static_cast<zip_uint64_t>(at);
    zip_file_set_external_attributes(zip, index, 0, ZIP_OPSYS_UNIX, file.mode << 16);
    if (file.encrypted) zip_file_set_encryption(zip, index, ZIP_EM_TRAD_PKWARE, "secret");
  }
  REQUIRE(zip_close(zip) == 0);
  REQUIRE(zip_source_open(buffer) == 0);
  zip_source_seek(buffer, 0, SEEK_END);
  std::string out(static_cast<std::size_t>(zip_source_tell(buffer)), '\0');
  zip_source_seek(buffer, 0, SEEK_SET);
  REQUIRE(zip_source_read(buffer, out.data(), out.size()) == static_cast<zip_int64_t>(out.size()));
  zip_source_close(buffer);
  zip_source_free(buffer);
  return out;
}

}  // namespace charmille::codec::test
