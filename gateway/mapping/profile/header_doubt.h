// Whether the first line of a file is one more row: were it taken for names, persons would be
// shown.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace charmille::mapping {

/// The first line is a row when each of its cells is words of letters, written as most cells below
/// it are ("DUPONT" as "MARTIN", "Léa" as "Zoé"), and no cell is a word that names of columns have
/// ("Nom", "Date") without standing below too. One that holds digits was judged before, by
/// `codec::detect`.
class HeaderDoubt {
 public:
  static constexpr std::size_t most_rows = 50;

  explicit HeaderDoubt(std::span<const std::string> names);

  /// The cells of a column, from the first row on; those beyond `most_rows` are passed over.
  void feed(std::size_t column, std::string_view cell);
  bool is_row() const;

 private:
  struct Column {
    std::string name;
    std::string form;
    bool promises = false;
    bool comes_again = false;
    std::size_t rows = 0;
    std::size_t filled = 0;
    std::size_t alike = 0;
  };
  std::vector<Column> columns_;
  bool words_only_ = true;
};

}  // namespace charmille::mapping
