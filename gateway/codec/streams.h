// The record streams of the formats, behind `open`.
#pragma once

#include "gateway/codec/codec.h"

namespace charmille::codec {

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

std::unique_ptr<Encoder> make_csv_encoder(const CsvOutput& options);
std::unique_ptr<Encoder> make_json_encoder(const OutputOptions& options);

}  // namespace charmille::codec
