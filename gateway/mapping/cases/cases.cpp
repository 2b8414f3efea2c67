// Runs the cases beside a mapping file.
#include <algorithm>
#include <fstream>
#include <limits>

#include "gateway/codec/codec.h"
#include "gateway/mapping/cases/case_files.h"
#include "gateway/mapping/cases/comparison.h"
#include "gateway/mapping/joins.h"
#include "gateway/mapping/plan.h"

namespace charmille::mapping {
namespace {

namespace fs = std::filesystem;
using tree::Kind;
using tree::Node;

/// What a case gave. Results point into the batch and the joins, which therefore stay.
struct Outcome {
  tree::Document batch;
  std::optional<Joins> joins;
  std::vector<Item> items;    ///< the good ones
  std::vector<Fault> faults;  ///< of rows, fields and joins
  bool is_list = false;       ///< a result for each item, not one for the whole input
};

/// Runs one case and judges it, or writes what it should have wanted.
class CaseRun {
 public:
  CaseRun(const Mapping& mapping, const Case& one, Coverage* coverage)
      : mapping_(mapping), case_(one), coverage_(coverage) {
    result_.name = one.name;
    result_.place = {one.shown, 0, 0, {}};
  }

  TestResult run(Wanted wanted) {
    Outcome outcome;
    if (auto done = fill(outcome); !done) {
      result_.faults.push_back(std::move(done.error()));
      return std::move(result_);
    }
    if (auto judged = judge(outcome); !judged) result_.faults.push_back(std::move(judged.error()));
    if (wanted == Wanted::update && !result_.passed()) update(outcome);
    return std::move(result_);
  }

 private:
  Result<void> fill(Outcome& into);
  Result<void> fill_from_rows(const CaseOptions& options, Outcome& into);
  Result<tree::Document> rows_of(const fs::path& file, const codec::Options& format,
                                 Outcome& into) const;
  void take(Item item, Outcome& into) const;
  Result<void> judge(const Outcome& outcome);
  void compare_list(const Outcome& outcome, const Node& wanted);
  void update(const Outcome& outcome);
  void put(std::string_view suffix, const std::string& text);

