// XML to records.
#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "gateway/base/bytes.h"
#include "gateway/codec/day.h"
#include "gateway/codec/streams.h"
#include "gateway/codec/xml_builder.h"
#include "gateway/codec/xml_totals.h"
#include "gateway/crypto/digest.h"

namespace charmille::codec {
namespace {

using tree::Node;

/// Elements that are not read are named in so many remarks.
constexpr std::size_t most_unread_names = 10;

XmlLimits limits_of(const XmlInput& options) {
  return {options.max_depth, std::max(options.max_record, options.max_text), 64 * 1024};
}

/// Which records have borne which key: 16 bytes of a digest each, not the key.
class SeenKeys {
 public:
  /// The line of the record that bore the key before; 0 when none did.
  std::uint32_t line_of(std::string_view key, std::uint32_t line) {
    const crypto::Digest digest = crypto::sha256(key);
    Half half;
    std::copy_n(digest.begin(), half.size(), half.begin());
    const auto [at, added] = lines_.emplace(half, line);
    return added ? 0 : at->second;
  }

 private:
  using Half = std::array<std::uint8_t, 16>;
  struct FirstBytes {
    std::size_t operator()(const Half& half) const {
      std::size_t value = 0;
      for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | half[i];
      return value;
    }
  };
  std::unordered_map<Half, std::uint32_t, FirstBytes> lines_;
};

class XmlStream final : public RecordStream {
 public:
  XmlStream(const XmlInput& options, base::Payload payload, std::string name)
      : options_(options),
        name_(std::move(name)),
        reader_(std::move(payload), name_, limits_of(options_)),
        builder_(options_),
        totals_(options_),
        header_name_(decoded_name(options_, {options_.header.uri, options_.header.local})
                         .value_or(options_.header.local)) {}

  Result<Batch> next(std::size_t limit) override {
    Batch batch;
    batch_ = &batch;
    rows_.clear();
    header_row_.reset();
    rejected_bytes_ = 0;
    file_ = batch.document.add_file(name_);
    builder_.forget_document();
    while (rows_.size() + batch.rejected.size() < limit && has_room(batch, rejected_bytes_)) {
      const auto event = reader_.next();
      if (!event) return fail(event.error());
      if (*event == nullptr) {
        if (auto ended = end_of_file(); !ended) return fail(std::move(ended.error()));
        batch.last = true;
        break;
      }
      if (auto taken = take(**event); !taken) return fail(std::move(taken.error()));
    }
    for (Fault& remark : reader_.take_remarks()) batch.remarks.push_back(std::move(remark));
    tree::Document& document = batch.document;
    document.set_root(document.object({{"rows", document.array(rows_)}}, {file_, 1, 1}));
    return batch;
  }

  const Envelope& envelope() const override { return envelope_; }

 private:
  enum class Inside : std::uint8_t { frame, header, record, footer, unread };

  Result<void> take(const XmlEvent& event) {
    switch (event.kind) {
      case XmlEvent::Kind::start:
        return start(event);
      case XmlEvent::Kind::end:
        return end();
      case XmlEvent::Kind::text:
        break;
    }
    totals_.text(event.text);
    if (inside_ == Inside::unread) return {};
    if (inside_ != Inside::frame) return builder_.text(event.text);
    if (event.text.find_first_not_of(" \t\r\n") == event.text.npos) return {};
    return fail("CH-XML-013", {name_, line_, 0, {}});
  }

  Result<void> start(const XmlEvent& event) {
    line_ = event.line;
    const base::Place place{name_, event.line, event.column, {}};
    if (!decoded_name(options_, event.name)) return fail("CH-XML-009", place);
    totals_.start(event);
    if (inside_ == Inside::unread) {
      ++unread_depth_;
      return {};
    }
    if (inside_ != Inside::frame) return builder_.start(event);
    return path_.empty() ? root(event, place) : part(event, place);
  }

