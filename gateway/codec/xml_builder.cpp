#include "gateway/codec/xml_builder.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/codec/folded_base64.h"
#include "gateway/codec/sniff.h"

namespace charmille::codec {
namespace {

using tree::Node;

constexpr std::size_t largest_inline = 64 * 1024;
constexpr std::string_view blanks = " \t\r\n";

bool blank(std::string_view text) {
  return text.find_first_not_of(blanks) == text.npos;
}

const std::string* prefix_of(const XmlInput& options, std::string_view uri) {
  for (const auto& [prefix, known] : options.prefixes)
    if (known == uri) return &prefix;
  return nullptr;
}

}  // namespace

std::optional<std::string> decoded_name(const XmlInput& options, const XmlName& name) {
  if (name.uri.empty()) {
    if (!options.prefixes.empty() && !options.unqualified) return {};
    return std::string(name.local);
  }
  if (name.uri == options.root.uri) return std::string(name.local);
  const std::string* const prefix = prefix_of(options, name.uri);
  if (prefix == nullptr) return {};
  return *prefix + ':' + std::string(name.local);
}

std::optional<std::string_view> text_at_path(const Node& node, std::string_view path) {
  const Node* at = &node;
  while (at != nullptr && !path.empty()) {
    const std::size_t slash = path.find('/');
    at = at->find(path.substr(0, slash));
    path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
  }
  if (at != nullptr && at->is(tree::Kind::object)) at = at->find("text");
  if (at == nullptr || !at->is(tree::Kind::text)) return {};
  return at->chars();
}

void XmlBuilder::begin(tree::Document& document, std::uint16_t file) {
  if (&document != document_) names_.clear();
  document_ = &document;
  file_ = file;
  frames_.clear();
  members_.clear();
  taken_ = 0;
}

void XmlBuilder::forget_document() {
  names_.clear();
  document_ = nullptr;
}

Result<void> XmlBuilder::start(const XmlEvent& event) {
  const tree::Origin origin{file_, event.line, event.column};
  const auto name = decoded_name(options_, event.name);
  if (!name) return fail("CH-XML-009", place(origin));
  if (!frames_.empty()) {
    Frame& parent = frames_.back();
    if (blank(std::string_view(parent.text).substr(parent.piece))) parent.text.resize(parent.piece);
    parent.piece = parent.text.size();
    parent.children = true;
  }
  Frame frame;
  frame.name = interned(*name);
  frame.origin = origin;
  frame.first_member = members_.size();
  frame.qualified = !event.name.uri.empty();
  for (const XmlAttribute& one : event.attributes)
    if (auto taken = attribute(one, frame); !taken) return taken;
  frames_.push_back(std::move(frame));
  return count(sizeof(Node));
}

Result<void> XmlBuilder::attribute(const XmlAttribute& attribute, Frame& frame) {
  const XmlName& name = attribute.name;
  std::string key(name.local);
  if (name.uri == xsi_uri) {
    if (name.local == "nil") frame.nil = attribute.value == "true" || attribute.value == "1";
    if (name.local != "type") return {};  // where a schema stands is never followed
    key = "xsi:type";
  } else if (name.uri == xml_uri) {
    key = "xml:" + key;
  } else if (!name.uri.empty()) {
    const std::string* const prefix = prefix_of(options_, name.uri);
    if (prefix == nullptr) return fail("CH-XML-009", place(frame.origin));
    key = *prefix + ':' + key;
  }
  if (attribute.value.size() > options_.max_text)
    return fail("CH-XML-011", place(frame.origin), {{"limit", std::to_string(options_.max_text)}});
  members_.push_back({interned(key), document_->text(attribute.value, frame.origin), true, false});
  return count(sizeof(Node) + attribute.value.size());
}

Result<void> XmlBuilder::text(std::string_view text) {
  Frame& frame = frames_.back();
  if (frame.text.size() + text.size() > options_.max_text)
    return fail("CH-XML-011", place(frame.origin), {{"limit", std::to_string(options_.max_text)}});
  frame.text += text;
  return count(text.size());
}

Result<void> XmlBuilder::count(std::size_t bytes) {
  taken_ += bytes;
  if (taken_ <= options_.max_record) return {};
  return fail("CH-XML-010", place(frames_.front().origin),
              {{"limit", std::to_string(options_.max_record)}});
}

Result<std::optional<Node>> XmlBuilder::end() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.children && blank(std::string_view(frame.text).substr(frame.piece)))
    frame.text.resize(frame.piece);
  auto node = close(frame);
  if (!node) return fail(std::move(node.error()));
  members_.resize(frame.first_member);
  if (frames_.empty()) return *node;
  members_.push_back({frame.name, *node, false, frame.qualified});
  return std::nullopt;
}

