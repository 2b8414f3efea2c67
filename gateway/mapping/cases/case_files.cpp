#include "gateway/mapping/cases/case_files.h"

#include <algorithm>
#include <sstream>

#include "gateway/base/bytes.h"
#include "gateway/base/payload.h"
#include "gateway/codec/codec.h"
#include "gateway/mapping/plan.h"
#include "gateway/mapping/specification.h"

namespace charmille::mapping {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_bytes = 64ULL << 20;

/// "fratrie.in.csv" is of the case "fratrie"; nothing when the name has not that form.
std::string case_of_input(const std::string& file) {
  for (const std::string_view suffix : {".in", ".in.json", ".in.csv", ".in.ndjson", ".in.xml"})
    if (file.size() > suffix.size() && file.ends_with(suffix))
      return file.substr(0, file.size() - suffix.size());
  return {};
}

std::string case_of_other(const std::string& file) {
  for (const std::string_view suffix : {".out.json", ".out.faults", ".with.json"})
    if (file.size() > suffix.size() && file.ends_with(suffix))
      return file.substr(0, file.size() - suffix.size());
  return {};
}

/// Files that editors leave, and a page that explains the folder.
bool is_passed_over(const std::string& file) {
  return file.starts_with('.') || file.ends_with('~') || file.ends_with(".md");
}

std::vector<fs::path> listed(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (!is_passed_over(at->path().filename().string())) out.push_back(at->path());
  std::ranges::sort(out);
  return out;
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

Result<std::string> text_of(const fs::path& file, const base::Place& place) {
  auto payload = base::Payload::from_file(file);
  auto bytes = payload ? payload->bytes(most_bytes) : fail(payload.error());
  if (!bytes && bytes.error().place.file.empty()) bytes.error().place = place;
  return bytes;
}

Result<tree::Document> json_of(const fs::path& file, const base::Place& place) {
  const auto bytes = text_of(file, place);
  if (!bytes) return fail(bytes.error());
  return codec::read_json(*bytes, place.file);
}

codec::Format format_of(const Case& one) {
  const std::string extension = one.input.extension().string();
  const auto format = extension.empty() ? std::nullopt : codec::format_named(extension.substr(1));
  return format.value_or(codec::Format::csv);
}

Result<codec::Options> read_format(const tree::Document& document, const tree::Node& given,
                                   codec::Format format) {
  tree::Document options;
  for (const std::string& file : document.files()) options.add_file(file);
  std::vector<tree::Document::Member> members{{"format", options.text(codec::spec(format).name)}};
  for (std::size_t i = 0; i < given.items().size(); ++i)
    members.emplace_back(given.key(i), options.copy(given.items()[i]));
  return codec::read_options(options, options.object(members, given.origin()));
}

}  // namespace

std::vector<Fault> stray_cases(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->path().filename() != "cases" || !at->is_directory(ignored)) continue;
    at.disable_recursion_pending();
    for (const fs::path& cases : listed(at->path()))
      if (fs::is_directory(cases, ignored)) all.push_back(cases);
  }
  std::ranges::sort(all);
  std::vector<Fault> faults;
  for (const fs::path& cases : all) {
    std::vector<std::string> mappings;
    for (const fs::path& file : listed(cases.parent_path().parent_path()))
      if (file.extension() == ".yaml" || file.extension() == ".yml")
        mappings.push_back(file.stem().string());
    const std::string name = cases.filename().string();
    if (std::ranges::find(mappings, name) != mappings.end()) continue;
    const std::vector<std::string_view> known(mappings.begin(), mappings.end());
    faults.push_back(
        fault("CH-MAP-065",
              {base::printable(cases.lexically_relative(folder).generic_string()), 0, 0, {}},
              {base::suggestion(name, known)}));
  }
  return faults;
}

CaseFolder find_cases(const Mapping& mapping) {
  const fs::path beside = mapping.plan().path;
  const fs::path folder = beside.parent_path() / "cases" / beside.stem();
  const fs::path shown = fs::path(mapping.file()).parent_path() / "cases" / beside.stem();
  CaseFolder out;
  const std::vector<fs::path> files = listed(folder);
  const auto refuse = [&](std::string_view code, const std::string& file) {
    out.faults.push_back(fault(code, {(shown / file).generic_string(), 0, 0, {}}));
  };
  for (const fs::path& path : files) {
    const std::string file = path.filename().string();
    std::error_code error;
    const bool is_folder = fs::is_directory(path, error);
    const std::string name = case_of_input(file);
    if (name.empty() || is_folder != file.ends_with(".in")) {
      if (case_of_other(file).empty()) refuse("CH-MAP-061", file);
      continue;
    }
    if (std::ranges::find(out.cases, name, &Case::name) != out.cases.end())
      refuse("CH-MAP-062", file);
    else
      out.cases.push_back({name, path, is_folder, (shown / file).generic_string()});
  }
  for (const fs::path& path : files) {
    const std::string name = case_of_other(path.filename().string());
    if (!name.empty() && std::ranges::find(out.cases, name, &Case::name) == out.cases.end())
      refuse("CH-MAP-061", path.filename().string());
  }
  return out;
}

Result<CaseOptions> read_case_options(const Case& one) {
  CaseOptions out;
  out.format.format = format_of(one);
  const fs::path file = one.beside(".with.json");
  if (!is_there(file)) return out;
  auto document = json_of(file, one.place_of(".with.json"));
  if (!document) return fail(std::move(document.error()));
  const tree::Node& root = document->root();
  if (auto wrong = tree::check(*document, root, case_fields(), ""); !wrong.empty())
    return fail(std::move(wrong.front()));
  if (const tree::Node* vars = root.find("vars"))
    for (std::size_t i = 0; i < vars->items().size(); ++i)
      out.variables.set(vars->key(i), vars->items()[i]);
  if (const tree::Node* format = root.find("format")) {
    auto options = read_format(*document, *format, format_of(one));
    if (!options) return fail(std::move(options.error()));
    out.format = std::move(*options);
  }
  return out;
}

Result<CaseWanted> read_case_wanted(const Case& one) {
  CaseWanted out;
  if (const fs::path file = one.beside(".out.json"); is_there(file)) {
    auto document = json_of(file, one.place_of(".out.json"));
    if (!document) return fail(std::move(document.error()));
    out.result = std::move(*document);
  }
  if (const fs::path file = one.beside(".out.faults"); is_there(file)) {
    const auto text = text_of(file, one.place_of(".out.faults"));
    if (!text) return fail(text.error());
    std::istringstream words(*text);
    out.codes.emplace();
    for (std::string code; words >> code;) out.codes->push_back(code);
  }
  if (!out.result && !out.codes) return fail("CH-MAP-060", {one.shown, 0, 0, {}});
  return out;
}

Result<std::map<std::string, fs::path>> files_of_case(const Case& one, const Mapping& mapping) {
  std::map<std::string, fs::path> out;
  if (!one.is_folder) {
    out.emplace("", one.input);
    return out;
  }
  const std::vector<std::string> nested = mapping.files();
  std::size_t others = 0;
  for (const fs::path& file : listed(one.input)) {
    const std::string name = file.stem().string();
    const bool joined = std::ranges::find(nested, name) != nested.end();
    if (!joined) ++others;
    out.insert_or_assign(joined ? name : "", file);
  }
  if (others != 1)
    return fail("CH-MAP-063", {one.shown, 0, 0, {}}, {{"count", std::to_string(others)}});
  return out;
}

}  // namespace charmille::mapping
