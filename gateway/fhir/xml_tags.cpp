#include "gateway/fhir/xml_tags.h"

#include <algorithm>
#include <utility>

namespace charmille::fhir {
namespace {

/// Readers make a blank of a line end that is not escaped (XML 1.0 §3.3.3).
std::string_view escape_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return {};
  }
}

}  // namespace

bool is_xml_text(std::string_view utf8) {
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  };
  return std::ranges::none_of(utf8, forbidden) && utf8.find("\xEF\xBF\xBE") == utf8.npos &&
         utf8.find("\xEF\xBF\xBF") == utf8.npos;
}

void XmlTags::open(std::string_view name) {
  end_start_tag();
  if (!open_.empty()) new_line();
  out_ += '<';
  out_ += name;
  in_start_tag_ = true;
  open_.push_back(name);
}

void XmlTags::attribute(std::string_view name, std::string_view value) {
  out_ += ' ';
  out_ += name;
  out_ += "=\"";
  for (const char c : value)
    if (const auto escape = escape_of(c); escape.empty())
      out_ += c;
    else
      out_ += escape;
  out_ += '"';
}

void XmlTags::raw(std::string_view markup) {
  end_start_tag();
  new_line();
  out_ += markup;
}

void XmlTags::close() {
  const std::string_view name = open_.back();
  open_.pop_back();
  if (std::exchange(in_start_tag_, false)) {
    out_ += "/>";
    return;
  }
  new_line();
  out_ += "</";
  out_ += name;
  out_ += '>';
}

std::string XmlTags::take() {
  out_ += '\n';
  return std::move(out_);
}

void XmlTags::end_start_tag() {
  if (std::exchange(in_start_tag_, false)) out_ += '>';
}

void XmlTags::new_line() {
  if (!pretty_) return;
  out_ += '\n';
  out_.append(2 * open_.size(), ' ');
}

}  // namespace charmille::fhir
