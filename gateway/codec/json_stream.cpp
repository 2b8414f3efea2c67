// JSON to records.
#include <algorithm>

#include "gateway/codec/json_cutter.h"
#include "gateway/codec/json_payload.h"
#include "gateway/codec/json_reader.h"
#include "gateway/codec/streams.h"

namespace charmille::codec {
namespace {

using tree::Node;

template <class Cutter>
class JsonStream final : public RecordStream {
 public:
  /// `forgiving`: a bad record does not spoil the others, as each stands on its own line.
  JsonStream(const JsonInput& options, std::unique_ptr<base::Reader> reader, std::string name,
             bool forgiving)
      : options_(options),
        name_(std::move(name)),
        forgiving_(forgiving),
        window_(std::move(reader), Encoding::utf8, name_),
        cutter_(window_, options.max_record) {}

  Result<Batch> next(std::size_t limit) override {
    Batch batch;
    const std::uint16_t file = batch.document.add_file(name_);
    std::vector<Node> rows;
    std::size_t rejected_bytes = 0;
    for (std::size_t count = 0; count < limit && has_room(batch, rejected_bytes); ++count) {
      const auto cut = cutter_.next();
      if (!cut) return fail(cut.error());
      if (!*cut) {
        batch.last = true;
        if (number_ == 0) batch.remarks.push_back(fault("CH-JSON-013", {name_, 1, 0, {}}));
        break;
      }
      ++number_;
      auto row = read(batch.document, **cut, file);
      if (row) {
        rows.push_back(*row);
      } else if (forgiving_) {
        rejected_bytes += (*cut)->text.size();
        batch.rejected.push_back({std::move(row.error()), (*cut)->line, number_,
                                  std::string((*cut)->text) + ((*cut)->oversize ? "…" : "")});
      } else {
        return fail(std::move(row.error()));
      }
    }
    for (Fault& remark : window_.take_remarks()) batch.remarks.push_back(std::move(remark));
    tree::Document& document = batch.document;
    document.set_root(document.object({{"rows", document.array(rows)}}, {file, 1, 1}));
    return batch;
  }

 private:
  Result<Node> read(tree::Document& document, const JsonCut& cut, std::uint16_t file) const {
    const base::Place place{name_, cut.line, cut.column, {}};
    if (cut.oversize)
      return fail("CH-JSON-004", place, {{"limit", std::to_string(options_.max_record)}});
    auto row = parse_json(document, cut.text, file, cut.line, cut.column, options_.max_depth);
    if (row && !row->is(tree::Kind::object)) return fail("CH-JSON-006", place);
    return row;
  }

  const JsonInput options_;
  const std::string name_;
  const bool forgiving_;
  TextWindow window_;
  Cutter cutter_;
  std::uint64_t number_ = 0;
};

/// Enough to tell what a payload is.
Result<std::string> head_of(const base::Payload& payload) {
  constexpr std::size_t most = 4096;
  auto reader = payload.open();
  if (!reader) return fail(reader.error());
  std::string head(most, '\0');
  std::size_t have = 0;
  while (have < most) {
    const auto count = (*reader)->read(std::span(head).subspan(have));
    if (!count) return fail(count.error());
    if (*count == 0) break;
    have += *count;
  }
  head.resize(have);
  return head;
}

class DocumentStream final : public RecordStream {
 public:
  DocumentStream(const JsonInput& options, base::Payload payload, std::string name)
      : options_(options), payload_(std::move(payload)), name_(std::move(name)) {}

  Result<Batch> next(std::size_t) override {
    if (payload_.size() > options_.max_size)
      return fail("CH-JSON-004", {name_, 0, 0, {}}, {{"limit", std::to_string(options_.max_size)}});
    auto head = head_of(payload_);
    if (!head) return fail(head.error());
    if (const std::string_view what = sniff_content(*head); !what.empty())
      return fail("CH-TXT-007", {name_, 1, 0, {}}, {{"found", std::string(what)}});
    auto document = read_json(payload_, name_, options_.max_depth, options_.max_size);
    if (!document) return fail(std::move(document.error()));
    Batch batch;
    batch.document = std::move(*document);
    batch.last = true;
    return batch;
  }

 private:
  const JsonInput options_;
  const base::Payload payload_;
  const std::string name_;
};

}  // namespace

std::unique_ptr<RecordStream> make_line_stream(const JsonInput& options,
                                               std::unique_ptr<base::Reader> reader,
                                               std::string name) {
  return std::make_unique<JsonStream<LineCutter>>(options, std::move(reader), std::move(name),
                                                  true);
}

std::unique_ptr<RecordStream> make_item_stream(const JsonInput& options,
                                               std::unique_ptr<base::Reader> reader,
                                               std::string name) {
  return std::make_unique<JsonStream<ItemCutter>>(options, std::move(reader), std::move(name),
                                                  false);
}

std::unique_ptr<RecordStream> make_document_stream(const JsonInput& options,
                                                   const base::Payload& payload, std::string name) {
  return std::make_unique<DocumentStream>(options, payload, std::move(name));
}

}  // namespace charmille::codec
