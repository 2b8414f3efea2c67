#include "tests/unit/policy/carriers.h"

#include <cstdio>
#include <stdexcept>
#include <zip.h>
#include <zlib.h>

#define POINTERHOLDER_TRANSITION 4
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>

#include "gateway/base/bytes.h"

namespace charmille::policy {
namespace {

void require(bool good) {
  if (!good) throw std::runtime_error("a document for a test could not be made");
}

}  // namespace

std::string deflated(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  require(compress(reinterpret_cast<Bytef*>(out.data()), &size,
                   reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) == Z_OK);
  out.resize(size);
  return out;
}

std::string base64(std::string_view bytes) {
  return base::to_base64(base::as_bytes(bytes));
}

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& members,
                   const char* password) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const whole = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* const archive = zip_open_from_source(whole, ZIP_TRUNCATE, &error);
  require(archive != nullptr);
  zip_source_keep(whole);
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t at = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_GUESS);
    require(at >= 0);
    if (password != nullptr)
      require(zip_file_set_encryption(archive, static_cast<zip_uint64_t>(at), ZIP_EM_AES_256,
                                      password) == 0);
  }
  require(zip_close(archive) == 0);
  zip_stat_t stat;
  zip_source_stat(whole, &stat);
  std::string out(stat.size, '\0');
  zip_source_open(whole);
  zip_source_read(whole, out.data(), out.size());
  zip_source_close(whole);
  zip_source_free(whole);
  return out;
}

std::string stream_of(const std::string& dictionary, const std::string& bytes) {
  return "<<" + dictionary + "/Length " + std::to_string(bytes.size()) + ">>\nstream\n" + bytes +
         "\nendstream";
}

std::string text_operators(const std::vector<std::string>& lines) {
  std::string out = "BT /F1 12 Tf 72 720 Td\n";
  for (const std::string& line : lines) {
    out += '(';
    for (const char c : line) {
      if (c == '(' || c == ')' || c == '\\') out += '\\';
      out += c;
    }
    out += ") Tj 0 -14 Td\n";
  }
  return out + "ET\n";
}

std::string pdf_of(const PdfParts& parts) {
  std::vector<std::string> objects{
      "<</Type/Catalog/Pages 2 0 R" + parts.catalog + ">>",
      "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 "
      "R>>" +
          parts.resources + ">>>>",
      parts.compressed ? stream_of("/Filter/FlateDecode", deflated(parts.content))
                       : stream_of("", parts.content),
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
      "<<" + parts.info + ">>"};
  objects.insert(objects.end(), parts.objects.begin(), parts.objects.end());
  std::string pdf = "%PDF-1.7\n";
  std::string table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char row[32];
    std::snprintf(row, sizeof(row), "%010zu 00000 n \n", pdf.size());
    table += row;
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string size = std::to_string(objects.size() + 1);
  return pdf + "xref\n0 " + size + '\n' + table + "trailer\n<</Size " + size +
         "/Root 1 0 R/Info 6 0 R>>\nstartxref\n" + std::to_string(pdf.size()) + "\n%%EOF\n";
}

namespace {

template <class Settings>
std::string written(const std::string& pdf, Settings settings) {
  QPDF file;
  file.processMemoryFile("pdf", pdf.data(), pdf.size());
  QPDFWriter writer(file);
  writer.setOutputMemory();
  settings(writer);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize()};
}

}  // namespace

std::string encrypted(const std::string& pdf, const char* user_password) {
  return written(pdf, [&](QPDFWriter& writer) {
    writer.setR6EncryptionParameters(user_password, "owner", true, true, true, true, true, true,
                                     qpdf_r3p_full, true);
  });
}

std::string with_object_streams(const std::string& pdf) {
  return written(pdf, [](QPDFWriter& writer) { writer.setObjectStreamMode(qpdf_o_generate); });
}

}  // namespace charmille::policy
