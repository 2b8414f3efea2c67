#include "gateway/config/yaml.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "gateway/base/bytes.h"
#include "gateway/config/scalar.h"

namespace charmille::config {
namespace {

using tree::Node;
using tree::Origin;

constexpr std::size_t most_bytes = 16U << 20;
constexpr std::size_t most_levels = 100;
constexpr std::size_t most_values = 1'000'000;
constexpr std::string_view core_tags = "tag:yaml.org,2002:";
/// Put behind the text: yaml-cpp takes the end of the file for the end of an open quote, which then
/// holds this mark. No text that is accepted contains its control character.
constexpr std::string_view end_mark = "#\x01";

/// Carries a fault out of yaml-cpp's callbacks; it never leaves this file.
struct Refused {
  Fault fault;
};

/// Where lines begin, to turn yaml-cpp's columns (bytes) into characters.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text), starts_{0} {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }

  Origin at(const YAML::Mark& mark, std::uint16_t file) const {
    if (mark.line < 0) return {file, 0, 0};
    const auto line = static_cast<std::size_t>(mark.line);
    const std::size_t from = line < starts_.size() ? starts_[line] : text_.size();
    const std::size_t to =
        std::min(from + static_cast<std::size_t>(std::max(mark.column, 0)), text_.size());
    const auto characters = std::ranges::count_if(text_.substr(from, to - from), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    return {file, static_cast<std::uint32_t>(line + 1), static_cast<std::uint32_t>(characters + 1)};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// Builds the tree from yaml-cpp's events: no graph of shared nodes in between, and positions of
/// keys come for free.
class Builder final : public YAML::EventHandler {
 public:
  Builder(tree::Document& document, std::uint16_t file, const Lines& lines)
      : document_(document), file_(file), lines_(lines) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse("CH-CFG-014", mark);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Origin origin = place(mark);
    // An empty value has the mark of what follows; its key is where people look.
    if (!frames_.empty() && frames_.back().has_key && frames_.back().key.origin.line != origin.line)
      origin = frames_.back().key.origin;
    add(Node::null(origin), 1, anchor, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (tag == "!" && value.find(end_mark) != value.npos) refuse("CH-CFG-003", mark);
    const std::string_view kind = core_tag(tag, mark);
    if (awaits_key()) {
      add(document_.text(value, place(mark)), 1, anchor, mark);
      return;
    }
    const bool quoted = tag == "!" || kind == "str";
    const Node node =
        quoted ? document_.text(value, place(mark)) : plain_scalar(document_, value, place(mark));
    if (!kind.empty() && !fits(kind, node.kind()))
      refuse("CH-CFG-007", mark, {{"tag", base::printable(tag)}});
    add(node, 1, anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // An alias inside its own anchor is not finished yet, so it is not found: no cycles.
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) refuse("CH-CFG-008", mark);
    add(known->second.node, known->second.values, YAML::NullAnchor, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(false, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(true, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  Node root() const { return root_; }
  /// A key that is no text, if any: told last, because it is most often the shadow of a bracket
  /// left open.
  const std::optional<Fault>& odd_key() const { return odd_key_; }
  /// Where the innermost list or object that is still open began.
  Origin innermost() const { return frames_.empty() ? Origin{} : place(frames_.back().mark); }

 private:
  struct Key {
    std::string_view name;
    Origin origin;
  };
  struct Frame {
    bool map = false;
    bool has_key = false;
    YAML::Mark mark;
    YAML::anchor_t anchor = YAML::NullAnchor;
    Key key;  ///< the one whose value is awaited
    std::vector<Key> keys;
    std::unordered_map<std::string_view, Origin> seen;
    std::vector<Node> items;
    std::size_t values = 1;  ///< of this container, aliases expanded
  };
  struct Anchored {
    Node node;
    std::size_t values = 0;
  };

  [[noreturn]] void refuse(std::string_view code, const YAML::Mark& mark,
                           base::Args args = {}) const {
    throw Refused{fault(code, document_.place_of(place(mark)), std::move(args))};
  }
  Origin place(const YAML::Mark& mark) const { return lines_.at(mark, file_); }
  bool awaits_key() const {
    return !frames_.empty() && frames_.back().map && !frames_.back().has_key;
  }

  /// The name after "tag:yaml.org,2002:", empty without a tag; any other tag is refused.
  std::string_view core_tag(std::string_view tag, const YAML::Mark& mark) const {
    if (tag.empty() || tag == "?" || tag == "!") return {};
    if (tag.starts_with(core_tags)) {
      const std::string_view name = tag.substr(core_tags.size());
      constexpr std::array<std::string_view, 7> known{"str",   "null", "bool", "int",
                                                      "float", "seq",  "map"};
      if (std::ranges::find(known, name) != known.end()) return name;
    }
    refuse("CH-CFG-007", mark, {{"tag", base::printable(tag)}});
  }

  static bool fits(std::string_view name, tree::Kind kind) {
    switch (kind) {
      case tree::Kind::null:
        return name == "null";
      case tree::Kind::boolean:
        return name == "bool";
      case tree::Kind::number:
        return name == "int" || name == "float";
      case tree::Kind::text:
        return name == "str";
      case tree::Kind::array:
        return name == "seq";
      case tree::Kind::object:
        return name == "map";
      case tree::Kind::attachment:
        break;
    }
    return false;
  }

  void open(bool map, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (frames_.size() >= most_levels)
      refuse("CH-CFG-009", mark, {{"limit", std::to_string(most_levels)}});
    const std::string_view kind = core_tag(tag, mark);
    if (!kind.empty() && !fits(kind, map ? tree::Kind::object : tree::Kind::array))
      refuse("CH-CFG-007", mark, {{"tag", base::printable(tag)}});
    Frame& frame = frames_.emplace_back();
    frame.map = map;
    frame.mark = mark;
    frame.anchor = anchor;
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(frame.map ? object(frame) : document_.array(frame.items, place(frame.mark)), frame.values,
        frame.anchor, frame.mark);
  }

  Node object(const Frame& frame) {
    const auto names = document_.arena().array<std::string_view>(frame.keys.size());
    const auto slots = document_.arena().array<Node>(frame.items.size());
    std::ranges::transform(frame.keys, names.begin(), &Key::name);
    std::ranges::copy(frame.items, slots.begin());
    const auto shape = document_.arena().array<tree::Shape>(1);
    shape[0] = tree::Shape(names);
    std::vector<Origin> origins(frame.keys.size());
    std::ranges::transform(frame.keys, origins.begin(), &Key::origin);
    document_.set_key_origins(shape[0], std::move(origins));
    return Node::object(shape[0], slots, place(frame.mark));
  }

  /// Puts a finished value where it belongs; `values` counts it and all below it, aliases expanded.
  void add(Node node, std::size_t values, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (values > most_values) refuse("CH-CFG-010", mark, {{"limit", std::to_string(most_values)}});
    if (anchor != YAML::NullAnchor) anchors_.insert_or_assign(anchor, Anchored{node, values});
    if (frames_.empty()) {
      root_ = node;
      return;
    }
    Frame& frame = frames_.back();
    frame.values += values;
    if (frame.values > most_values)
      refuse("CH-CFG-010", mark, {{"limit", std::to_string(most_values)}});
    if (!frame.map) {
      frame.items.push_back(node);
    } else if (!frame.has_key) {
      take_key(frame, node, mark);
    } else {
      frame.keys.push_back(frame.key);
      frame.items.push_back(node);
      frame.has_key = false;
    }
  }

  void take_key(Frame& frame, const Node& node, const YAML::Mark& mark) {
    const Origin origin = place(mark);
    frame.has_key = true;
    if (node.kind() != tree::Kind::text) {
      if (!odd_key_) odd_key_ = fault("CH-CFG-013", document_.place_of(origin));
      frame.key = {{}, origin};
      return;
    }
    const auto [first, fresh] = frame.seen.emplace(node.chars(), origin);
    if (!fresh)
      refuse("CH-CFG-006", mark,
             {{"key", base::printable(node.chars())},
              {"line", std::to_string(first->second.line)},
              {"column", std::to_string(first->second.column)}});
    frame.key = {node.chars(), origin};
  }

  tree::Document& document_;
  std::uint16_t file_;
  const Lines& lines_;
  Node root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::optional<Fault> odd_key_;
  int documents_ = 0;
};

/// yaml-cpp's words for the mistakes that people make most, each with its own code and remedy.
std::string_view code_of(std::string_view message) {
  using Known = std::pair<std::string_view, std::string_view>;
  static const std::array known{
      Known{YAML::ErrorMsg::TAB_IN_INDENTATION, "CH-CFG-002"},
      Known{YAML::ErrorMsg::EOF_IN_SCALAR, "CH-CFG-003"},
      Known{YAML::ErrorMsg::MAP_VALUE, "CH-CFG-004"},
      Known{YAML::ErrorMsg::MAP_KEY, "CH-CFG-004"},
      Known{YAML::ErrorMsg::END_OF_MAP, "CH-CFG-005"},
      Known{YAML::ErrorMsg::END_OF_MAP_FLOW, "CH-CFG-005"},
      Known{YAML::ErrorMsg::END_OF_SEQ, "CH-CFG-005"},
      Known{YAML::ErrorMsg::END_OF_SEQ_FLOW, "CH-CFG-005"},
      Known{YAML::ErrorMsg::BLOCK_ENTRY, "CH-CFG-005"},
      Known{YAML::ErrorMsg::FLOW_END, "CH-CFG-005"},
      Known{YAML::ErrorMsg::UNKNOWN_ANCHOR, "CH-CFG-008"},
  };
  for (const auto& [text, code] : known)
    if (message.starts_with(text)) return code;
  return "CH-CFG-001";
}

/// Whether a tab indents the line (counted from 1) or the one before it: yaml-cpp then complains
/// about something else, often a line later.
bool indented_by_tab(std::string_view text, std::uint32_t line) {
  for (std::uint32_t number = 1; number <= line && !text.empty(); ++number) {
    const std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const std::string_view indent = one.substr(0, one.find_first_not_of(" \t"));
    if (number + 1 >= line && indent.find('\t') != indent.npos) return true;
  }
  return false;
}

}  // namespace

Result<tree::Document> read_yaml(std::string_view text, std::string file_name) {
  tree::Document document;
  const std::uint16_t file = document.add_file(std::move(file_name));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.size() > most_bytes)
    return fail("CH-CFG-011", document.place_of({file, 0, 0}),
                {{"limit", std::to_string(most_bytes)}});
  if (const std::size_t bad = first_unreadable(text); bad != text.npos) {
    const auto line = static_cast<std::uint32_t>(std::ranges::count(text.substr(0, bad), '\n') + 1);
    return fail("CH-CFG-012", document.place_of({file, line, 0}));
  }
  const Lines lines(text);
  Builder builder(document, file, lines);
  try {
    std::string marked(text);
    if (!text.ends_with('\n')) marked += '\n';
    marked += end_mark;
    marked += '\n';
    std::istringstream stream(std::move(marked));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return fail(refused.fault);
  } catch (const YAML::Exception& e) {
    const Origin at = lines.at(e.mark, file);
    const std::uint32_t opened = builder.innermost().line;
    const std::string_view code = indented_by_tab(text, at.line) ? "CH-CFG-002" : code_of(e.msg);
    return fail(code, document.place_of(at),
                {{"what", base::printable(e.msg)},
                 {"line", std::to_string(opened != 0 ? opened : at.line)}});
  }
  if (builder.odd_key()) return fail(*builder.odd_key());
  document.set_root(builder.root());
  return document;
}

Result<tree::Document> read_yaml_file(const std::filesystem::path& file, std::string shown) {
  std::error_code error;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(file, error))
    return fail("CH-CFG-015", {std::move(shown), 0, 0, {}});
  std::string text(most_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return fail("CH-CFG-015", {std::move(shown), 0, 0, {}});
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return read_yaml(text, std::move(shown));
}

}  // namespace charmille::config
