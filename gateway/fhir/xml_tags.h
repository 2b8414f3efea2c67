// XML as text: tags, attributes, escapes, lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace charmille::fhir {

/// Whether XML 1.0 (§2.2) can hold the characters, escaped or not.
bool is_xml_text(std::string_view utf8);

class XmlTags {
 public:
  /// `pretty`: each tag on a line of its own.
  explicit XmlTags(bool pretty) : pretty_(pretty) {}

  /// `name` must live until the element is closed.
  void open(std::string_view name);
  /// Of the element that was opened last. `value` is XML text.
  void attribute(std::string_view name, std::string_view value);
  /// Markup as it stands, inside of the element.
  void raw(std::string_view markup);
  void close();

  std::size_t depth() const { return open_.size(); }
  std::string take();

 private:
  void end_start_tag();
  void new_line();

  const bool pretty_;
  bool in_start_tag_ = false;
  std::vector<std::string_view> open_;
  std::string out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
};

}  // namespace charmille::fhir
