// Options of typed lines from JSON, for tests.
#pragma once

#include "tests/unit/codec/reading.h"

namespace charmille::codec::test {

inline Options lines_options(std::string_view json) {
  const auto document = read_json(json, "conf.json");
  REQUIRE(document);
  auto options = read_options(*document, document->root());
  if (!options) {
    CAPTURE(base::describe(options.error(), base::Language::en));
    REQUIRE(options);
  }
  return std::move(*options);
}

/// The text with its first `what` replaced; it must be there.
inline std::string with(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != text.npos);
  return text.replace(at, what.size(), by);
}

/// "CODE line:column" of what refuses these bytes; empty when they are read.
inline std::string refusal(const Options& options, std::string bytes) {
  const Reading r = read(options, base::Payload(std::move(bytes)));
  if (!r.refused) return {};
  return r.code() + ' ' + std::to_string(r.refused->place.line) + ':' +
         std::to_string(r.refused->place.column);
}

}  // namespace charmille::codec::test
