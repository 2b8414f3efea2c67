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
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/codec/csv_scanner.h"
#include "gateway/codec/detect.h"
#include "gateway/fhirpath/table.h"
#include "gateway/mapping/mask/inventor.h"
#include "gateway/mapping/mask/ways.h"
#include "gateway/mapping/profile/column_profile.h"

namespace charmille::mapping {

/// What a person wants to stay as it is.
struct Keep {
  std::vector<std::string> values = {};   ///< cells that equal one of these
  std::vector<std::string> columns = {};  ///< by name, in every file
  /// Columns in which nine cells of ten are codes of one of these keep those cells, unless their
  /// name promises persons, identifiers or dates. Case and accents do not count.
  std::vector<std::shared_ptr<const fhirpath::Table>> tables = {};
  bool header = false;  ///< the first lines are headers, whatever they look like
};

class Mask {
 public:
  using Sink = std::function<Result<void>(std::string_view bytes)>;

  /// Without the key nothing can be undone.
  explicit Mask(crypto::Key key, Keep keep = {});

  /// First pass: reads the file whole. Faults: those of `codec::detect` and of the CSV codec, any
  /// record that the codec would reject included; CH-CSV-002; CH-MAP-070 for a file that is not
  /// CSV; CH-MAP-072 for one whose first line is a row. Memory grows with the number of columns,
  /// not of records.
  Result<void> look(const base::Payload& payload, const std::string& name);
  /// After the last `look`: reads every file once more. CH-MAP-071 for a column to keep that none
  /// has.
  Result<void> decide();

  enum class Fate : std::uint8_t {
    masked,
    codes_stay,   ///< vocabulary, or yes and no
    table_stays,  ///< the cells that are codes of a table
    asked_for,    ///< a person said that it stays
  };
  /// The codes of a table, as `fhirpath::normalize` writes them.
  struct Codes {
    std::string table;
    std::set<std::string, std::less<>> all = {};
  };
  struct Column {
    std::string name;
    Fate fate = Fate::masked;
    Way way = Way::text;
    const Codes* codes = nullptr;  ///< with `table_stays`
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
    std::vector<std::vector<std::uint64_t>> coded;  ///< cells of each column in each table
    std::vector<Column> columns;
    std::vector<std::vector<std::size_t>> forms;  ///< of date columns
  };

  class Pass;
  bool gather_days(std::string_view text);
  void gather(File& file, std::size_t column, std::string_view cell);
  Result<void> check_asked() const;
  Column column_of(const File& file, std::size_t column) const;
  bool holds_codes(const ColumnProfile& profile) const;
  bool names_persons(const ColumnProfile& profile) const;
  Result<void> claim_values(const File& file);
  void mask_shared_codes();
  bool stays(const Column& column, std::string_view value) const;
  std::optional<std::string> invented(Way way, std::string_view cell, std::string_view value);
  std::string masked(const File& file, std::size_t column, std::string_view cell,
                     std::string_view previous);
  std::string masked_record(const File& file, const Pass& pass);

  crypto::Key key_;
  Keep keep_;
  std::vector<Codes> codes_;
  std::vector<File> files_;
  std::unique_ptr<Gathered> gathered_;
  std::unique_ptr<Inventor> inventor_;
  std::set<std::string> personal_;  ///< names of columns that hold persons in one file at least
  Ways ways_;
  std::set<std::string, std::less<>> masked_codes_;
  std::set<std::string, std::less<>> vocabulary_;  ///< codes that stay, and so stay in texts
};

}  // namespace charmille::mapping
