// A mapping file, compiled: what turns the tree of one format into another (FPML over FHIRPath).
//
//   auto mapping = mapping::load({.file = "mappings/eo/enfants.yaml", .shown = "eo/enfants.yaml",
//   .schemas = "schemas"}); for (mapping::Item& item : mapping::apply(**mapping, batch, nullptr,
//   variables)) ...
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/tree/document.h"

namespace charmille::mapping {

struct Coverage;
struct Plan;
class Joins;

enum class From : std::uint8_t {
  csv,
  json,
  ndjson,
  records,
  fixed,
  xml,
  zip,
  document,
  child_record,
  tree
};

/// The words of `from:`, in the order of the type.
std::span<const std::string_view> from_names();
std::string_view name_of(From from);
/// Whether an empty text of the input is no value: what has no types writes it so.
bool empty_is_none(From from);

/// Immutable, cheap to copy, shared between threads.
class Mapping {
 public:
  explicit Mapping(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}

  const std::string& name() const;
  /// The name that faults show.
  const std::string& file() const;
  From from() const;
  /// "child-record", "tree" or the name of a schema.
  const std::string& to() const;
  /// Sections of a child record whose items add to those that the source gave before.
  const std::set<std::string>& adds() const;
  /// Reads no other file of the lot: batches of any size can be mapped one after the other.
  bool streams() const { return files().empty(); }
  /// Names of the lot's files that `nest` reads.
  std::vector<std::string> files() const;
  /// For each top-level key of the result, the nests whose rows decide on it. A lot that lacks an
  /// optional file says nothing about these sections.
  std::map<std::string, std::set<std::string>> sections_and_nests() const;
  /// The file that a nest reads.
  std::string file_of_nest(std::string_view nest) const;
  /// The declared columns that expressions read, of a file that nests join; empty: of the main one.
  std::vector<std::string> columns_read(std::string_view file) const;
  bool mentions_variable(std::string_view name) const;
  /// Whether any expression reads a member of that name, of whatever object.
  bool mentions_member(std::string_view name) const;
  /// Declared under `vars:`: what a route may set.
  std::vector<std::string> variables() const;

  const Plan& plan() const { return *plan_; }
  const std::shared_ptr<const Plan>& shared_plan() const { return plan_; }

 private:
  std::shared_ptr<const Plan> plan_;
};

/// What the engine gives to every mapping: "now", "exchange", "route" and so on.
std::vector<std::string_view> engine_variables();

/// Context variables for a run: %now, %exchange, %route, %change, and those under `vars:`. Holds
/// copies.
class Variables {
 public:
  void set(std::string_view name, const tree::Node& value);
  void set_text(std::string_view name, std::string_view value);
  const tree::Node* find(std::string_view name) const;
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, tree::Node, std::less<>> values_;
  std::shared_ptr<tree::Document> owner_ = std::make_shared<tree::Document>(512);
};

/// Which cells a value of the result comes from.
struct Explained {
  std::string path;                  ///< identity.birthDate, persons[1].name
  base::Place rule;                  ///< in the mapping file
  std::string expression;            ///< as it stands there; empty for a literal
  tree::Node value;                  ///< lives in the item's document
  std::vector<base::Place> sources;  ///< cells that the expression read, in order, each once
};

/// The result of one item of `each`. A faulty item must not be used, but for the name of its
/// record: what could be made of it stays. It never hurts the others. A result owns its
/// values: the batch may go.
struct Item {
  tree::Document document;    ///< null when the template yielded nothing
  std::vector<Fault> faults;  ///< every failing field of the item
  base::Place source;         ///< where the item began
  // When asked for:
  std::vector<Explained> explained;
  /// Columns that anything read, conditions and variables included: file of the document, number.
  std::set<std::pair<std::uint16_t, std::uint32_t>> read;

  bool good() const { return faults.empty(); }
};

enum class Explain : bool { no, yes };

/// Runs the template over `batch`: once, or once for each item of `each`. `joins` is needed when
/// the mapping has nests. Each result keeps the origins of the values that it came from; its
/// files() are those of the batch and the joins. A fault that concerns the whole batch (such as of
/// `each` itself) is the only item. `coverage`, when given, takes what explained runs touch.
std::vector<Item> apply(const Mapping& mapping, const tree::Document& batch, const Joins* joins,
                        const Variables& variables, Explain explain = Explain::no,
                        Coverage* coverage = nullptr);

/// Runs the template on the root of `item`, as if it were one item of `each`, and explains every
/// value.
Item apply_one(const Mapping& mapping, const tree::Document& item, const Variables& variables,
               Coverage* coverage = nullptr);

struct Source {
  std::filesystem::path file;     ///< CSV tables are read beside it
  std::string shown;              ///< its name in faults
  std::filesystem::path schemas;  ///< where target schemas are; empty: fields are not checked
};

template <class T>
using AllFaults = tl::expected<T, std::vector<Fault>>;

/// Reads and compiles a mapping file; all its faults at once.
AllFaults<std::shared_ptr<const Mapping>> load(const Source& source);
/// The same for text that is already there.
AllFaults<std::shared_ptr<const Mapping>> load(const Source& source, std::string_view text);

}  // namespace charmille::mapping
