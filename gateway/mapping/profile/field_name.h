// Names for a draft, made from those of columns.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace charmille::mapping {

/// Field names of one object: camel case, ASCII letters and digits, each once.
class FieldNames {
 public:
  /// "Date d'entrée" gives "dateDEntree", "N° dossier" gives "numeroDossier", "EO_CahierLiaison"
  /// gives "eoCahierLiaison"; a second one of the same name gets a number.
  std::string take(std::string_view column);
  /// A name that is one already, with a number when it is taken.
  std::string take_as(const std::string& name);
  /// A name that no field may have.
  void reserve(std::string name) { taken_.insert(std::move(name)); }

 private:
  std::set<std::string> taken_;
};

/// The column as FHIRPath reads it: bare, or in backticks with escapes.
std::string as_path(std::string_view column);

/// A text in double quotes, as YAML writes it on one line.
std::string as_yaml(std::string_view text);

}  // namespace charmille::mapping
