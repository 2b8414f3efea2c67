// Copies of CSV files in which every person is invented. All files of a lot go through one mask,
// so that what joined before joins after.
//
//   mapping::Mask mask(crypto::Key::generate(base::system_random()), {});
//   for (...) mask.look(payload, name);
//   mask.decide();
//   for (...) mask.write(i, [&](std::string_view bytes) { ... });
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/codec/csv_scanner.h"
#include "gateway/codec/detect.h"
#include "gateway/mapping/mask/inventor.h"
#include "gateway/mapping/profile/column_profile.h"

namespace charmille::mapping {

class Mask {
 public:
  using Sink = std::function<Result<void>(std::string_view bytes)>;

  /// Cells that equal one of `keep` stay as they are. Without the key nothing can be undone.
  Mask(crypto::Key key, std::vector<std::string> keep);

  /// First pass: reads the file whole. Faults: those of `codec::detect` and of the CSV codec, any
  /// record that the codec would reject included; CH-CSV-002; CH-MAP-070 for a file that is not
  /// CSV. Memory grows with the number of columns, not of records.
  Result<void> look(const base::Payload& payload, const std::string& name);
  /// After the last `look`.
  void decide();

  struct Column {
    std::string name;
    bool kept = false;
    ColumnKind kind = ColumnKind::text;
  };
  /// What happens to the columns of a file, in the order of `look`.
  const std::vector<Column>& columns(std::size_t file) const { return files_[file].columns; }

  /// Second pass: the masked file, with the delimiter, encoding, quotes and line ends of the
  /// original. Memory grows with the number of different identifiers.
  Result<void> write(std::size_t file, const Sink& sink);

 private:
  struct File {
    base::Payload payload;
    std::string name;
    codec::Detected written;
    std::vector<ColumnProfile> profiles;
    std::vector<Column> columns;
    std::vector<std::vector<std::size_t>> forms;  ///< of date columns
  };

  class Pass;
  bool is_kept(const ColumnProfile& profile) const;
  bool gather_days(std::string_view text);
  void gather(File& file, std::size_t column, std::string_view cell);
  std::string masked(const File& file, std::size_t column, std::string_view cell,
                     std::string_view previous);
  std::string masked_record(const File& file, const Pass& pass);

  crypto::Key key_;
  std::vector<std::string> keep_;
  std::vector<File> files_;
  std::unique_ptr<Gathered> gathered_;
  std::unique_ptr<Inventor> inventor_;
  std::set<std::string> personal_;  ///< names of columns that hold persons in one file at least
};

}  // namespace charmille::mapping
