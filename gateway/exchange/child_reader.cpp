#include "gateway/exchange/child_reader.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/exchange/digests.h"
#include "gateway/record/edit.h"
#include "gateway/record/identifiers.h"

namespace charmille::exchange {
namespace {

constexpr std::size_t batch_size = 256;
/// Up to this many bytes of payload, what pass 1 mapped is kept for pass 2.
constexpr std::uint64_t keep_limit = 8ULL * 1024 * 1024;

/// The identifier that the sender knows the child by.
std::string local_id_of(const tree::Node& child, const record::Rules& rules) {
  for (const tree::Node& id : record::items_at(child, "ids")) {
    const std::string_view system = record::text_at(id, "system");
    if (record::is_of_authority(system, rules.local_id_prefix) && record::names_a_child(system) &&
        !system.ends_with(":dossier"))
      return std::string(record::text_at(id, "value"));
  }
  return {};
}

std::uint64_t total_size(const std::vector<Part>& parts) {
  std::uint64_t size = 0;
  for (const Part& part : parts) size += part.opened.payload.size();
  return size;
}

}  // namespace

ChildReader::ChildReader(const Context& context, const RoutePlan& route, std::vector<Part> parts,
                         mapping::Variables variables)
    : context_(context), route_(route), parts_(std::move(parts)), variables_(std::move(variables)) {
  const auto main = std::ranges::find_if(parts_, [&](const Part& part) {
    return !part.replaced && !route.config->input.empty() &&
           part.exchange.lot_file == route.config->input;
  });
  main_ = main == parts_.end() ? parts_.data() : &*main;
  rules_.environment = context.site->environment;
  rules_.local_id_prefix = context.site->own_prefix_of(route.source->source);
  rules_.today = base::to_date(context.clock.now());
  keep_ = total_size(parts_) <= keep_limit;
}

ChildReader::~ChildReader() = default;

Result<std::unique_ptr<ChildReader>> ChildReader::open(const Context& context,
                                                       const RoutePlan& route,
                                                       std::vector<Part> parts,
                                                       mapping::Variables variables) {
  std::unique_ptr<ChildReader> reader(
      new ChildReader(context, route, std::move(parts), std::move(variables)));
  if (auto loaded = reader->load_joins(); !loaded) return fail(loaded.error());
  if (auto ready = reader->rewind(); !ready) return fail(ready.error());
  return reader;
}

/// CH-EXC-045: a column that was renamed or left out would read as empty, and "confidential" as no.
Result<void> ChildReader::require_columns(const Part& part, const tree::Document& batch) const {
  const auto rows = record::items_at(batch.root(), "rows");
  if (rows.empty() || route_.mapping->from() != mapping::From::csv) return {};
  // Without the file that the route reads over, another stands for it.
  if (&part == main_ && part.exchange.lot_file != route_.config->input) return {};
  const auto there = rows.front().shape().keys();
  const std::string_view file = &part == main_ ? std::string_view{} : part.exchange.lot_file;
  std::string missing, like;
  for (const std::string& column : route_.mapping->columns_read(file)) {
    if (std::ranges::find(there, std::string_view(column)) != there.end()) continue;
    missing += (missing.empty() ? "" : ", ") + column;
    if (like.empty()) like = column;
  }
  if (missing.empty()) return {};
  const std::vector<std::string_view> known(there.begin(), there.end());
  return fail(
      "CH-EXC-045", {part.name(), 1, 0, {}},
      {{"columns", missing}, {"mapping", route_.mapping->name()}, base::suggestion(like, known)});
}

/// Files that rows are joined with are held whole; the main file streams.
Result<void> ChildReader::load_joins() {
  if (route_.mapping->streams()) return {};
  mapping::Joins::Files files;
  for (const Part& part : parts_) {
    // The marker says that the lot is complete, and nothing else.
    if (&part == main_ || part.replaced || part.exchange.lot_file.empty()) continue;
    auto stream = open_part(part);
    if (!stream) return fail(stream.error());
    const std::size_t refused_before = join_rejections_.size();
    for (bool last = false; !last;) {
      auto batch = (*stream)->next(std::numeric_limits<std::size_t>::max());
      if (!batch) return fail(batch.error());
      last = batch->last;
      if (auto whole = require_columns(part, batch->document); !whole) return whole;
      std::ranges::move(batch->rejected, std::back_inserter(join_rejections_));
      std::ranges::move(batch->remarks, std::back_inserter(join_remarks_));
      files.emplace(part.exchange.lot_file, std::move(batch->document));
    }
    if (join_rejections_.size() > refused_before) incomplete_.insert(part.exchange.lot_file);
  }
  auto joins = mapping::Joins::build(*route_.mapping, std::move(files));
  if (!joins) return fail(joins.error());
  joins_ = std::move(*joins);
  return {};
}

Result<std::unique_ptr<codec::RecordStream>> ChildReader::open_part(const Part& part) const {
  const codec::Options* format =
      context_.site->format_of(part.exchange.endpoint, part.exchange.lot_file);
  if (format == nullptr)
    return fail("CH-EXC-011", {part.name(), 0, 0, {}}, {{"endpoint", part.exchange.endpoint}});
  return codec::open(*format, part.opened.payload, part.name());
}

Result<void> ChildReader::rewind() {
  auto stream = open_part(*main_);
  if (!stream) return fail(stream.error());
  stream_ = std::move(*stream);
  ended_ = false;
  next_kept_ = 0;
  return {};
}

std::set<std::string> ChildReader::covered() const {
  std::set<std::string> there;
  for (const Part& part : parts_)
    if (!part.replaced && !incomplete_.contains(part.exchange.lot_file))
      there.insert(part.exchange.lot_file);
  std::set<std::string> covered;
  for (const auto& [section, nests] : route_.mapping->sections_and_nests())
    if (std::ranges::all_of(nests, [&](const std::string& nest) {
          return there.contains(route_.mapping->file_of_nest(nest));
        }))
      covered.insert(section);
  return covered;
}

ReadChild ChildReader::read_item(mapping::Item item) {
  ReadChild child;
  child.rejections = std::move(item.faults);
  child.document = std::move(item.document);
  child.local_id = local_id_of(child.document.root(), rules_);
  const std::string name =
      child.local_id.empty() ? codec::write_canonical_json(child.document.root()) : child.local_id;
  child.record_digest = record_digest(name);
  return child;
}

Result<std::optional<std::vector<ReadChild>>> ChildReader::read_batch(
    std::vector<Fault>* payload_remarks) {
  if (ended_) return std::nullopt;
  auto batch = stream_->next(batch_size);
  if (!batch) return fail(batch.error());
  ended_ = batch->last;
  if (payload_remarks != nullptr)
    if (auto whole = require_columns(*main_, batch->document); !whole) return fail(whole.error());
  if (payload_remarks != nullptr)
    std::ranges::move(batch->remarks, std::back_inserter(*payload_remarks));
  std::vector<ReadChild> children;
  for (codec::Rejected& rejected : batch->rejected) children.push_back(read_rejected(rejected));
  // What is mapped points into the rows that it came from.
  const auto rows = std::make_shared<const tree::Document>(std::move(batch->document));
  for (mapping::Item& item :
       mapping::apply(*route_.mapping, *rows, joins_ ? &*joins_ : nullptr, variables_)) {
    item.document.keep(rows);
    children.push_back(read_item(std::move(item)));
  }
  if (ended_) add_stray(children);
  return children;
}

/// Rows of nested files that were refused, or belong to no child: each waits in quarantine by
/// itself.
void ChildReader::add_stray(std::vector<ReadChild>& children) const {
  for (const codec::Rejected& rejected : join_rejections_)
    children.push_back(read_rejected(rejected));
  if (!joins_) return;
  for (Fault& orphan : joins_->orphans()) {
    ReadChild child;
    child.record_digest =
        record_digest(orphan.place.file + ':' + std::to_string(orphan.place.line));
    child.rejections.push_back(std::move(orphan));
    children.push_back(std::move(child));
  }
}

ReadChild ChildReader::read_rejected(const codec::Rejected& rejected) const {
  ReadChild child;
  child.rejections.push_back(rejected.fault);
  // Named as the child that it belongs to, the entry closes itself when that child comes.
  child.local_id = rejected.owner;
  child.record_digest = record_digest(rejected.owner.empty() ? rejected.raw : rejected.owner);
  child.pending = rejected.fault.action == base::Action::hold;
  return child;
}

std::string ChildReader::record_digest(std::string_view name) const {
  return context_.vault.digest("record|" + parts_.front().exchange.partner, name);
}

Result<void> ChildReader::check(Report& report) {
  std::vector<Fault> remarks;
  const bool minds_families = context_.site->tells_outsiders();
  const std::string today = today_of(context_);
  for (;;) {
    auto batch = read_batch(&remarks);
    if (!batch) return fail(batch.error());
    if (!*batch) break;
    for (const ReadChild& child : **batch) {
      ++records_;
      if (minds_families && child.rejections.empty()) hidden_.add(child.document.root(), today);
      if (child.local_id.empty()) continue;
      const std::uint64_t name = short_digest(context_.vault.digest("local-id", child.local_id));
      named_.insert(name);
      if (!child.rejections.empty()) continue;
      const std::string number = record::number_of(child.document.root());
      lot_check_.feed(name,
                      short_digest(context_.vault.digest(
                          "row", codec::write_canonical_json(child.document.root()))),
                      number.empty() ? 0 : short_digest(context_.vault.digest("number", number)));
    }
    if (keep_) kept_.push_back(std::move(**batch));
  }
  lot_check_.finish();
  envelope_ = stream_->envelope();
  for (Fault& remark : join_remarks_) report.remark(std::move(remark));
  join_remarks_.clear();
  for (Fault& remark : remarks) report.remark(std::move(remark));
  return rewind();
}

Result<std::vector<ReadChild>> ChildReader::next() {
  std::optional<std::vector<ReadChild>> batch;
  if (keep_) {
    if (next_kept_ < kept_.size()) batch = std::move(kept_[next_kept_++]);
  } else {
    auto read = read_batch(nullptr);
    if (!read) return fail(read.error());
    batch = std::move(*read);
  }
  if (!batch) return std::vector<ReadChild>{};
  for (ReadChild& child : *batch) judge(child);
  return std::move(*batch);
}

/// What the rules and the other rows say of one child.
void ChildReader::judge(ReadChild& child) {
  if (!child.rejections.empty()) return;
  const base::Place place = child.document.place_of(child.document.root().origin());
  const std::string number = record::number_of(child.document.root());
  record::Verdict verdict = record::validate(child.document, rules_);
  if (!child.local_id.empty()) {
    switch (lot_check_.ask(short_digest(context_.vault.digest("local-id", child.local_id)))) {
      case record::LotCheck::Answer::conflicting:
        verdict.rejections.push_back(fault("CH-REC-010", place));
        break;
      case record::LotCheck::Answer::repeated:
        child.repeated = true;
        verdict.remarks.push_back(fault("CH-REC-011", place));
        break;
      case record::LotCheck::Answer::alone:
      case record::LotCheck::Answer::first:
        break;
    }
    if (!number.empty() &&
        lot_check_.is_shared(short_digest(context_.vault.digest("number", number))))
      record::withdraw_shared_ins(child.document, verdict);
  }
  std::ranges::move(verdict.rejections, std::back_inserter(child.rejections));
  std::ranges::move(verdict.remarks, std::back_inserter(child.remarks));
}

}  // namespace charmille::exchange