Result<Node> XmlBuilder::close(const Frame& frame) {
  const std::span<const Member> members = std::span(members_).subspan(frame.first_member);
  if (members.empty() && (frame.nil || !frame.children)) {
    if (frame.nil && blank(frame.text)) return Node::null(frame.origin);
    return text_of(frame.text, frame.origin);
  }
  if (!blank(frame.text))
    members_.push_back({interned("text"), text_of(frame.text, frame.origin), true, false});
  const std::span<const Member> all = std::span(members_).subspan(frame.first_member);
  if (auto distinct = check_names(all, frame); !distinct) return fail(std::move(distinct.error()));
  return object_of(all, frame.origin);
}

/// Only child elements of one namespace may bear one name.
Result<void> XmlBuilder::check_names(std::span<const Member> members, const Frame& frame) const {
  const auto clashes = [](const Member& a, const Member& b) {
    return a.name.data() == b.name.data() &&
           (a.attribute || b.attribute || a.qualified != b.qualified);
  };
  // Names are interned: one that clashes has the address of another.
  std::vector<const Member*> sorted;
  sorted.reserve(members.size());
  for (const Member& member : members) sorted.push_back(&member);
  std::ranges::sort(sorted, {},
                    [](const Member* m) { return std::pair(m->name.data(), !m->attribute); });
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (clashes(*sorted[i - 1], *sorted[i]))
      return fail("CH-XML-012", place(frame.origin),
                  {{"name", base::printable(sorted[i]->name, 60)}});
  return {};
}

Node XmlBuilder::object_of(std::span<const Member> members, tree::Origin origin) {
  // In the order of the first of each name, with how many there are of it.
  std::vector<std::pair<std::string_view, std::vector<Node>>> groups;
  for (const Member& member : members) {
    const auto known = std::ranges::find_if(
        groups, [&](const auto& group) { return group.first.data() == member.name.data(); });
    if (known == groups.end())
      groups.push_back({member.name, {member.node}});
    else
      known->second.push_back(member.node);
  }
  const auto keys = document_->arena().array<std::string_view>(groups.size());
  const auto slots = document_->arena().array<Node>(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& [name, nodes] = groups[i];
    keys[i] = name;
    slots[i] = nodes.size() == 1 ? nodes.front() : document_->array(nodes, nodes.front().origin());
  }
  const auto shape = document_->arena().array<tree::Shape>(1);
  shape[0] = tree::Shape(keys);
  return Node::object(shape[0], slots, origin);
}

Node XmlBuilder::text_of(std::string_view text, tree::Origin origin) {
  if (text.size() > largest_inline) {
    if (auto bytes = from_folded_base64(text)) {
      std::string type(media_type_of(*bytes));
      return Node::attachment(
          document_->add_attachment({base::Payload(std::move(*bytes)), std::move(type)}), origin);
    }
  }
  return document_->text(text, origin);
}

std::string_view XmlBuilder::interned(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end()) return *known;
  return *names_.insert(document_->arena().copy(name)).first;
}

}  // namespace charmille::codec
