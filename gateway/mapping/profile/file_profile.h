// A file of unknown origin: how it is written and what its columns hold.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/codec/detect.h"
#include "gateway/mapping/profile/column_profile.h"
#include "gateway/mapping/profile/seen.h"

namespace charmille::mapping {

struct FileProfile {
  static constexpr std::size_t most_records = 100'000;

  std::string file;  ///< its name, without folders
  codec::Detected written;
  std::vector<ColumnProfile> columns;
  std::uint64_t records = 0;   ///< read, rejected ones included
  std::uint64_t rejected = 0;  ///< that the codec refuses
  bool whole = true;           ///< false: there are records beyond the first `most_records`
  std::vector<Fault> remarks;  ///< of the codec; the first rejections among them
  std::shared_ptr<Seen> persons = std::make_shared<Seen>();  ///< words of the columns of names
};

/// Reads at most `most_records` records, a batch at a time. Only fields that hold plain values are
/// columns of a JSON record. Faults: those of `codec::detect` and of the codec; CH-CSV-002 when
/// there is no record to learn from; CH-MAP-072 when the first line of a CSV file is a row, unless
/// a person says that it is a `header`.
Result<FileProfile> profile_file(const base::Payload& payload, const std::string& name,
                                 bool header = false);

/// Columns of codes in which words of any file's columns of names stand are text from now on: what
/// repeats may still be a person.
void hide_persons(std::span<FileProfile> files);

}  // namespace charmille::mapping
