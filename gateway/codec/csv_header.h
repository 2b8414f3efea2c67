// The header line of a CSV file: names of columns, checked against what is expected.
#pragma once

#include <memory>
#include <span>

#include "gateway/codec/csv_scanner.h"
#include "gateway/tree/node.h"

namespace charmille::codec {

/// The columns of one file; shared by every row read from it.
struct Header {
  std::vector<std::string> names;
  std::vector<std::string_view> keys;  ///< views of `names`
  tree::Shape shape;                   ///< over `keys`
  bool trailing = false;  ///< the line ends with a delimiter: rows may have one more, empty cell
};

/// Reads the header that the scanner stands on. Faults: CH-CSV-003, 005, 010, 014, 021, 022, 023;
/// remarks: 015.
Result<std::shared_ptr<const Header>> read_header(const CsvScanner& scanner,
                                                  const CsvInput& options, const std::string& file,
                                                  std::vector<Fault>& remarks);

/// The text of a cell: `""` inside quotes stands for one quote.
std::string cell_text(const RawRecord& record, const Slice& cell, char quote);

/// Takes the doubled quotes out of `chars`; the new size.
std::size_t collapse_quotes(std::span<char> chars, char quote);

}  // namespace charmille::codec
