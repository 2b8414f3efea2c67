// How a partner writes its files: the options of the codecs, typed, and the specification that
// people read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/codec/control_line.h"
#include "gateway/codec/document_options.h"
#include "gateway/codec/lines_options.h"
#include "gateway/codec/text.h"
#include "gateway/codec/xml_options.h"
#include "gateway/tree/spec.h"

namespace charmille::codec {

enum class Format : std::uint8_t { csv, json, ndjson, records, fixed, xml, zip, document };
enum class Direction : std::uint8_t { decode, encode };

std::optional<Format> format_named(std::string_view name);
/// Every format, in the order of the type.
std::span<const Format> all_formats();
/// Whether records can be written in it; all can be read.
bool can_encode(Format format);

struct CsvInput {
  enum class Unknown : std::uint8_t { refuse, remark, accept };

  Encoding encoding = Encoding::utf8;
  char delimiter = ';';
  std::optional<char> quote = '"';
  std::vector<std::string> null_values;  ///< cells that equal one of these become null
  std::size_t max_cell = 64 * 1024;      ///< bytes of UTF-8; larger: the record is rejected
  std::size_t max_record =
      1024 * 1024;  ///< bytes of UTF-8; a quoted text that is longer: the file is refused
  std::vector<std::string> required;  ///< columns that must be there
  std::vector<std::string> known;     ///< columns that may be there besides; empty: any
  Unknown unknown = Unknown::remark;
};

struct JsonInput {
  bool each = false;                        ///< the root is an array whose items are records
  std::size_t max_size = 16 * 1024 * 1024;  ///< bytes of a document that is read whole
  std::size_t max_record = 1024 * 1024;     ///< bytes of one record
  std::size_t max_depth = 64;
};

/// A zip archive of documents; its index is a CSV file that says whose they are.
struct ZipInput {
  enum class NoIndex : std::uint8_t { refuse, documents };

  std::string index;  ///< the name of its entry
  CsvInput csv;
  NoIndex no_index = NoIndex::refuse;
  Encoding names = Encoding::cp850;  ///< of entries that do not say that they are UTF-8
  std::string name;                  ///< the column of the index that names the document's entry
  std::string sha256;                ///< the column with its digest; empty: none
  std::string as = "document";       ///< the name of the attachment in a row
  DocumentInput documents;           ///< its max-size is that of one entry
  std::uint64_t max_size = 512ULL << 20;  ///< bytes of all entries once opened
  std::size_t max_entries = 1000;
  std::uint64_t max_ratio = 100;  ///< of the size of an entry to its compressed size
};

/// Of a source: bytes to records.
struct Options {
  Format format = Format::csv;
  CsvInput csv;
  JsonInput json;
  LinesInput lines = {};  ///< of `records` and `fixed`
  XmlInput xml{};
  ZipInput zip{};
  DocumentInput document{};
};

struct CsvOutput {
  enum class Quoting : std::uint8_t { needed, always, never };

  Encoding encoding = Encoding::utf8;
  char delimiter = ';';
  char quote = '"';
  Quoting quoting = Quoting::needed;
  std::string line_end = "\r\n";
  bool header = true;
  std::vector<std::string> columns;  ///< their order; empty: the keys of the first record
  char decimal = '.';                ///< of numbers
  bool mark = false;                 ///< byte order mark
  bool neutralise_formulas = false;
  std::optional<char>
      replacement;  ///< for characters that the encoding lacks; none: they are refused
  std::string null_text;
  ControlLine first_line;  ///< before the header; no parts: none
  ControlLine last_line;
};

struct JsonOutput {
  bool each = true;  ///< an array of the records; otherwise one record is the document
  bool pretty = false;
};

/// An archive of documents: each record's, under the name that the record gives; the rest of the
/// record is its line of the index.
struct ZipOutput {
  std::string index = "index.csv";
  CsvOutput csv;
  std::string name;             ///< the field that names the document's entry
  std::string sha256;           ///< the field with its digest, which is checked; empty: none
  std::string as = "document";  ///< the field that holds the document
};

/// Of a destination: records to bytes.
struct OutputOptions {
  Format format = Format::csv;
  CsvOutput csv;
  JsonOutput json;
  ZipOutput zip{};
};

/// The options of a codec in one direction; the field `format` names the codec. To encode, only for
/// what `can_encode`.
const tree::Spec& spec(Format format, Direction direction = Direction::decode);

/// Every fault of an options object (`{format: csv, encoding: windows-1252, ...}`); empty when it
/// can be read.
std::vector<Fault> check_options(const tree::Document& document, const tree::Node& node,
                                 Direction direction, const std::string& path);
/// The options, or the first fault of `check_options`.
Result<Options> read_options(const tree::Document& document, const tree::Node& node);
Result<OutputOptions> read_output_options(const tree::Document& document, const tree::Node& node);

}  // namespace charmille::codec
