// The file of this folder that sees qpdf. It is C++17: clang 14 does not compile qpdf's headers as
// C++20.
#include "gateway/codec/pdf.h"

#include <algorithm>
#include <array>
#include <exception>
#include <set>
#include <string_view>

#define POINTERHOLDER_TRANSITION 4  // std::shared_ptr only
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <zlib.h>

namespace charmille::codec {
namespace {

constexpr std::size_t tail_size = 1024;
constexpr std::uint64_t largest_whole = 4 * largest_pdf_stream;

/// What `data` inflates to, counted up to `limit`.
std::uint64_t inflated_size(std::string_view data, std::uint64_t limit) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return 0;
  std::array<unsigned char, 32 * 1024> out;
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  int state = Z_OK;
  while (state == Z_OK && stream.total_out <= limit) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    state = inflate(&stream, Z_NO_FLUSH);
  }
  inflateEnd(&stream);
  return stream.total_out;
}

/// Whether any stream is a bomb. qpdf opens those that hold objects without a limit, and their
/// names can be disguised, so that all are looked at.
bool has_bomb(std::string_view bytes) {
  std::uint64_t left = largest_whole;
  for (std::size_t at = bytes.find("stream"); at != bytes.npos; at = bytes.find("stream", at)) {
    at += std::string_view("stream").size();
    std::size_t first = at;
    while (first < bytes.size() && (bytes[first] == '\r' || bytes[first] == '\n')) ++first;
    const std::string_view data = bytes.substr(first);
    if (data.empty() || (static_cast<unsigned char>(data[0]) & 0x0F) != 8) continue;  // no zlib
    const std::uint64_t size = inflated_size(data, std::min(left, largest_pdf_stream));
    if (size > largest_pdf_stream || size >= left) return true;
    left -= size;
  }
  return false;
}

/// An action that does more than turn to a page.
bool is_active(QPDFObjectHandle& dictionary) {
  static const std::set<std::string> harmful = {"/JavaScript", "/Launch",          "/SubmitForm",
                                                "/ImportData", "/GoToR",           "/GoToE",
                                                "/Rendition",  "/RichMediaExecute"};
  if (dictionary.hasKey("/JS") || dictionary.hasKey("/JavaScript")) return true;
  QPDFObjectHandle kind = dictionary.getKey("/S");
  return kind.isName() && harmful.count(kind.getName()) != 0;
}

bool holds_file(QPDFObjectHandle& dictionary) {
  return dictionary.hasKey("/EF") || dictionary.hasKey("/EmbeddedFiles") ||
         dictionary.isDictionaryOfType("/EmbeddedFile");
}

/// A dictionary and what stands directly in it; what it refers to is an object of its own.
void look_into(QPDFObjectHandle object, PdfFacts& facts, int depth) {
  constexpr int deepest = 50;
  if (depth > deepest) return void(facts.active = true);  // nobody writes that: not to be trusted
  if (object.isArray()) {
    for (const QPDFObjectHandle& item : object.getArrayAsVector())
      if (!item.isIndirect()) look_into(item, facts, depth + 1);
    return;
  }
  if (object.isStream()) object = object.getDict();
  if (!object.isDictionary()) return;
  facts.active = facts.active || is_active(object);
  facts.files = facts.files || holds_file(object);
  for (const std::string& key : object.getKeys())
    if (QPDFObjectHandle item = object.getKey(key); !item.isIndirect())
      look_into(item, facts, depth + 1);
}

void inspect(QPDF& pdf, const std::string& bytes, PdfFacts& facts) {
  pdf.setSuppressWarnings(true);
  pdf.setAttemptRecovery(false);
  try {
    pdf.processMemoryFile("document", bytes.data(), bytes.size());
  } catch (const QPDFExc& error) {
    facts.encrypted = error.getErrorCode() == qpdf_e_password;
    return;
  }
  facts.encrypted = pdf.isEncrypted();
  for (const QPDFObjectHandle& object : pdf.getAllObjects()) look_into(object, facts, 0);
  facts.whole = pdf.getRoot().isDictionary() && pdf.getRoot().getKey("/Pages").isDictionary() &&
                !pdf.anyWarnings();
}

}  // namespace

PdfFacts inspect_pdf(const std::string& bytes) {
  PdfFacts facts;
  const std::string_view all(bytes);
  const std::string_view tail = all.substr(all.size() - std::min(all.size(), tail_size));
  if (all.substr(0, 5) != "%PDF-" || tail.find("%%EOF") == tail.npos) return facts;
  facts.swollen = has_bomb(all);
  if (facts.swollen) return facts;
  try {
    QPDF pdf;
    inspect(pdf, bytes, facts);
  } catch (const std::exception&) {
    facts.whole = false;  // what qpdf cannot read as it is, nobody should have to guess
  }
  return facts;
}

}  // namespace charmille::codec
