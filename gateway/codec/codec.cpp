#include "gateway/codec/codec.h"

#include "gateway/codec/streams.h"

namespace charmille::codec {
namespace {

/// Some formats say nothing of a file without what the configuration says of them.
bool lacks_options(const Options& options) {
  return (options.format == Format::xml && options.xml.root.local.empty()) ||
         (options.format == Format::zip && options.zip.name.empty());
}

}  // namespace

Result<std::unique_ptr<RecordStream>> open(const Options& options, const base::Payload& payload,
                                           std::string name) {
  if (options.format == Format::json && !options.json.each)
    return make_document_stream(options.json, payload, std::move(name));
  if (lacks_options(options))
    return fail("CH-FMT-002", {std::move(name), 0, 0, {}},
                {{"format", std::string(spec(options.format).name)}});
  if (options.format == Format::xml) return make_xml_stream(options.xml, payload, std::move(name));
  if (options.format == Format::zip) return make_zip_stream(options.zip, payload, std::move(name));
  if (options.format == Format::document)
    return make_single_stream(options.document, payload, std::move(name));
  auto reader = payload.open();
  if (!reader) return fail(std::move(reader.error()));
  switch (options.format) {
    case Format::csv:
      return make_csv_stream(options.csv, std::move(*reader), std::move(name));
    case Format::ndjson:
      return make_line_stream(options.json, std::move(*reader), std::move(name));
    case Format::records:
    case Format::fixed:
      return make_lines_stream(options.lines, std::move(*reader), payload.size(), std::move(name));
    default:
      break;
  }
  return make_item_stream(options.json, std::move(*reader), std::move(name));
}

const Envelope& RecordStream::envelope() const {
  static const Envelope none;
  return none;
}

std::unique_ptr<Encoder> make_encoder(const OutputOptions& options) {
  if (options.format == Format::csv) return make_csv_encoder(options.csv);
  if (options.format == Format::zip) return make_zip_encoder(options.zip);
  return make_json_encoder(options);
}

Result<Encoded> encode(const OutputOptions& options, const tree::Document& document,
                       const tree::Node& node) {
  const auto encoder = make_encoder(options);
  Encoded encoded;
  const bool many = node.is(tree::Kind::array);
  for (const tree::Node& record : many ? node.items() : std::span(&node, 1))
    if (auto added = encoder->add(document, record, encoded.bytes); !added)
      return fail(std::move(added.error()));
  if (auto finished = encoder->finish(encoded.bytes); !finished)
    return fail(std::move(finished.error()));
  encoded.remarks = encoder->remarks();
  return encoded;
}

}  // namespace charmille::codec
