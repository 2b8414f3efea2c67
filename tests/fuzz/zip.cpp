// Any bytes as an archive of documents, and as one document: no crash, bounded memory, and what is
// read does not depend on batches.
#include <cstdlib>

#include "gateway/codec/codec.h"
#include "gateway/codec/pdf.h"

using namespace charmille;

namespace {

std::string read(const codec::Options& options, const std::string& bytes, std::size_t limit) {
  auto stream = codec::open(options, base::Payload(bytes), "f");
  if (!stream) std::abort();
  std::string rows;
  for (;;) {
    auto batch = (*stream)->next(limit);
    if (!batch) return std::string(batch.error().code);
    for (const tree::Node& row : batch->document.root().find("rows")->items())
      for (const tree::Node& cell : row.items())
        rows += cell.is(tree::Kind::attachment) ? "*" : std::string(cell.chars()) + ';';
    for (const codec::Rejected& one : batch->rejected)
      rows += std::to_string(one.number) + std::string(one.fault.code);
    for (const tree::Attachment& attachment : batch->document.attachments()) {
      const auto content = attachment.bytes.bytes(1 << 20);
      // What was good once is good again.
      if (!content || content->size() != attachment.bytes.size()) std::abort();
    }
    if (batch->last) return rows;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  codec::Options options;
  options.format = codec::Format::zip;
  options.zip.index = "i";
  options.zip.name = "n";
  options.zip.no_index = codec::ZipInput::NoIndex::documents;
  options.zip.names = data[0] % 2 == 0 ? codec::Encoding::cp850 : codec::Encoding::utf8;
  options.zip.documents.accept = {"application/pdf", "text/plain", "application/octet-stream"};
  options.zip.documents.max_size = 1 << 16;
  options.zip.max_size = 1 << 20;
  options.zip.max_entries = 20;
  const std::string one = read(options, bytes, 1);
  const std::string all = read(options, bytes, 1000);
  // Batches part accepted rows from rejected ones differently, but hold the same.
  if (one.size() != all.size()) std::abort();
  options.format = codec::Format::document;
  options.document.max_size = 1 << 16;
  read(options, bytes, 1);
  codec::inspect_pdf("%PDF-" + bytes + "\n%%EOF\n");
  return 0;
}
