// How a partner writes its XML: names resolved to namespaces, so that prefixes are the file's own
// affair.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/tree/spec.h"

namespace charmille::codec {

/// The name of an element: of the namespace `uri`, or of none.
struct QName {
  std::string uri;
  std::string local;

  auto operator<=>(const QName&) const = default;
};

/// A value of the footer that the file must confirm.
struct XmlCheck {
  enum class Kind : std::uint8_t { count, sum };

  std::string name;  ///< in the footer: an attribute or an element
  Kind kind = Kind::count;
  QName element;  ///< counted; or whose decimal text, if it has one, is summed
};

struct XmlInput {
  std::map<std::string, std::string> prefixes;  ///< the configuration's, with their namespaces
  bool unqualified = false;                     ///< elements of no namespace are accepted too
  QName root;
  std::map<std::string, std::vector<std::string>> attributes;  ///< of the root: accepted values
  std::vector<QName> each;  ///< from the root, itself left out, to the elements that are records
  QName header;             ///< no local name: none
  QName footer;
  std::vector<XmlCheck> checks;
  std::string key;  ///< of a record: a path of decoded names, parted by slashes; empty: none
  std::string lot;  ///< the same, in the root's attributes and the header
  std::string extracted;
  std::string emitter;
  std::size_t max_depth = 64;
  std::size_t max_record = 1024 * 1024;  ///< bytes of one record in memory; more: refused
  std::size_t max_text = 64 * 1024;      ///< bytes of UTF-8 of one text or attribute
};

/// What the specification cannot tell of an options object that it accepts: prefixes without a
/// namespace (CH-XML-020), paths that are none (CH-XML-021), checks that are none (CH-XML-022).
std::vector<Fault> check_xml(const tree::Document& document, const tree::Node& node,
                             const std::string& path);
/// The options of a checked object.
XmlInput read_xml_input(const tree::Node& node, const tree::Spec& spec);

}  // namespace charmille::codec
