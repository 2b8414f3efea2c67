#include "gateway/fhir/definitions.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/base/payload.h"
#include "gateway/codec/codec.h"
#include "gateway/fhir/base_table.h"
#include "gateway/fhir/members.h"
#include "gateway/fhir/structure_definition.h"

namespace charmille::fhir {

namespace {

namespace fs = std::filesystem;
using tree::Node;

constexpr std::size_t most_bytes = 64U << 20;  ///< of one file of a package
constexpr std::size_t most_deep = 200;

Result<tree::Document> read_file(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto payload = base::Payload::from_file(file);
  if (!payload) return fail("CH-FHIR-041", {name, 0, 0, {}});
  auto bytes = payload->bytes(most_bytes);
  if (!bytes) return fail("CH-FHIR-041", {name, 0, 0, {}});
  return codec::read_json(*bytes, name, most_deep);
}

}  // namespace

Definitions::Definitions() : model_(fhirpath::Model::fhir_r4()) {
  types_ = read_base_types(fhirpath::fhir_r4_table(), model_, terminology_);
}

Result<void> Definitions::load(const fs::path& folder) {
  std::error_code error;
  const fs::path inside = folder / "package";
  const fs::path from = fs::is_directory(inside, error) ? inside : folder;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(from, error))
    if (entry.path().extension() == ".json" && !entry.path().filename().string().starts_with('.'))
      files.push_back(entry.path());
  if (error || files.empty())
    return fail("CH-FHIR-040", {}, {{"folder", base::printable(folder.string(), 200)}});
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    auto document = read_file(file);
    if (!document) return fail(std::move(document.error()));
    if (auto added = add(std::move(*document)); !added) {
      added.error().place.file = file.filename().string();
      return added;
    }
  }
  return {};
}

Result<void> Definitions::add(tree::Document resource) {
  const Node& root = resource.root();
  const std::string_view type = text_at(root, "resourceType");
  if (type == "ValueSet") terminology_.add_value_set(root);
  if (type == "CodeSystem") terminology_.add_code_system(root);
  if (type != "StructureDefinition") return {};
  const std::string url(text_at(root, "url"));
  if (url.empty()) return fail("CH-FHIR-042");
  // What has no snapshot cannot be judged by.
  if (root.find("snapshot") == nullptr) return {};
  // The base types are the program's own.
  if (url.starts_with(base_url) && types_.contains(url.substr(base_url.size()))) return {};
  auto compiled = compile(std::move(resource), model_);
  if (!compiled) return fail(std::move(compiled.error()));
  const auto [at, made] = profiles_.try_emplace(url, *compiled);
  if (!made && at->second->version != (*compiled)->version)
    return fail("CH-FHIR-044", {},
                {{"profile", base::printable(url)},
                 {"first", base::printable(at->second->version)},
                 {"second", base::printable((*compiled)->version)}});
  return {};
}

void Definitions::close() {
  terminology_.close();
}

const Definition* Definitions::type(std::string_view name) const {
  const auto at = types_.find(name);
  return at == types_.end() ? nullptr : at->second.get();
}

const Definition* Definitions::find(std::string_view url) const {
  url = url.substr(0, url.find('|'));
  if (const auto at = profiles_.find(url); at != profiles_.end()) return at->second.get();
  return url.starts_with(base_url) ? type(url.substr(base_url.size())) : nullptr;
}

const Element* Definitions::element(std::string_view path) const {
  const Definition* definition = type(path.substr(0, path.find('.')));
  if (definition == nullptr) return nullptr;
  const Element* element = &definition->root;
  while (element != nullptr && path.find('.') != path.npos) {
    path.remove_prefix(path.find('.') + 1);
    const std::string_view name = path.substr(0, path.find('.'));
    const Element* next = nullptr;
    if (element->content)
      for (const Element& child : element->content->elements)
        if (child.name == name) next = &child;
    element = next;
  }
  return element;
}

std::vector<const Definition*> Definitions::resource_profiles() const {
  std::vector<const Definition*> found;
  for (const auto& [url, profile] : profiles_)
    if (profile->is_profile && profile->kind == Definition::Kind::resource)
      found.push_back(profile.get());
  return found;
}

bool Definitions::is_a(std::string_view type, std::string_view base) const {
  for (const Definition* at = this->type(type); at != nullptr; at = this->type(at->base))
    if (at->type == base) return true;
  return false;
}

Result<std::shared_ptr<const Definitions>> load_definitions(std::span<const fs::path> packages,
                                                            std::span<const std::string> profiles) {
  auto definitions = std::make_shared<Definitions>();
  for (const fs::path& package : packages)
    if (auto loaded = definitions->load(package); !loaded) return fail(std::move(loaded.error()));
  definitions->close();
  for (const std::string& profile : profiles)
    if (definitions->find(profile) == nullptr)
      return fail("CH-FHIR-043", {}, {{"profile", base::printable(profile)}});
  return definitions;
}

}  // namespace charmille::fhir
