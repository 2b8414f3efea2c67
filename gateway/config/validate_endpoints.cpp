// Endpoints: which adapter, which way, which format; and the lots that a source brings.
#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/config/specification.h"
#include "gateway/config/validation.h"

namespace charmille::config {
namespace {

/// The fields of an endpoint: the common ones, then the adapter's.
std::vector<tree::Field> fields_of(const tree::Spec& adapter) {
  std::vector<tree::Field> fields = endpoint_fields();
  fields.insert(fields.end(), adapter.fields.begin(), adapter.fields.end());
  return fields;
}

bool is_unknown_key(const Fault& f) {
  return f.code == "CH-CFG-101" || f.code == "CH-CFG-102";
}

template <class Found>
std::vector<std::string_view> names_of(const Found& found) {
  std::vector<std::string_view> names;
  for (const auto* entry : found) names.push_back(entry->name);
  return names;
}

}  // namespace

/// An adapter that goes both ways is used as the routes and relays say.
void Validation::note_uses(const View& routes, const View& relays) {
  for (const auto& [name, relay] : relays.members()) {
    sources_.insert(relay["from"].text());
    destinations_.insert(relay["to"].text());
  }
  for (const auto& [name, route] : routes.members()) {
    sources_.insert(route["from"].text());
    for (const View& to : route["to"].items()) destinations_.insert(to["endpoint"].text());
  }
}

void Validation::read_endpoints(const View& view) {
  for (const auto& [name, entry] : view.members()) {
    check_name(name, entry.key_place());
    read_endpoint(name, entry);
  }
  check_folders();
}

void Validation::read_endpoint(const std::string& name, const View& view) {
  Endpoint endpoint;
  endpoint.name = name;
  endpoint.place = view.key_place();
  endpoint.settings = view.node();
  if (!view.is(tree::Kind::object)) {
    if (!view.present())
      add("CH-CFG-108", view.key_place());
    else
      add_all(tree::check(document_, *view.node(), endpoint_fields(), view.path()));
    broken_.insert(name);
    return;
  }
  endpoint.partner = view["partner"].text();
  endpoint.source = view["source"].present() ? view["source"].text() : endpoint.partner;
  const auto adapter = std::ranges::find(surroundings_.adapters, view["adapter"].text(),
                                         [](const auto* a) { return a->name; });
  if (adapter != surroundings_.adapters.end()) endpoint.adapter = *adapter;
  if (endpoint.adapter == nullptr && view["adapter"].present())
    unknown(view["adapter"], "charmille adapters", names_of(surroundings_.adapters));
  if (!choose_direction(endpoint, view)) broken_.insert(name);
  check_endpoint(endpoint, view);
  endpoint.format = read_format(view["format"], endpoint.direction, own_format(endpoint));
  if (view["lot"].is(tree::Kind::object)) endpoint.lot = read_lot(view["lot"], endpoint);
  parts_.endpoints.emplace(name, std::move(endpoint));
}

/// False when routes use the endpoint in a way that cannot be.
bool Validation::choose_direction(Endpoint& endpoint, const View& view) {
  const bool in = sources_.contains(endpoint.name);
  const bool out = destinations_.contains(endpoint.name);
  endpoint.direction = out && !in ? Direction::destination : Direction::source;
  if (endpoint.adapter == nullptr) return false;
  if (in && out) {
    add("CH-CFG-024", view.key_place(), {{"name", endpoint.name}});
    return false;
  }
  // An adapter that goes one way only decides; a route that wants the other way is told there.
  if (endpoint.adapter->destination == nullptr) endpoint.direction = Direction::source;
  if (endpoint.adapter->source == nullptr) endpoint.direction = Direction::destination;
  if (!in && !out && endpoint.adapter->source != nullptr &&
      endpoint.adapter->destination != nullptr) {
    const auto faults = [&](const tree::Spec& spec) {
      return tree::check(document_, *view.node(), fields_of(spec), {}).size();
    };
    if (faults(*endpoint.adapter->destination) < faults(*endpoint.adapter->source))
      endpoint.direction = Direction::destination;
  }
  return true;
}

void Validation::check_endpoint(const Endpoint& endpoint, const View& view) {
  const tree::Spec* const spec = endpoint.adapter == nullptr ? nullptr
                                 : endpoint.direction == Direction::source
                                     ? endpoint.adapter->source
                                     : endpoint.adapter->destination;
  if (spec != nullptr) {
    add_all(tree::check(document_, *view.node(), fields_of(*spec), view.path()));
  } else {
    // Which keys the adapter knows cannot be told.
    for (Fault& f : tree::check(document_, *view.node(), endpoint_fields(), view.path()))
      if (!is_unknown_key(f) || f.place.path.find(".lot.") != f.place.path.npos)
        faults_.push_back(std::move(f));
  }
  if (view["partner"].present() && !parts_.partners.contains(endpoint.partner)) {
    std::vector<std::string_view> names;
    for (const auto& [name, partner] : parts_.partners) names.push_back(name);
    unknown(view["partner"], "partners", names);
  }
  if (endpoint.adapter == nullptr) return;
  if (endpoint.direction == Direction::destination) {
    if (view["lot"].present()) add("CH-CFG-043", view["lot"].place());
    return;
  }
  const auto files = view["lot"].is(tree::Kind::object) ? view["lot"]["files"].members()
                                                        : decltype(view.members()){};
  const bool all_have_one = !files.empty() && std::ranges::all_of(files, [](const auto& f) {
    return f.second["format"].present();
  });
  if (!view["format"].present() && !all_have_one && !endpoint.adapter->one_json_document)
    add("CH-CFG-032", view.key_place());
}

/// What the endpoint carries when nothing else is written.
std::optional<Format> Validation::own_format(const Endpoint& endpoint) {
  if (endpoint.adapter == nullptr || !endpoint.adapter->one_json_document) return {};
  std::vector<tree::Document::Member> members{{"format", document_.text("json")}};
  if (endpoint.direction == Direction::destination) {
    // Only writing puts an array around: reading takes the document as it is.
    members.emplace_back("each", tree::Node::boolean(false));
  } else if (const tree::Node* const written = endpoint.settings->find("max-size")) {
    members.emplace_back("max-size", *written);
  } else if (endpoint.adapter->source != nullptr) {
    const auto& fields = endpoint.adapter->source->fields;
    const auto largest = std::ranges::find(fields, "max-size", &tree::Field::name);
    if (largest != fields.end())
      members.emplace_back("max-size", document_.text(largest->default_value));
  }
  const auto options = document_.arena().array<tree::Node>(1);
  options[0] = document_.object(members);
  return Format{"json", options.data(), endpoint.place};
}

std::optional<Format> Validation::read_format(const View& view, Direction direction,
                                              const std::optional<Format>& otherwise) {
  if (!view.present()) return otherwise;
  const bool word = view.is(tree::Kind::text);
  const bool block = view.is(tree::Kind::object) && view.node()->items().size() == 1;
  if (!word && !block) {
    add("CH-CFG-035", view.place());
    return {};
  }
  Format format{word ? view.text() : std::string(view.node()->key(0)), nullptr, view.place()};
  const auto codec = std::ranges::find(surroundings_.codecs, format.codec, &KnownCodec::name);
  if (codec == surroundings_.codecs.end()) {
    static const tree::Field any_word{};
    const tree::Node name = document_.text(
        format.codec, word ? view.node()->origin() : document_.key_origin(*view.node(), 0));
    std::vector<std::string_view> names;
    for (const KnownCodec& known : surroundings_.codecs) names.push_back(known.name);
    unknown(View(document_, name, any_word, view.path()), "codecs", names);
    return {};
  }
  const bool over = otherwise && otherwise->codec == format.codec;
  format.options = codec_options(view, format.codec, over ? otherwise->options : nullptr);
  if (format.options == nullptr) return {};
  check_format(*codec, *format.options, direction, view.path() + "." + format.codec);
  return format;
}

/// {format: CODEC, ...}: what `under` says, then what is written here; nullptr after a fault.
const tree::Node* Validation::codec_options(const View& view, const std::string& codec,
                                            const tree::Node* under) {
  const bool whole = view.is(tree::Kind::text);
  const tree::Node* const written = whole ? nullptr : &view.node()->items()[0];
  if (!whole && !written->is(tree::Kind::object) && !written->is(tree::Kind::null)) {
    add("CH-CFG-108", document_.place_of(written->origin(), view.path() + "." + codec));
    return nullptr;
  }
  // Members keep their key's place: an unknown option is told where it is written.
  const tree::Origin origin = view.node()->origin();
  std::vector<tree::Document::Member> members{{"format", document_.text(codec, origin)}};
  std::vector<tree::Origin> keys{origin};
  const auto take = [&](const tree::Node& from) {
    for (std::size_t i = 0; i < from.items().size(); ++i) {
      const auto known = std::ranges::find(members, from.key(i), &tree::Document::Member::first);
      const auto at = static_cast<std::size_t>(known - members.begin());
      if (known == members.end()) {
        members.emplace_back(from.key(i), from.items()[i]);
        keys.push_back(document_.key_origin(from, i));
      } else if (at > 0) {
        known->second = from.items()[i];
        keys[at] = document_.key_origin(from, i);
      }
    }
  };
  if (under != nullptr) take(*under);
  if (written != nullptr) take(*written);
  const auto nodes = document_.arena().array<tree::Node>(1);
  nodes[0] = document_.object(members, origin);
  document_.set_key_origins(nodes[0].shape(), std::move(keys));
  return nodes.data();
}

void Validation::check_format(const KnownCodec& codec, const tree::Node& options,
                              Direction direction, const std::string& path) {
  if (surroundings_.check_format)
    return add_all(surroundings_.check_format(document_, options, direction, path));
  const tree::Spec* const spec = direction == Direction::source ? codec.decode : codec.encode;
  if (spec != nullptr) add_all(tree::check(document_, options, spec->fields, path));
}

std::optional<NamePattern> Validation::read_pattern(const View& view) {
  if (view.text().empty()) return {};
  auto pattern = NamePattern::parse(view.text());
  if (pattern) return std::move(*pattern);
  add(pattern.error().code, view.place(), pattern.error().args);
  return {};
}

Lot Validation::read_lot(const View& view, const Endpoint& endpoint) {
  Lot lot;
  lot.key = view["key"].text();
  lot.coverage = view["coverage"].text() == "snapshot" ? Coverage::snapshot : Coverage::delta;
  lot.wait = view["wait"].duration().value_or(base::Duration{});
  lot.scope = view["scope"].texts();
  lot.max_missing = read_threshold(view["max-missing"]).value_or(Threshold{});
  const View complete = view["complete"];
  lot.complete = {complete["all"].boolean(), complete["quiet"].duration(),
                  read_pattern(complete["marker"])};
  read_lot_files(view["files"], endpoint, lot);
  check_lot(view, lot);
  return lot;
}

void Validation::read_lot_files(const View& view, const Endpoint& endpoint, Lot& lot) {
  for (const auto& [name, entry] : view.members()) {
    auto pattern = read_pattern(entry["pattern"]);
    const auto format = read_format(entry["format"], Direction::source, endpoint.format);
    if (!pattern) continue;
    LotFile file{name, std::move(*pattern), entry["required"].boolean(), format.value_or(Format{}),
                 entry["pattern"].place()};
    const auto twin = std::ranges::find_if(lot.files, [&](const LotFile& other) {
      return other.pattern.match(file.pattern.sample()) ||
             file.pattern.match(other.pattern.sample());
    });
    if (twin != lot.files.end())
      add("CH-CFG-037", file.place, {{"name", name}, {"other", twin->name}});
    if (file.required && !file.pattern.has(lot.key))
      add("CH-CFG-036", file.place, {{"key", lot.key}});
    lot.files.push_back(std::move(file));
  }
}

void Validation::check_lot(const View& view, const Lot& lot) {
  if (!view["files"].is(tree::Kind::object)) return;
  const bool any_required = std::ranges::any_of(lot.files, &LotFile::required);
  const bool by_quiet = lot.complete.quiet.has_value() && any_required;
  if (!lot.complete.all && !by_quiet && !view["complete"]["marker"].present())
    add("CH-CFG-039", view.place());
  if (lot.complete.marker && !lot.complete.marker->has(lot.key))
    add("CH-CFG-036", view["complete"]["marker"].place(), {{"key", lot.key}});
}

/// Two sources that read one folder would take each other's files.
void Validation::check_folders() {
  std::map<Path, const Endpoint*> readers;
  for (const auto& [name, endpoint] : parts_.endpoints) {
    if (endpoint.adapter == nullptr || endpoint.direction != Direction::source) continue;
    const tree::Node* folder = endpoint.settings->find("folder");
    if (folder == nullptr || folder->chars().empty()) continue;
    Path path = resolve(parts_.folder, folder->chars());
    if (!path.has_filename()) path = path.parent_path();
    const auto [known, fresh] = readers.emplace(path, &endpoint);
    if (!fresh)
      add("CH-CFG-059", document_.place_of(folder->origin(), "endpoints." + name + ".folder"),
          {{"other", known->second->name}});
  }
}

}  // namespace charmille::config