  Result<void> root(const XmlEvent& event, const base::Place& place) {
    if (!is(event.name, options_.root))
      return fail("CH-XML-014", place, {{"expected", options_.root.local}});
    std::vector<tree::Document::Member> members;
    for (const XmlAttribute& attribute : event.attributes)
      if (attribute.name.uri.empty())
        members.emplace_back(attribute.name.local, root_.text(attribute.value));
    for (const auto& [name, accepted] : options_.attributes) {
      const auto found =
          std::ranges::find(members, std::string_view(name), &tree::Document::Member::first);
      if (found == members.end() ||
          std::ranges::find(accepted, found->second.chars()) == accepted.end())
        return fail("CH-XML-015", place, {{"name", name}, {"expected", joined(accepted)}});
    }
    root_.set_root(root_.object(members));
    path_.push_back(options_.root);
    return options_.header.local.empty() ? read_envelope(root_.root(), place) : Result<void>{};
  }

  /// An element of the frame: below the root, outside of records.
  Result<void> part(const XmlEvent& event, const base::Place& place) {
    const std::size_t level = path_.size() - 1;
    const bool expected = level < options_.each.size() && is(event.name, options_.each[level]);
    if (level == 0 && is(event.name, options_.header)) return begin_header(event, place);
    if (level == 0 && is(event.name, options_.footer)) return begin_footer(event, place);
    if (expected && footer_line_ != 0) return fail("CH-XML-016", place);
    if (expected && level + 1 == options_.each.size()) return begin_record(event, place);
    if (expected) {
      path_.push_back(options_.each[level]);
      return {};
    }
    inside_ = Inside::unread;
    unread_depth_ = 1;
    const std::string name = base::printable(event.name.local, 60);
    if (unread_.size() < most_unread_names && unread_.insert(name).second)
      batch_->remarks.push_back(fault("CH-XML-017", place, {{"name", name}}));
    return {};
  }

  Result<void> begin_header(const XmlEvent& event, const base::Place& place) {
    if (header_) return fail("CH-XML-018", place, {{"name", options_.header.local}});
    if (number_ > 0 || footer_line_ != 0)
      return fail("CH-XML-019", place, {{"name", options_.header.local}});
    inside_ = Inside::header;
    builder_.begin(root_, root_.add_file(name_));
    return builder_.start(event);
  }
  Result<void> begin_footer(const XmlEvent& event, const base::Place& place) {
    if (footer_line_ != 0) return fail("CH-XML-018", place, {{"name", options_.footer.local}});
    inside_ = Inside::footer;
    footer_line_ = event.line;
    builder_.begin(footer_, footer_.add_file(name_));
    return builder_.start(event);
  }
  Result<void> begin_record(const XmlEvent& event, const base::Place& place) {
    if (auto ready = check_header(place); !ready) return ready;
    ++number_;
    inside_ = Inside::record;
    builder_.begin(batch_->document, file_);
    return builder_.start(event);
  }
  Result<void> check_header(const base::Place& place) const {
    if (header_ || options_.header.local.empty()) return {};
    return fail("CH-XML-024", place, {{"name", options_.header.local}});
  }

  Result<void> end() {
    totals_.end();
    if (inside_ == Inside::unread) {
      if (--unread_depth_ == 0) inside_ = Inside::frame;
      return {};
    }
    if (inside_ == Inside::frame) {
      path_.pop_back();
      return {};
    }
    auto node = builder_.end();
    if (!node) return fail(std::move(node.error()));
    if (!*node) return {};
    const Inside ended = std::exchange(inside_, Inside::frame);
    if (ended == Inside::header) return end_header(**node);
    if (ended == Inside::record) return end_record(**node);
    footer_.set_root(**node);
    return {};
  }

  Result<void> end_header(const Node& node) {
    const base::Place place = root_.place_of(node.origin());
    if (!root_.attachments().empty())
      return fail("CH-XML-011", place, {{"limit", std::to_string(options_.max_text)}});
    header_ = node;
    std::vector<tree::Document::Member> members{{header_name_, node}};
    for (std::size_t i = 0; i < root_.root().items().size(); ++i)
      members.emplace_back(root_.root().key(i), root_.root().items()[i]);
    return read_envelope(root_.object(members), place);
  }

