// Typed lines to rows: the whole file is read and judged at the first batch.
#include <algorithm>

#include "gateway/codec/day.h"
#include "gateway/codec/lines_join.h"
#include "gateway/codec/streams.h"
#include "gateway/codec/text_window.h"

namespace charmille::codec {
namespace {

using tree::Node;

/// What the rows point into; it lives as long as any batch of them.
struct Held {
  Held(std::unique_ptr<base::Reader> reader, Encoding encoding, const std::string& name)
      : window(std::move(reader), encoding, name) {}

  TextWindow window;  ///< never drops anything: holds the whole text
  tree::Document document{64 * 1024};
  JoinedLines joined;
};

class LinesStream final : public RecordStream {
 public:
  LinesStream(const LinesInput& options, std::unique_ptr<base::Reader> reader, std::uint64_t size,
              std::string name)
      : options_(options),
        name_(std::move(name)),
        size_(size),
        held_(std::make_shared<Held>(std::move(reader), options.encoding, name_)) {}

  Result<Batch> next(std::size_t limit) override {
    Batch batch;
    if (!loaded_) {
      if (auto read = load(batch.remarks); !read) return fail(std::move(read.error()));
      loaded_ = true;
    }
    const std::vector<Node>& rows = held_->joined.rows;
    std::vector<Rejected>& rejected = held_->joined.held;
    const std::size_t count = std::min(limit, rejected.size() - next_rejected_);
    for (std::size_t i = 0; i < count; ++i)
      batch.rejected.push_back(std::move(rejected[next_rejected_++]));
    const std::size_t taken = std::min(limit - count, rows.size() - next_row_);
    const std::uint16_t file = batch.document.add_file(name_);
    batch.document.keep(held_);
    const Node list = Node::array(std::span(rows).subspan(next_row_, taken));
    batch.document.set_root(batch.document.object({{"rows", list}}, {file, 1, 1}));
    next_row_ += taken;
    batch.last = next_row_ == rows.size() && next_rejected_ == rejected.size();
    return batch;
  }

  const Envelope& envelope() const override { return envelope_; }

 private:
  Result<void> load(std::vector<Fault>& remarks) {
    if (options_.types.empty()) return fail("CH-LIG-002", {name_, 0, 0, {}});
    if (size_ > options_.max_size)
      return fail("CH-LIG-030", {name_, 0, 0, {}}, {{"limit", std::to_string(options_.max_size)}});
    while (!held_->window.ended())
      if (auto read = held_->window.advance(0, 0, 1); !read) return read;
    remarks = held_->window.take_remarks();
    auto file = read_line_file(options_, held_->window.text(), name_, held_->document, remarks);
    if (!file) return fail(std::move(file.error()));
    if (auto named = read_envelope(*file); !named) return named;
    if (auto right = check_totals(options_, *file, name_); !right) return right;
    auto joined = join_lines(options_, *file, name_, held_->document);
    if (!joined) return fail(std::move(joined.error()));
    held_->joined = std::move(*joined);
    if (held_->joined.rows.empty() && held_->joined.held.empty())
      remarks.push_back(fault("CH-LIG-057", {name_, 1, 0, {}}));
    return {};
  }

  Result<void> read_envelope(const LineFile& file) {
    const LineRecord* const header = file.only(options_.header);
    if (header == nullptr) return {};
    const auto value = [&](std::optional<std::size_t> field) {
      return field ? std::string(header->slots[*field].chars()) : std::string{};
    };
    const auto refuse = [&](std::string_view code, std::size_t field) {
      const tree::Origin origin = header->slots[field].origin();
      return fail(code, {name_, origin.line, origin.column, {}},
                  {{"column", options_.types[*options_.header].fields[field].name}});
    };
    envelope_ = {value(options_.lot), day_of(value(options_.extracted)), value(options_.emitter)};
    if (options_.lot && envelope_.lot.empty()) return refuse("CH-LIG-058", *options_.lot);
    if (options_.extracted && envelope_.extracted.empty())
      return refuse("CH-LIG-054", *options_.extracted);
    return {};
  }

  const LinesInput options_;
  const std::string name_;
  const std::uint64_t size_;
  const std::shared_ptr<Held> held_;
  Envelope envelope_;
  std::size_t next_rejected_ = 0;
  std::size_t next_row_ = 0;
  bool loaded_ = false;
};

}  // namespace

std::unique_ptr<RecordStream> make_lines_stream(const LinesInput& options,
                                                std::unique_ptr<base::Reader> reader,
                                                std::uint64_t size, std::string name) {
  return std::make_unique<LinesStream>(options, std::move(reader), size, std::move(name));
}

}  // namespace charmille::codec