  const Mapping& mapping_;
  const Case& case_;
  Coverage* coverage_;
  TestResult result_;
};

Result<void> CaseRun::fill(Outcome& into) {
  const auto options = read_case_options(case_);
  if (!options) return fail(options.error());
  if (case_.is_folder || case_.input.extension() != ".json") return fill_from_rows(*options, into);
  const auto payload = base::Payload::from_file(case_.input);
  const auto bytes =
      payload ? payload->bytes(options->format.json.max_size) : fail(payload.error());
  if (!bytes) return fail(bytes.error());
  auto document = codec::read_json(*bytes, case_.shown);
  if (!document) return fail(std::move(document.error()));
  into.batch = std::move(*document);
  take(run_input(mapping_, into.batch.root(), into.batch.files(), options->variables, coverage_),
       into);
  return {};
}

Result<void> CaseRun::fill_from_rows(const CaseOptions& options, Outcome& into) {
  const auto files = files_of_case(case_, mapping_);
  if (!files) return fail(files.error());
  Joins::Files joined;
  for (const auto& [name, file] : *files) {
    auto rows = rows_of(file, options.format, into);
    if (!rows) return fail(std::move(rows.error()));
    if (name.empty())
      into.batch = std::move(*rows);
    else
      joined.emplace(name, std::move(*rows));
  }
  if (!mapping_.streams()) {
    auto joins = Joins::build(mapping_, std::move(joined));
    if (!joins) return fail(std::move(joins.error()));
    into.joins.emplace(std::move(*joins));
  }
  into.is_list = mapping_.plan().each.has_value();
  for (Item& item : apply(mapping_, into.batch, into.joins ? &*into.joins : nullptr,
                          options.variables, Explain::yes, coverage_))
    take(std::move(item), into);
  if (into.joins) std::ranges::move(into.joins->orphans(), std::back_inserter(into.faults));
  return {};
}

Result<tree::Document> CaseRun::rows_of(const fs::path& file, const codec::Options& format,
                                        Outcome& into) const {
  const auto payload = base::Payload::from_file(file);
  if (!payload) return fail(payload.error());
  const std::string shown =
      case_.is_folder ? (fs::path(case_.shown) / file.filename()).string() : case_.shown;
  auto stream = codec::open(format, *payload, shown);
  if (!stream) return fail(std::move(stream.error()));
  auto batch = (*stream)->next(std::numeric_limits<std::size_t>::max());
  if (!batch) return fail(std::move(batch.error()));
  for (codec::Rejected& rejected : batch->rejected)
    into.faults.push_back(std::move(rejected.fault));
  return std::move(batch->document);
}

void CaseRun::take(Item item, Outcome& into) const {
  std::ranges::copy(item.faults, std::back_inserter(into.faults));
  if (item.good()) into.items.push_back(std::move(item));
}

/// A fault when the case cannot be judged at all.
Result<void> CaseRun::judge(const Outcome& outcome) {
  const auto wanted = read_case_wanted(case_);
  if (!wanted) return fail(wanted.error());
  expect_faults(wanted->codes.value_or(std::vector<std::string>{}), case_.place_of(".out.faults"),
                outcome.faults, result_);
  if (!result_.faults.empty() || !wanted->result) return {};
  const Node& root = wanted->result->root();
  if (outcome.is_list) {
    compare_list(outcome, root);
  } else {
    const Item none{};
    const Item& item = outcome.items.empty() ? none : outcome.items.front();
    compare(item, &root, &item.document.root(), "", result_.differences);
  }
  return {};
}

void CaseRun::compare_list(const Outcome& outcome, const Node& wanted) {
  const Item none{};
  if (!wanted.is(Kind::array)) {
    const Node list = Node::array({}, {});
    return compare(none, &wanted, &list, "", result_.differences);
  }
  const std::size_t longest = std::max(wanted.items().size(), outcome.items.size());
  for (std::size_t i = 0; i < longest; ++i) {
    const bool came = i < outcome.items.size();
    const Item& item = came ? outcome.items[i] : none;
    compare(item, i < wanted.items().size() ? &wanted.items()[i] : nullptr,
            came ? &item.document.root() : nullptr, "[" + std::to_string(i) + "]",
            result_.differences);
  }
}

/// JSON for people: what fits on a line stays on it, so that a row of codes is a line of the file.
void print_fitted(const Node& node, std::size_t indent, std::string& into) {
  constexpr std::size_t width = 180;
  const std::string whole = codec::write_json(node);
  const bool holds = (node.is(Kind::object) || node.is(Kind::array)) && !node.items().empty();
  if (!holds || indent + whole.size() <= width) {
    into += whole;
    return;
  }
  const bool is_object = node.is(Kind::object);
  into += is_object ? '{' : '[';
  for (std::size_t i = 0; i < node.items().size(); ++i) {
    into += (i == 0 ? "\n" : ",\n") + std::string(indent + 2, ' ');
    if (is_object) into += codec::write_json(Node::text(node.key(i))) + ": ";
    print_fitted(node.items()[i], indent + 2, into);
  }
  into += '\n' + std::string(indent, ' ') + (is_object ? '}' : ']');
}

std::string printed(const Outcome& outcome) {
  std::string text;
  if (!outcome.is_list) {
    print_fitted(outcome.items.empty() ? Node::null() : outcome.items.front().document.root(), 0,
                 text);
    return text + '\n';
  }
  // Each result begins a line, however short the list is.
  for (const Item& item : outcome.items) {
    text += text.empty() ? "[\n  " : ",\n  ";
    print_fitted(item.document.root(), 2, text);
  }
  return text.empty() ? "[]\n" : text + "\n]\n";
}

void CaseRun::update(const Outcome& outcome) {
  result_.differences.clear();
  result_.faults.clear();
  std::string codes;
  for (const Fault& fault : outcome.faults) codes += std::string(fault.code) + "\n";
  put(".out.json", outcome.items.empty() && !codes.empty() ? "" : printed(outcome));
  put(".out.faults", codes);
}

/// Writes the file, or removes it when there is nothing to say.
void CaseRun::put(std::string_view suffix, const std::string& text) {
  const fs::path file = case_.beside(suffix);
  const base::Place place = case_.place_of(suffix);
  if (text.empty()) {
    std::error_code error;
    if (fs::remove(file, error)) result_.written.push_back(place.file);
    return;
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out)
    result_.written.push_back(place.file);
  else
    result_.faults.push_back(fault("CH-MAP-064", place));
}

}  // namespace

std::vector<TestResult> run_cases(const Mapping& mapping, Wanted wanted, Coverage* coverage) {
  CaseFolder folder = find_cases(mapping);
  std::vector<TestResult> out;
  for (const Case& one : folder.cases) out.push_back(CaseRun(mapping, one, coverage).run(wanted));
  for (Fault& fault : folder.faults) {
    TestResult& result = out.emplace_back();
    result.name = std::filesystem::path(fault.place.file).filename().string();
    result.place = fault.place;
    result.faults.push_back(std::move(fault));
  }
  return out;
}

}  // namespace charmille::mapping
