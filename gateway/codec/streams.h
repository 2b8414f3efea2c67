// The record streams of the formats, behind `open`.
#pragma once

#include "gateway/codec/codec.h"

namespace charmille::codec {

/// A batch ends early once its records take so many bytes, so that large ones stay within bounds.
constexpr std::size_t batch_bytes = 16 * 1024 * 1024;

/// Whether the batch has room for one more record.
inline bool has_room(Batch& batch, std::size_t rejected_bytes) {
  return batch.document.arena().taken() + rejected_bytes < batch_bytes;
}

std::unique_ptr<RecordStream> make_csv_stream(const CsvInput& options,
                                              std::unique_ptr<base::Reader> reader,
                                              std::string name);
/// One JSON object a line.
std::unique_ptr<RecordStream> make_line_stream(const JsonInput& options,
                                               std::unique_ptr<base::Reader> reader,
                                               std::string name);
/// The items of one JSON array.
std::unique_ptr<RecordStream> make_item_stream(const JsonInput& options,
                                               std::unique_ptr<base::Reader> reader,
                                               std::string name);
/// One JSON document, as a single batch.
std::unique_ptr<RecordStream> make_document_stream(const JsonInput& options,
                                                   const base::Payload& payload, std::string name);

/// Lines of several types, joined. The whole payload, `size` bytes, is read at the first batch.
std::unique_ptr<RecordStream> make_lines_stream(const LinesInput& options,
                                                std::unique_ptr<base::Reader> reader,
                                                std::uint64_t size, std::string name);
std::unique_ptr<RecordStream> make_xml_stream(const XmlInput& options, const base::Payload& payload,
                                              std::string name);
/// The rows of the index, each with its document.
std::unique_ptr<RecordStream> make_zip_stream(const ZipInput& options, const base::Payload& payload,
                                              std::string name);
/// One row: the payload itself.
std::unique_ptr<RecordStream> make_single_stream(const DocumentInput& options,
                                                 const base::Payload& payload, std::string name);

std::unique_ptr<Encoder> make_csv_encoder(const CsvOutput& options);
std::unique_ptr<Encoder> make_zip_encoder(const ZipOutput& options);
std::unique_ptr<Encoder> make_json_encoder(const OutputOptions& options);

}  // namespace charmille::codec
