// A zip archive of documents to the rows of its index, each with its document.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "gateway/codec/archive.h"
#include "gateway/codec/sniff.h"
#include "gateway/codec/streams.h"

namespace charmille::codec {
namespace {

using tree::Node;
using Entry = Archive::Entry;

constexpr std::string_view archive_types[] = {"application/zip", "application/gzip",
                                              "application/vnd.rar", "application/x-7z-compressed",
                                              "application/zstd"};

/// A document that is good, or what is held against it.
struct Judged {
  DocumentFacts facts;
  std::vector<Fault> remarks;
};

bool same_digest(std::string_view given, std::string_view ours) {
  return std::ranges::equal(given, ours, [](char a, char b) {
    return (a >= 'A' && a <= 'F' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

class ZipStream final : public RecordStream {
 public:
  ZipStream(const ZipInput& options, base::Payload payload, std::string name)
      : options_(options), payload_(std::move(payload)), name_(std::move(name)) {}

  Result<Batch> next(std::size_t limit) override {
    Batch opening;
    if (archive_ == nullptr)
      if (auto opened = open(opening); !opened) return fail(std::move(opened.error()));
    auto batch = index_ != nullptr ? next_rows(limit) : next_documents(limit);
    if (batch)
      batch->remarks.insert(batch->remarks.begin(), opening.remarks.begin(), opening.remarks.end());
    return batch;
  }

 private:
  // The archive

  Result<void> open(Batch& batch) {
    auto archive = Archive::open(payload_, name_, options_.names,
                                 {options_.max_entries, options_.max_size, options_.max_ratio});
    if (!archive) return fail(std::move(archive.error()));
    archive_ = std::move(*archive);
    const Entry* index = nullptr;
    std::unordered_map<std::string, std::size_t> folded;
    for (const Entry& entry : archive_->entries()) {
      if (entry.name == options_.index && index == nullptr) index = &entry;
      by_name_[entry.name].push_back(&entry);
      ++folded[Archive::folded(entry.name)];
    }
    std::size_t alike = 0;
    for (const auto& [name, count] : folded) alike += count > 1 ? count : 0;
    if (alike > 0)
      batch.remarks.push_back(
          fault("CH-ZIP-018", {name_, 0, 0, {}}, {{"count", std::to_string(alike)}}));
    return index != nullptr ? open_index(*index) : without_index(batch);
  }

  Result<void> open_index(const Entry& entry) {
    if (auto bad = refused_unread(entry)) return fail(std::move(*bad));
    index_entry_ = entry.number;
    auto reader = Archive::content(archive_, entry).open();
    if (!reader) return fail(std::move(reader.error()));
    CsvInput csv = options_.csv;
    for (const std::string& column : {options_.name, options_.sha256})
      if (!column.empty()) csv.required.push_back(column);
    index_ = make_csv_stream(csv, std::move(*reader), name_ + '/' + options_.index);
    return {};
  }

  Result<void> without_index(Batch& batch) {
    const bool refuse = options_.no_index == ZipInput::NoIndex::refuse;
    Fault missing =
        fault(refuse ? "CH-ZIP-010" : "CH-ZIP-011", {name_, 0, 0, {}}, {{"name", options_.index}});
    if (refuse) return fail(std::move(missing));
    batch.remarks.push_back(std::move(missing));
    return {};
  }

  // Rows of the index

  Result<Batch> next_rows(std::size_t limit) {
    auto batch = index_->next(limit);
    if (!batch) return batch;
    tree::Document& document = batch->document;
    const Node rows = *document.root().find("rows");
    if (shape_ == nullptr && !rows.items().empty())
      if (auto made = make_shape(rows.items()[0], document); !made)
        return fail(std::move(made.error()));
    if (shape_ != nullptr) document.keep(shape_);
    std::set<std::uint64_t> taken_numbers;
    for (const Rejected& rejected : batch->rejected) taken_numbers.insert(rejected.number);
    std::vector<Node> kept;
    for (const Node& row : rows.items()) {
      do ++number_;
      while (taken_numbers.contains(number_));
      auto whole = with_document(*batch, row);
      if (!whole) return fail(std::move(whole.error()));
      if (*whole) kept.push_back(**whole);
    }
    std::ranges::sort(batch->rejected, {}, &Rejected::number);
    for (const std::uint64_t number : taken_numbers) number_ = std::max(number_, number);
    document.set_root(document.object({{"rows", document.array(kept)}}, document.root().origin()));
    if (batch->last) tell_unnamed(*batch);
    return batch;
  }

  Result<void> make_shape(const Node& row, const tree::Document& document) {
    const base::Place place = document.place_of({row.origin().file, 1, 0});
    auto shape = std::make_shared<RowShape>();
    for (const std::string_view key : row.shape().keys()) shape->names.emplace_back(key);
    add_names(*shape);
    for (std::size_t i = row.items().size(); i < shape->names.size(); ++i)
      if (row.find(shape->names[i]) != nullptr)
        return fail("CH-ZIP-012", place, {{"column", shape->names[i]}});
    shape->finish();
    shape_ = std::move(shape);
    return {};
  }

  /// The row and its document; nothing when it was rejected.
  Result<std::optional<Node>> with_document(Batch& batch, const Node& row) {
    const base::Place place = batch.document.place_of(row.origin());
    const auto reject = [&](Fault fault) {
      fault.place = place;
      batch.rejected.push_back({std::move(fault), place.line, number_, write_json(row)});
      return std::optional<Node>();
    };
    const auto found =
        by_name_.find(Archive::composed(std::string(row.find(options_.name)->chars())));
    if (found == by_name_.end()) return reject(fault("CH-ZIP-013"));
    for (const Entry* entry : found->second) named_.insert(entry->number);
    if (found->second.size() > 1) return reject(fault("CH-ZIP-015"));
    const Entry& entry = *found->second.front();
    auto judged = judge(entry);
    if (!judged && is_of_document(judged.error())) return reject(std::move(judged.error()));
    if (!judged) return fail(std::move(judged.error()));
    if (!options_.sha256.empty()) {
      const std::string_view given = row.find(options_.sha256)->chars();
      if (!is_digest(given)) return reject(fault("CH-ZIP-020"));
      if (!same_digest(given, judged->facts.sha256))
        return reject(fault("CH-ZIP-014", {}, {{"entry", std::to_string(entry.number)}}));
    }
    for (Fault& remark : judged->remarks) {
      remark.place = place;
      batch.remarks.push_back(std::move(remark));
    }
    return std::optional<Node>(
        row_of(batch.document, row.items(), row.origin(), entry, judged->facts));
  }

  void tell_unnamed(Batch& batch) const {
    std::size_t count = 0;
    for (const Entry& entry : archive_->entries())
      if (entry.number != index_entry_ && !named_.contains(entry.number)) ++count;
    if (count > 0)
      batch.remarks.push_back(
          fault("CH-ZIP-017", {name_, 0, 0, {}}, {{"count", std::to_string(count)}}));
  }

  // Documents without an index

  Result<Batch> next_documents(std::size_t limit) {
    Batch batch;
    tree::Document& document = batch.document;
    const tree::Origin origin{document.add_file(name_), 0, 0};
    if (shape_ == nullptr) {
      auto shape = std::make_shared<RowShape>();
      shape->names.push_back(options_.name);
      add_names(*shape);
      shape->finish();
      shape_ = std::move(shape);
    }
    document.keep(shape_);
    std::vector<Node> rows;
    const std::vector<Entry>& entries = archive_->entries();
    while (next_entry_ < entries.size() && rows.size() + batch.rejected.size() < limit) {
      const Entry& entry = entries[next_entry_++];
      const base::Place place{name_, 0, 0, '[' + std::to_string(entry.number) + ']'};
      auto judged = judge(entry);
      if (judged) {
        const Node name = document.text(entry.name, origin);
        rows.push_back(row_of(document, {&name, 1}, origin, entry, judged->facts));
        for (Fault& remark : judged->remarks) {
          remark.place = place;
          batch.remarks.push_back(std::move(remark));
        }
      } else if (is_of_document(judged.error())) {
        judged.error().place = place;
        batch.rejected.push_back({std::move(judged.error()), 0, entry.number, entry.name});
      } else {
        return fail(std::move(judged.error()));
      }
    }
    batch.last = next_entry_ == entries.size();
    document.set_root(document.object({{"rows", document.array(rows)}}, origin));
    return batch;
  }

  // One document

  /// What forbids to open an entry at all.
  std::optional<Fault> refused_unread(const Entry& entry) const {
    const std::string number = std::to_string(entry.number);
    if (entry.encrypted) return fault("CH-ZIP-008", {name_, 0, 0, {}}, {{"entry", number}});
    if (entry.size > options_.documents.max_size)
      return fault("CH-ZIP-004", {name_, 0, 0, {}},
                   {{"entry", number}, {"limit", std::to_string(options_.documents.max_size)}});
    return {};
  }

  Result<Judged> judge(const Entry& entry) const {
    if (auto refused = refused_unread(entry)) return fail(std::move(*refused));
    const base::Payload content = Archive::content(archive_, entry);
    auto facts = read_facts(content, options_.documents.max_size);
    if (!facts) return fail(std::move(facts.error()));
    if (std::ranges::find(archive_types, facts->media_type) != std::end(archive_types))
      return fail("CH-ZIP-016", {}, {{"entry", std::to_string(entry.number)}});
    auto verdict = judge_document(content, *facts, options_.documents);
    if (!verdict) return fail(std::move(verdict.error()));
    if (verdict->refused) return fail(std::move(*verdict->refused));
    return Judged{std::move(*facts), std::move(verdict->remarks)};
  }

  /// Faults of one document; any other is of the payload below.
  static bool is_of_document(const Fault& fault) {
    return fault.code.starts_with("CH-ZIP-") || fault.code.starts_with("CH-DOC-");
  }

  // Shapes

  /// Names of slots that outlive the stream: batches keep them.
  struct RowShape {
    std::vector<std::string> names;
    std::vector<std::string_view> views;
    tree::Shape shape;

    void finish() {
      views.assign(names.begin(), names.end());
      shape = tree::Shape(views);
    }
  };

  void add_names(RowShape& shape) const {
    for (const char* const suffix : {"", "-media-type", "-size", "-sha256"})
      shape.names.push_back(options_.as + suffix);
  }

  Node row_of(tree::Document& document, std::span<const Node> cells, tree::Origin origin,
              const Entry& entry, const DocumentFacts& facts) const {
    const std::string type(facts.media_type);
    const auto attachment = document.add_attachment({Archive::content(archive_, entry), type});
    const auto slots = document.arena().array<Node>(cells.size() + 4);
    std::ranges::copy(cells, slots.begin());
    const auto added = slots.subspan(cells.size());
    added[0] = Node::attachment(attachment, origin);
    added[1] = document.text(type, origin);
    added[2] = document.number(std::to_string(facts.size), origin);
    added[3] = document.text(facts.sha256, origin);
    return Node::object(shape_->shape, slots, origin);
  }

  const ZipInput options_;
  const base::Payload payload_;
  const std::string name_;
  std::shared_ptr<const Archive> archive_;
  std::unordered_map<std::string, std::vector<const Entry*>> by_name_;
  std::uint64_t index_entry_ = 0;
  std::unique_ptr<RecordStream> index_;
  std::shared_ptr<const RowShape> shape_;
  std::set<std::uint64_t> named_;
  std::uint64_t number_ = 0;
  std::size_t next_entry_ = 0;
};

}  // namespace

std::unique_ptr<RecordStream> make_zip_stream(const ZipInput& options, const base::Payload& payload,
                                              std::string name) {
  return std::make_unique<ZipStream>(options, payload, std::move(name));
}

}  // namespace charmille::codec
