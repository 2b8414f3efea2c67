// The text of a file of typed lines, cut and checked: every line is of a known type and fits it,
// the header comes first and the trailer last.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gateway/codec/lines_options.h"
#include "gateway/tree/document.h"

namespace charmille::codec {

/// One line; its text and slots live as long as the file.
struct LineRecord {
  std::string_view text;        ///< without the line end
  std::uint32_t line = 0;       ///< in the file, from 1
  std::span<tree::Node> slots;  ///< the fields, then room for what hangs from it
};

/// What stands in one file. Values are views into its text.
struct LineFile {
  std::vector<std::vector<LineRecord>> records;  ///< by type, in the order of the file
  std::vector<const tree::Shape*> shapes;        ///< by type, of `slots`
  std::uint64_t lines = 0;                       ///< header and trailer included, blank ones not
  std::uint64_t length = 0;  ///< characters of the lines between header and trailer
  std::uint16_t file = 0;    ///< in the origins

  /// The header or the trailer; nullptr when none is declared.
  const LineRecord* only(std::optional<std::size_t> type) const {
    return type ? &records[*type].front() : nullptr;
  }
  tree::Node node(std::size_t type, const LineRecord& record) const {
    return tree::Node::object(*shapes[type], record.slots, {file, record.line, 1});
  }
};

/// Reads the whole `text`, which must outlive `into`. A fault refuses the file: CH-LIG-031 to 041,
/// 048 to 050. Remarks: 037, 055.
Result<LineFile> read_line_file(const LinesInput& options, std::string_view text,
                                const std::string& name, tree::Document& into,
                                std::vector<Fault>& remarks);

/// The checks that header and trailer declare. Faults: CH-LIG-043 to 047.
Result<void> check_totals(const LinesInput& options, const LineFile& file, const std::string& name);

}  // namespace charmille::codec