  /// `from`: the attributes of the root, and the header under its name.
  Result<void> read_envelope(const Node& from, const base::Place& place) {
    const std::pair<const std::string&, std::string&> parts[] = {
        {options_.lot, envelope_.lot},
        {options_.extracted, envelope_.extracted},
        {options_.emitter, envelope_.emitter}};
    for (const auto& [path, text] : parts) {
      if (path.empty()) continue;
      const auto found = text_at_path(from, path);
      if (!found || found->empty()) return fail("CH-XML-025", place, {{"name", path}});
      text = *found;
    }
    if (options_.extracted.empty()) return {};
    envelope_.extracted = day_of(envelope_.extracted);
    if (envelope_.extracted.empty())
      return fail("CH-XML-034", place, {{"name", options_.extracted}});
    return {};
  }

  Result<void> end_record(Node node) {
    tree::Document& document = batch_->document;
    const base::Place place = document.place_of(node.origin());
    if (!node.is(tree::Kind::object))
      node = node.is(tree::Kind::null) ? document.object({}, node.origin())
                                       : document.object({{"text", node}}, node.origin());
    if (!options_.key.empty()) {
      const auto key = text_at_path(node, options_.key);
      if (!key || key->empty()) return reject("CH-XML-026", node, {{"name", options_.key}});
      const std::uint32_t before = seen_.line_of(*key, place.line);
      if (before != 0)
        return fail("CH-XML-027", place,
                    {{"name", options_.key}, {"line", std::to_string(before)}});
    }
    if (!header_) return rows_.push_back(node), Result<void>{};
    return add_with_header(node, place);
  }

  Result<void> add_with_header(const Node& node, const base::Place& place) {
    tree::Document& document = batch_->document;
    if (node.find(header_name_) != nullptr)
      return fail("CH-XML-012", place, {{"name", header_name_}});
    if (!header_row_) header_row_ = document.copy(*header_);
    const std::size_t count = node.items().size() + 1;
    const auto keys = document.arena().array<std::string_view>(count);
    const auto slots = document.arena().array<Node>(count);
    keys[0] = document.arena().copy(header_name_);
    slots[0] = *header_row_;
    std::ranges::copy(node.shape().keys(), keys.begin() + 1);
    std::ranges::copy(node.items(), slots.begin() + 1);
    const auto shape = document.arena().array<tree::Shape>(1);
    shape[0] = tree::Shape(keys);
    rows_.push_back(Node::object(shape[0], slots, node.origin()));
    return {};
  }

  Result<void> reject(std::string_view code, const Node& node, base::Args args) {
    const base::Place place = batch_->document.place_of(node.origin());
    std::string raw = write_json(node);
    rejected_bytes_ += raw.size();
    batch_->rejected.push_back(
        {fault(code, place, std::move(args)), place.line, number_, std::move(raw)});
    return {};
  }

  Result<void> end_of_file() {
    const base::Place place{name_, line_, 0, {}};
    if (auto ready = check_header(place); !ready) return ready;
    if (!options_.footer.local.empty()) {
      if (footer_line_ == 0) return fail("CH-XML-028", place, {{"name", options_.footer.local}});
      if (auto sound = totals_.check(footer_); !sound) return sound;
    }
    if (number_ == 0) batch_->remarks.push_back(fault("CH-XML-029", {name_, 1, 0, {}}));
    return {};
  }

  static bool is(const XmlName& name, const QName& wanted) {
    return !wanted.local.empty() && name.local == wanted.local && name.uri == wanted.uri;
  }
  static std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
  }

  const XmlInput options_;
  const std::string name_;
  XmlReader reader_;
  XmlBuilder builder_;
  XmlTotals totals_;
  const std::string header_name_;  // in the rows
  tree::Document root_;            // the root's attributes and the header
  tree::Document footer_;
  std::optional<Node> header_;
  Envelope envelope_;
  Inside inside_ = Inside::frame;
  std::vector<QName> path_;  // of the frame that is open
  std::size_t unread_depth_ = 0;
  std::set<std::string> unread_;
  SeenKeys seen_;
  std::uint64_t number_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t footer_line_ = 0;
  // Of the batch under way.
  Batch* batch_ = nullptr;
  std::uint16_t file_ = 0;
  std::vector<Node> rows_;
  std::optional<Node> header_row_;
  std::size_t rejected_bytes_ = 0;
};

}  // namespace

std::unique_ptr<RecordStream> make_xml_stream(const XmlInput& options, const base::Payload& payload,
                                              std::string name) {
  return std::make_unique<XmlStream>(options, payload, std::move(name));
}

}  // namespace charmille::codec
