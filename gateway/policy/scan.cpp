#include "gateway/policy/scan.h"

#include <algorithm>
#include <iterator>

#include "gateway/policy/scan/text_stream.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

using tree::Kind;
using tree::Node;

std::vector<Needle> needles_of(const std::vector<Secret>& secrets) {
  std::vector<Needle> needles;
  needles.reserve(secrets.size());
  for (const Secret& secret : secrets) needles.push_back(secret.needle);
  return needles;
}

/// The values of a tree are one text, its keys another: the parts of an address, each in a field of
/// its own, follow each other.
class TreeReading {
 public:
  TreeReading(Walk& walk, const tree::Document& document)
      : walk_(walk), document_(document), values_(walk, {}), keys_(walk, {}) {}

  void read() {
    node(document_.root());
    values_.finish();
    keys_.finish();
  }

 private:
  void node(const Node& node);
  void text(TextStream& stream, std::string_view chars) {
    if (!walk_.spend(chars.size(), {})) return;
    stream.add(chars);
    stream.part();
  }

  Walk& walk_;
  const tree::Document& document_;
  TextStream values_;
  TextStream keys_;
};

void TreeReading::node(const Node& node) {
  if (node.is(Kind::text) || node.is(Kind::number)) return text(values_, node.chars());
  if (node.is(Kind::attachment)) {
    const std::uint32_t index = node.attachment_index();
    const tree::Attachment& attachment = document_.attachments()[index];
    walk_.content(attachment.bytes, attachment.media_type,
                  Spot{}.inside("attachment[" + std::to_string(index + 1) + ']'));
    return;
  }
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    if (node.is(Kind::object)) text(keys_, node.key(i));
    this->node(node.items()[i]);
  }
}

std::string_view code_of(Carrier carrier) {
  switch (carrier) {
    case Carrier::text:
      return "CH-POL-010";
    case Carrier::name:
      return "CH-POL-011";
    case Carrier::metadata:
      return "CH-POL-012";
  }
  return "CH-POL-010";
}

/// Where in the document, for a reader.
std::string shown(const std::string& place) {
  return place.empty() ? "-" : place;
}

}  // namespace

std::string_view name_of(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::encrypted:
      return "encrypted";
    case Obstacle::no_text:
      return "a page without text to search";
    case Obstacle::image:
      return "an image";
    case Obstacle::damaged:
      return "damaged, or not of its format";
    case Obstacle::unknown_format:
      return "a format that the scan does not read";
    case Obstacle::too_deep:
      return "too many documents inside each other";
    case Obstacle::too_large:
      return "too large";
    case Obstacle::too_long:
      return "too long to read";
  }
  return "unreadable";
}

void ScanResult::append(ScanResult other) {
  std::ranges::move(other.hits, std::back_inserter(hits));
  std::ranges::move(other.unread, std::back_inserter(unread));
}

Scanner::Scanner(std::vector<Secret> secrets, ScanLimits limits, Cleared cleared)
    : secrets_(std::move(secrets)),
      limits_(limits),
      cleared_(std::move(cleared)),
      automaton_(needles_of(secrets_)) {}

Result<ScanResult> Scanner::scan(const tree::Document& document) const {
  if (automaton_.empty()) return ScanResult{};
  Walk walk(automaton_, limits_, cleared_);
  TreeReading(walk, document).read();
  return walk.take();
}

Result<ScanResult> Scanner::scan(const base::Payload& payload, std::string_view media_type) const {
  if (automaton_.empty()) return ScanResult{};
  Walk walk(automaton_, limits_, cleared_);
  walk.content(payload, media_type, {});
  return walk.take();
}

ScanResult Scanner::scan_name(std::string_view name) const {
  if (automaton_.empty()) return {};
  Walk walk(automaton_, limits_, cleared_);
  walk.name(name, Spot{}.as(Carrier::name));
  auto result = walk.take();
  return result ? std::move(*result) : ScanResult{};
}

std::optional<Fault> Scanner::fault_of(const ScanResult& result) const {
  if (!result.hits.empty()) {
    const Hit& hit = result.hits.front();
    const Secret& secret = secrets_[hit.secret];
    return fault(code_of(hit.carrier), {},
                 {{"reason", std::string(name_of(secret.kind))},
                  {"field", secret.path},
                  {"place", shown(hit.place)}});
  }
  if (!result.unread.empty()) {
    const Unread& unread = result.unread.front();
    return fault("CH-POL-013", {},
                 {{"reason", std::string(name_of(unread.why))}, {"place", shown(unread.place)}});
  }
  return {};
}

}  // namespace charmille::policy
