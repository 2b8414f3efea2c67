// Elements to nodes of a document.
//
// An element with text only is a text; any other is an object of its attributes and its child
// elements, under their names; children of one name become an array, where the first of them
// stands. Text beside attributes or children is under `text`. xsi:nil is null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gateway/codec/xml_options.h"
#include "gateway/codec/xml_reader.h"
#include "gateway/tree/document.h"

namespace charmille::codec {

inline constexpr std::string_view xml_uri = "http://www.w3.org/XML/1998/namespace";
inline constexpr std::string_view xsi_uri = "http://www.w3.org/2001/XMLSchema-instance";

class XmlBuilder {
 public:
  explicit XmlBuilder(const XmlInput& options) : options_(options) {}

  /// What is built next lives in `document`; its places name `file` (an index of the document).
  void begin(tree::Document& document, std::uint16_t file);
  /// The documents so far are gone: another may stand where one of them stood.
  void forget_document();

  /// Faults: CH-XML-009 for a name of a namespace that the configuration does not name, CH-XML-010
  /// and 011 for what exceeds max-record and max-text, CH-XML-012 when two things would bear one
  /// name.
  Result<void> start(const XmlEvent& event);
  Result<void> text(std::string_view text);
  /// The node of the element that ends here; nothing while it is inside of another.
  Result<std::optional<tree::Node>> end();
  /// Elements open.
  std::size_t depth() const { return frames_.size(); }

 private:
  struct Member {
    std::string_view name;
    tree::Node node;
    bool attribute = false;
    bool qualified = false;
  };
  struct Frame {
    std::string_view name;
    tree::Origin origin;
    std::size_t first_member = 0;
    std::string text;
    std::size_t piece = 0;  ///< of the text: where the last child ended
    bool nil = false;
    bool children = false;
    bool qualified = false;
  };

  Result<void> attribute(const XmlAttribute& attribute, Frame& frame);
  Result<void> count(std::size_t bytes);
  Result<tree::Node> close(const Frame& frame);
  Result<void> check_names(std::span<const Member> members, const Frame& frame) const;
  tree::Node object_of(std::span<const Member> members, tree::Origin origin);
  tree::Node text_of(std::string_view text, tree::Origin origin);
  std::string_view interned(std::string_view name);
  base::Place place(tree::Origin origin) const { return document_->place_of(origin); }

  const XmlInput& options_;
  tree::Document* document_ = nullptr;
  std::uint16_t file_ = 0;
  std::unordered_set<std::string_view> names_;  ///< those that stand in the document
  std::vector<Frame> frames_;
  std::vector<Member> members_;
  std::size_t taken_ = 0;  ///< by the element at the bottom: its record
};

/// The text at a path of decoded names, parted by slashes: of a text, or of an object its `text`.
std::optional<std::string_view> text_at_path(const tree::Node& node, std::string_view path);

/// The element's name as the tree has it: bare in the namespace of the root and in none, otherwise
/// with the configuration's prefix; nothing in a namespace that the configuration does not name.
std::optional<std::string> decoded_name(const XmlInput& options, const XmlName& name);

}  // namespace charmille::codec
