// Bytes to tree and back. A codec is configured, never coded for one partner.
//
//   auto options = codec::read_options(document, *endpoint.find("codec"));
//   auto stream = codec::open(*options, payload, "EO_Usagers.csv");
//   for (;;) {
//     auto batch = (*stream)->next(1000);
//     if (!batch) ...            // the whole payload is refused: nothing read so far may be used
//     for (const tree::Node& row : batch->document.root().find("rows")->items()) ...
//     if (batch->last) break;
//   }
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/codec/options.h"
#include "gateway/tree/document.h"

namespace charmille::codec {

/// A record that alone is wrong: the others of the payload are good.
struct Rejected {
  Fault fault;
  std::uint32_t line = 0;    ///< physical line where the record begins, from 1
  std::uint64_t number = 0;  ///< of the record in the payload, from 1, rejected ones included
  std::string
      raw;  ///< the record as UTF-8, for a keyed digest made by the caller; at most max-record
            ///< bytes, then "…" when there was more. Never to be logged or shown.
  /// The key of the main record that it belongs to, when it tells one and the payload gives no
  /// such record: a later payload that does may settle it. Never to be logged.
  std::string owner = {};
};

/// What a payload says of itself; empty where it says nothing, or nothing is configured.
struct Envelope {
  std::string lot;        ///< number of the lot
  std::string extracted;  ///< day of the extraction: YYYY-MM-DD
  std::string emitter;
};

struct Batch {
  /// Root: an object {rows: [object, ...]}; the document itself for json without `each`. The origin
  /// of a row is the line where it begins, column 1; that of a cell its own line and its number
  /// from 1 (fixed: its first column). Rows of records and fixed hold lists of rows, by the names
  /// of the types under theirs, and the header.
  tree::Document document;
  std::vector<Rejected> rejected;
  std::vector<Fault> remarks;  ///< warnings about the payload
  bool last = false;           ///< nothing follows; a last batch may be empty
};

/// The records of one payload, in order. Memory does not grow with the size of the payload, but
/// for formats that must be read whole (json without `each`, records, fixed), which have a limit.
class RecordStream {
 public:
  virtual ~RecordStream() = default;
  /// Up to `limit` records, rejected ones counted; fewer when they are large. A fault means that
  /// the whole payload is refused, the batches already given included; nothing may be asked after
  /// it, nor after the last batch.
  virtual Result<Batch> next(std::size_t limit) = 0;
  /// Known after the first `next`.
  virtual const Envelope& envelope() const;
};

/// `name` is what faults and origins call the payload.
Result<std::unique_ptr<RecordStream>> open(const Options& options, const base::Payload& payload,
                                           std::string name);

/// A whole JSON document (RFC 8259). Refused: what is not UTF-8, doubled keys, U+0000, more than
/// `max_depth` levels. Numbers keep their lexeme. Texts of base64 over 64 KiB become attachments.
Result<tree::Document> read_json(std::string_view bytes, std::string name,
                                 std::size_t max_depth = 64);

/// What we wrote ourselves, read into a document that exists; the nodes have no positions.
Result<tree::Node> read_own_json(tree::Document& into, std::string_view text);

/// JSON text. Numbers are written by their lexeme (as a text when it is no JSON number, such as
/// YAML's 0x1F). An attachment is written as {"$attachment": index}: see the next function.
std::string write_json(const tree::Node& node, bool pretty = false);
/// The same, with the attachments of `document` as base64 texts.
Result<std::string> write_json(const tree::Document& document, const tree::Node& node,
                               bool pretty = false);

/// RFC 8785 (JCS): keys in the order of their UTF-16 code units, no white space, shortest escapes.
/// Numbers as JCS writes doubles, except that whole numbers keep their digits, however many. The
/// same value gives the same bytes: for digests.
std::string write_canonical_json(const tree::Node& node);

/// Records to bytes, as a stream.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends the bytes of one record (an object) to `out`; before the first one, what a file begins
  /// with. On a fault `out` is unchanged. Places of faults come from the record's origin in
  /// `document`.
  virtual Result<void> add(const tree::Document& document, const tree::Node& record,
                           std::string& out) = 0;
  /// Appends what a file ends with (or, without any record, the whole of an empty file).
  virtual Result<void> finish(std::string& out) = 0;
  /// What was changed on the way, with counts: replaced characters, neutralised formulas.
  virtual std::vector<Fault> remarks() const = 0;
};

std::unique_ptr<Encoder> make_encoder(const OutputOptions& options);

struct Encoded {
  std::string bytes;
  std::vector<Fault> remarks;
};
/// All at once: `node` is an array of objects, or one object.
Result<Encoded> encode(const OutputOptions& options, const tree::Document& document,
                       const tree::Node& node);

}  // namespace charmille::codec
