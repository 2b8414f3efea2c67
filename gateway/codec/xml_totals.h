// What a footer says of the file, counted while it is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/codec/xml_options.h"
#include "gateway/codec/xml_reader.h"

namespace charmille::codec {

class XmlTotals {
 public:
  explicit XmlTotals(const XmlInput& options) : options_(options), totals_(options.checks.size()) {}

  // Of every element of the file, in order.
  void start(const XmlEvent& event);
  void text(std::string_view text);
  void end();

  /// Faults: CH-XML-030 for a value that the footer lacks or that is no number, CH-XML-031 and
  /// 033 for a count and a sum that differ from the file, CH-XML-032 for a summed element that
  /// holds no number.
  Result<void> check(const tree::Document& footer) const;

 private:
  struct Total {
    std::int64_t value = 0;        ///< a count, or millionths
    std::uint32_t wrong_line = 0;  ///< of the first text that is no number, or where the sum left
                                   ///< its range
  };
  struct Open {
    std::uint32_t line = 0;
    bool summed = false;
    std::string text;
  };

  const XmlInput& options_;
  std::vector<Total> totals_;
  std::vector<std::pair<QName, Open>> open_;
};

}  // namespace charmille::codec
