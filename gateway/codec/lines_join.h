// Lines to rows: each hangs from its parent by their keys, wherever the two stand in the file.
#pragma once

#include <string>
#include <vector>

#include "gateway/codec/codec.h"
#include "gateway/codec/lines_reader.h"

namespace charmille::codec {

struct JoinedLines {
  std::vector<tree::Node> rows;
  std::vector<Rejected> held;  ///< lines without their parent, or with a doubled key; by line
};

/// Fills the slots of `file`'s lines behind their fields; lists live in `into`. CH-LIG-052: a
/// doubled key that refuses the file.
Result<JoinedLines> join_lines(const LinesInput& options, LineFile& file, const std::string& name,
                               tree::Document& into);

}  // namespace charmille::codec
