#include "gateway/codec/sniff.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/codec/pdf.h"
#include "gateway/codec/text.h"
#include "gateway/crypto/digest.h"

namespace charmille::codec {
namespace {

using namespace std::literals;

constexpr std::size_t head_size = 4096;
constexpr std::string_view elf = "application/x-executable";
constexpr std::string_view pe = "application/vnd.microsoft.portable-executable";
constexpr std::string_view script = "application/x-shellscript";
constexpr std::string_view pdf = "application/pdf";

/// Text has no control characters but those that move the cursor, and is UTF-8 or of one byte a
/// letter.
bool is_text(std::string_view head) {
  return std::ranges::none_of(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || byte == 0x7F;
  });
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::string_view media_type_of(std::string_view head) {
  constexpr std::pair<std::string_view, std::string_view> magics[] = {
      {"%PDF-"sv, pdf},
      {"\x89PNG\r\n\x1A\n"sv, "image/png"},
      {"\xFF\xD8\xFF"sv, "image/jpeg"},
      {"PK\x03\x04"sv, "application/zip"},
      {"PK\x05\x06"sv, "application/zip"},
      {"PK\x07\x08"sv, "application/zip"},
      {"\x1F\x8B"sv, "application/gzip"},
      {"\x7F"
       "ELF"sv,
       elf},
      {"MZ"sv, pe},
      {"#!"sv, script},
      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "application/x-ole-storage"},
      {"Rar!\x1A\x07"sv, "application/vnd.rar"},
      {"7z\xBC\xAF\x27\x1C"sv, "application/x-7z-compressed"},
      {"\x28\xB5\x2F\xFD"sv, "application/zstd"},
      {"<?xml"sv, "application/xml"},
      {"<!DOCTYPE"sv, "text/html"},
      {"<html"sv, "text/html"},
  };
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  for (const auto& [magic, type] : magics)
    if (head.starts_with(magic)) return type;
  return is_text(head) ? "text/plain" : "application/octet-stream";
}

bool is_program(std::string_view media_type) {
  return media_type == elf || media_type == pe || media_type == script;
}

Result<DocumentFacts> read_facts(const base::Payload& document, std::uint64_t max_size) {
  auto reader = document.open();
  if (!reader) return fail(std::move(reader.error()));
  crypto::Sha256 digest;
  DocumentFacts facts;
  std::string head;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const auto count = (*reader)->read(buffer);
    if (!count) return fail(count.error());
    if (*count == 0) break;
    const std::string_view piece(buffer.data(), *count);
    facts.size += piece.size();
    if (facts.size > max_size) return fail("CH-DOC-003", {}, {{"limit", std::to_string(max_size)}});
    head += piece.substr(0, head_size - std::min(head_size, head.size()));
    digest.update(piece);
  }
  facts.media_type = media_type_of(head);
  facts.sha256 = base::to_hex(digest.finish());
  return facts;
}

Result<DocumentVerdict> judge_document(const base::Payload& document, const DocumentFacts& facts,
                                       const DocumentInput& options) {
  DocumentVerdict verdict;
  const auto refuse = [&](std::string_view code, base::Args args = {}) {
    if (!verdict.refused) verdict.refused = fault(code, {}, std::move(args));
  };
  if (facts.size == 0) {
    refuse("CH-DOC-004");
  } else if (is_program(facts.media_type)) {
    refuse("CH-DOC-002");
  } else if (std::ranges::find(options.accept, facts.media_type) == options.accept.end()) {
    refuse("CH-DOC-001",
           {{"found", std::string(facts.media_type)}, {"expected", listed(options.accept)}});
  }
  if (verdict.refused || facts.media_type != pdf) return verdict;
  const auto bytes = document.bytes(options.max_size);
  if (!bytes) return fail(bytes.error());
  const PdfFacts inside = inspect_pdf(*bytes);
  const auto hold_against = [&](std::string_view code) {
    if (options.active == DocumentInput::Active::refuse) return refuse(code);
    verdict.remarks.push_back(fault(code));
  };
  if (inside.swollen)
    refuse("CH-DOC-009", {{"limit", std::to_string(largest_pdf_stream)}});
  else if (inside.encrypted)
    verdict.remarks.push_back(fault("CH-DOC-008"));
  else if (!inside.whole)
    refuse("CH-DOC-005");
  if (inside.active) hold_against("CH-DOC-006");
  if (inside.files) hold_against("CH-DOC-007");
  return verdict;
}

}  // namespace charmille::codec
