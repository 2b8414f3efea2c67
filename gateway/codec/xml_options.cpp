#include "gateway/codec/xml_options.h"

#include <algorithm>

#include "gateway/base/bytes.h"

namespace charmille::codec {
namespace {

using tree::Node;

std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  for (;;) {
    const std::size_t slash = path.find('/');
    steps.push_back(path.substr(0, slash));
    if (slash == path.npos) return steps;
    path.remove_prefix(slash + 1);
  }
}

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == name.npos ? std::string_view{} : name.substr(0, colon);
}
std::string_view local_of(std::string_view name) {
  return name.substr(prefix_of(name).size() + (name.find(':') == name.npos ? 0 : 1));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\r\n:/@<>&\"'") == text.npos;
}

QName resolved(const Node& options, std::string_view name) {
  const Node* const prefixes = options.find("namespaces");
  const Node* const uri = prefixes != nullptr ? prefixes->find(prefix_of(name)) : nullptr;
  return {uri != nullptr ? std::string(uri->chars()) : std::string{}, std::string(local_of(name))};
}

/// Gathers the faults of one options object.
class Checks {
 public:
  Checks(const tree::Document& document, const Node& options, const std::string& path)
      : document_(document), options_(options), path_(path) {}

  void element(const Node* node, const std::string& key) {
    if (node != nullptr) step(*node, node->chars(), key);
  }
  void elements(const Node* node, const std::string& key) {
    if (node == nullptr) return;
    for (const std::string_view name : steps_of(node->chars())) step(*node, name, key);
  }
  /// A path of decoded names: they may bear a prefix of the configuration, or of XML itself.
  void decoded(const Node* node, const std::string& key) {
    if (node == nullptr) return;
    for (const std::string_view name : steps_of(node->chars()))
      if (!is_name(local_of(name)) || (name.find(':') != name.npos && !is_name(prefix_of(name))))
        return add("CH-XML-021", *node, key);
  }
  void footer(const Node* footer) {
    if (footer == nullptr) return;
    element(footer->find("element"), "footer.element");
    const Node* const checks = footer->find("checks");
    for (std::size_t i = 0; checks != nullptr && i < checks->items().size(); ++i) {
      const Node& check = checks->items()[i];
      const std::string key = "footer.checks." + std::string(checks->key(i));
      const Node* const count = check.find("count");
      const Node* const sum = check.find("sum");
      if ((count == nullptr) == (sum == nullptr)) add("CH-XML-022", check, key);
      element(count, key + ".count");
      element(sum, key + ".sum");
    }
  }
  std::vector<Fault> take() { return std::move(faults_); }

 private:
  void step(const Node& node, std::string_view name, const std::string& key) {
    const std::string_view prefix = prefix_of(name);
    if (!is_name(local_of(name)) || (prefix.empty() && name.starts_with(":")))
      return add("CH-XML-021", node, key);
    const Node* const prefixes = options_.find("namespaces");
    if (prefixes == nullptr || prefixes->items().empty()) {
      if (!prefix.empty()) add("CH-XML-020", node, key, {{"prefix", base::printable(prefix, 40)}});
    } else if (prefix.empty()) {
      const Node* const unqualified = options_.find("unqualified");
      if (unqualified == nullptr || !unqualified->boolean_value()) add("CH-XML-023", node, key);
    } else if (prefixes->find(prefix) == nullptr) {
      add("CH-XML-020", node, key, {{"prefix", base::printable(prefix, 40)}});
    }
  }
  void add(std::string_view code, const Node& node, const std::string& key, base::Args args = {}) {
    const std::string full = path_.empty() ? key : path_ + "." + key;
    faults_.push_back(fault(code, document_.place_of(node.origin(), full), std::move(args)));
  }

  const tree::Document& document_;
  const Node& options_;
  const std::string& path_;
  std::vector<Fault> faults_;
};

std::string text_at(const Node* object, std::string_view name) {
  const Node* const node = object != nullptr ? object->find(name) : nullptr;
  return node != nullptr ? std::string(node->chars()) : std::string{};
}

}  // namespace

std::vector<Fault> check_xml(const tree::Document& document, const Node& node,
                             const std::string& path) {
  Checks checks(document, node, path);
  checks.element(node.find("root"), "root");
  checks.elements(node.find("each"), "each");
  checks.element(node.find("header"), "header");
  checks.footer(node.find("footer"));
  checks.decoded(node.find("key"), "key");
  if (const Node* const envelope = node.find("envelope"))
    for (std::size_t i = 0; i < envelope->items().size(); ++i)
      checks.decoded(&envelope->items()[i], "envelope." + std::string(envelope->key(i)));
  return checks.take();
}

XmlInput read_xml_input(const Node& node, const tree::Spec& spec) {
  XmlInput xml;
  if (const Node* const prefixes = node.find("namespaces"))
    for (std::size_t i = 0; i < prefixes->items().size(); ++i)
      xml.prefixes.emplace(prefixes->key(i), prefixes->items()[i].chars());
  xml.unqualified = read_boolean(node, field_of(spec.fields, "unqualified"));
  xml.root = resolved(node, text_at(&node, "root"));
  if (const Node* const attributes = node.find("attributes"))
    for (std::size_t i = 0; i < attributes->items().size(); ++i)
      for (const Node& value : attributes->items()[i].items())
        xml.attributes[std::string(attributes->key(i))].emplace_back(value.chars());
  for (const std::string_view step : steps_of(node.find("each")->chars()))
    xml.each.push_back(resolved(node, step));
  xml.header = resolved(node, text_at(&node, "header"));
  const Node* const footer = node.find("footer");
  xml.footer = resolved(node, text_at(footer, "element"));
  const Node* const checks = footer != nullptr ? footer->find("checks") : nullptr;
  for (std::size_t i = 0; checks != nullptr && i < checks->items().size(); ++i) {
    const Node& check = checks->items()[i];
    const bool count = check.find("count") != nullptr;
    xml.checks.push_back({std::string(checks->key(i)),
                          count ? XmlCheck::Kind::count : XmlCheck::Kind::sum,
                          resolved(node, text_at(&check, count ? "count" : "sum"))});
  }
  xml.key = text_at(&node, "key");
  const Node* const envelope = node.find("envelope");
  xml.lot = text_at(envelope, "lot");
  xml.extracted = text_at(envelope, "extracted");
  xml.emitter = text_at(envelope, "emitter");
  const auto number = [&](std::string_view name) {
    return static_cast<std::size_t>(read_integer(node, field_of(spec.fields, name)));
  };
  xml.max_depth = number("max-depth");
  xml.max_record = number("max-record");
  xml.max_text = number("max-text");
  return xml;
}

}  // namespace charmille::codec
