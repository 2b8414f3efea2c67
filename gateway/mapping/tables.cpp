#include "gateway/mapping/tables.h"

#include <algorithm>
#include <unordered_map>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"

namespace charmille::mapping {
namespace {

using tree::Kind;
using tree::Node;

constexpr std::size_t most_bytes = 16U << 20;  ///< of a ConceptMap

bool is_csv(const Node& node) {
  const Node* file = node.find("csv");
  return file != nullptr && file->is(Kind::text) && node.find("key") != nullptr &&
         node.find("value") != nullptr;
}

/// The rest of the table's object, as options of the codec.
Result<codec::Options> options_of(const tree::Document& document, const Node& node) {
  tree::Document options;
  for (const std::string& file : document.files()) options.add_file(file);
  std::vector<tree::Document::Member> members{{"format", options.text("csv")}};
  for (std::size_t i = 0; i < node.items().size(); ++i)
    if (node.key(i) != "csv" && node.key(i) != "key" && node.key(i) != "value")
      members.emplace_back(node.key(i), options.copy(node.items()[i]));
  const Node object = options.object(members, node.origin());
  return codec::read_options(options, object);
}

/// Reads the rows of a CSV table into `codes`, which gives {code: value}.
class CsvTable {
 public:
  CsvTable(const Node& node, base::Place place) : node_(node), place_(std::move(place)) {}

  Result<void> read(codec::RecordStream& stream) {
    for (;;) {
      auto batch = stream.next(1000);
      if (!batch) return fail(std::move(batch.error()));
      if (!batch->rejected.empty()) return fail(batch->rejected.front().fault);
      for (const Node& row : batch->document.root().find("rows")->items()) {
        if (auto added = add(batch->document, row); !added) return added;
      }
      if (batch->last) return {};
    }
  }

  tree::Document take() {
    std::vector<tree::Document::Member> members;
    for (const auto& [code, value] : order_) members.emplace_back(code, value);
    codes_.set_root(codes_.object(members));
    return std::move(codes_);
  }

 private:
  Result<void> add(const tree::Document& rows, const Node& row) {
    const Node* code = row.find(node_.find("key")->chars());
    const Node* value = row.find(node_.find("value")->chars());
    if (code == nullptr || value == nullptr)
      return fail(
          "CH-MAP-021", place_,
          {{"column", std::string(node_.find(code == nullptr ? "key" : "value")->chars())}});
    const auto [known, fresh] =
        by_code_.emplace(std::string(code->chars()), std::string(value->chars()));
    if (!fresh && known->second != value->chars())
      return fail("CH-MAP-022", rows.place_of(code->origin()));
    if (!fresh) return {};
    const std::uint16_t file = codes_.add_file(rows.place_of(code->origin()).file);
    const tree::Origin origin{file, code->origin().line, code->origin().column};
    order_.emplace_back(codes_.arena().copy(code->chars()), codes_.text(value->chars(), origin));
    return {};
  }

  const Node& node_;
  base::Place place_;
  tree::Document codes_;
  std::unordered_map<std::string, std::string> by_code_;
  std::vector<tree::Document::Member> order_;
};

Result<tree::Document> read_csv(const tree::Document& document, const Node& node,
                                const base::Place& place, const std::filesystem::path& folder) {
  auto stream = open_beside(document, node, place, folder);
  if (!stream) return fail(std::move(stream.error()));
  CsvTable table(node, place);
  if (auto read = table.read(**stream); !read) return fail(std::move(read.error()));
  return table.take();
}

bool is_match(const Node& target) {
  const Node* equivalence = target.find("equivalence");
  return target.find("code") != nullptr &&
         (equivalence == nullptr ||
          (equivalence->chars() != "unmatched" && equivalence->chars() != "disjoint"));
}

std::span<const Node> list(const Node& node, std::string_view name) {
  const Node* found = node.find(name);
  return found == nullptr ? std::span<const Node>{} : found->items();
}

/// FHIR R4, ConceptMap: group[].element[].{code, target[].code}.
Result<tree::Document> read_concept_map(const Node& node, const base::Place& place,
                                        const std::filesystem::path& folder) {
  const std::string name(node.find("conceptmap")->chars());
  auto payload = read_beside(name, place, folder);
  if (!payload) return fail(std::move(payload.error()));
  const auto bytes = payload->bytes(most_bytes);
  if (!bytes) return fail("CH-MAP-020", place, {{"file", base::printable(name)}});
  const auto map = codec::read_json(*bytes, name);
  if (!map) return fail(map.error());
  tree::Document codes;
  for (const std::string& file : map->files()) codes.add_file(file);
  std::vector<tree::Document::Member> members;
  for (const Node& group : list(map->root(), "group"))
    for (const Node& element : list(group, "element")) {
      const auto targets = list(element, "target");
      const auto target = std::ranges::find_if(targets, is_match);
      const Node* code = element.find("code");
      if (code != nullptr && target != targets.end())
        members.emplace_back(code->chars(),
                             codes.text(target->find("code")->chars(), code->origin()));
    }
  if (members.empty()) return fail("CH-MAP-024", place);
  codes.set_root(codes.object(members));
  return codes;
}

}  // namespace

Result<base::Payload> read_beside(std::string_view given, const base::Place& place,
                                  const std::filesystem::path& folder) {
  const std::filesystem::path name{std::string(given)};
  const auto file = (folder / name).lexically_normal();
  const bool inside = name.is_relative() && std::ranges::find(name, "..") == name.end();
  if (!inside) return fail("CH-MAP-023", place, {{"file", base::printable(given)}});
  auto payload = base::Payload::from_file(file);
  if (!payload) return fail("CH-MAP-020", place, {{"file", base::printable(given)}});
  return payload;
}

Result<std::unique_ptr<codec::RecordStream>> open_beside(const tree::Document& document,
                                                         const Node& node, const base::Place& place,
                                                         const std::filesystem::path& folder) {
  const std::string name(node.find("csv")->chars());
  auto options = options_of(document, node);
  if (!options) return fail(std::move(options.error()));
  const auto payload = read_beside(name, place, folder);
  if (!payload) return fail(payload.error());
  return codec::open(*options, *payload, name);
}

Result<std::shared_ptr<const fhirpath::Table>> read_table(std::string_view name,
                                                          const tree::Document& document,
                                                          const Node& node, tree::Origin key,
                                                          const std::filesystem::path& folder) {
  const base::Place place = document.place_of(key, "tables." + std::string(name));
  if (!node.is(Kind::object)) return fail("CH-MAP-024", place);
  if (is_csv(node)) {
    auto codes = read_csv(document, node, place, folder);
    if (!codes) return fail(std::move(codes.error()));
    return std::make_shared<const fhirpath::Table>(std::string(name), std::move(*codes));
  }
  if (const Node* map = node.find("conceptmap"); map != nullptr && node.items().size() == 1) {
    auto codes = read_concept_map(node, place, folder);
    if (!codes) return fail(std::move(codes.error()));
    return std::make_shared<const fhirpath::Table>(std::string(name), std::move(*codes));
  }
  for (const Node& value : node.items())
    if (value.is(Kind::object) || value.is(Kind::array)) return fail("CH-MAP-024", place);
  tree::Document codes;
  for (const std::string& file : document.files()) codes.add_file(file);
  codes.set_root(codes.copy(node));
  return std::make_shared<const fhirpath::Table>(std::string(name), std::move(codes));
}

}  // namespace charmille::mapping
