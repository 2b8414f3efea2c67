// XML as a sequence of events, from a source that nobody trusts.
//
// libxml2 parses what we feed it piece by piece and calls back. Its reader interface would stand on
// the same parser, but counts lines to 65,535 only and shows a DTD after having read it; the
// callbacks give the true line, and stop at `<!DOCTYPE` before anything of it is read. Nothing
// outside of the payload is ever looked at: no DTD, no entity but the five of XML, no XInclude.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/payload.h"

namespace charmille::codec {

struct XmlName {
  std::string_view uri;  ///< of its namespace; empty: none
  std::string_view local;

  bool operator==(const XmlName&) const = default;
};

struct XmlAttribute {
  XmlName name;
  std::string_view value;
};

struct XmlEvent {
  enum class Kind : std::uint8_t { start, end, text };

  Kind kind = Kind::text;
  XmlName name;                              ///< of a start
  std::span<const XmlAttribute> attributes;  ///< of a start, without declarations of namespaces
  std::string_view text;                     ///< UTF-8; one text may come as several events
  std::uint32_t line = 0;                    ///< of a start: where its tag begins
  std::uint32_t column = 0;                  ///< in characters from 1; 0 for a tag of several lines
  std::uint64_t offset = 0;  ///< in the decoded text: of a start, where its tag begins; of an end,
                             ///< what follows its tag
};

struct XmlLimits {
  std::size_t depth = 64;               ///< of elements in elements
  std::size_t construct = 1024 * 1024;  ///< bytes of one tag, comment or instruction
  std::size_t piece = 64 * 1024;        ///< bytes given to the parser at once
  bool garbled = false;                 ///< what looks encoded twice is accepted
};

class XmlReader {
 public:
  /// `name` is what faults call the payload.
  XmlReader(base::Payload payload, std::string name, const XmlLimits& limits);
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;
  ~XmlReader();

  /// The next event, valid until the next call; nullptr at the end of a well-formed document.
  /// Faults: CH-XML-001 to 009 for what is no XML or not allowed in it, CH-TXT for bytes that do
  /// not fit the encoding which the file declares.
  Result<const XmlEvent*> next();

  /// Warnings about the text so far, given once.
  std::vector<Fault> take_remarks();

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace charmille::codec
