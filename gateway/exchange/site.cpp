#include "gateway/exchange/site.h"

#include <algorithm>
#include <fstream>

#include "gateway/config/validate.h"
#include "gateway/fhirpath/expression.h"
#include "gateway/fhirpath/functions.h"

namespace charmille::exchange {

namespace fs = std::filesystem;

class Narrowing {
 public:
  static Result<std::shared_ptr<const Narrowing>> compile(std::string_view text,
                                                          const base::Place& place) {
    fhirpath::Scope scope;
    auto expression = fhirpath::compile(text, scope, place);
    if (!expression) return fail(expression.error());
    return std::make_shared<const Narrowing>(std::move(*expression), scope);
  }
  Narrowing(fhirpath::Expression expression, const fhirpath::Scope& scope)
      : expression_(std::move(expression)), slots_(scope.slots()), members_(scope.members()) {}

  Result<bool> holds(const tree::Document& record) const {
    tree::Arena arena(1024);
    fhirpath::Context context(record.files(), arena, slots_, members_);
    const fhirpath::Value focus = fhirpath::Value::of(record.root());
    const fhirpath::Collection answer = expression_.evaluate(context, std::span(&focus, 1));
    if (auto broken = context.take_fault()) return fail(std::move(*broken));
    return answer.size() == 1 && answer.items()[0].is(fhirpath::Type::boolean) &&
           answer.items()[0].boolean();
  }

 private:
  fhirpath::Expression expression_;
  std::uint32_t slots_;
  std::uint32_t members_;
};

namespace {

using Mappings = std::map<std::string, std::shared_ptr<const mapping::Mapping>, std::less<>>;

std::string_view word_of(mapping::From from) {
  switch (from) {
    case mapping::From::csv:
      return "csv";
    case mapping::From::json:
      return "json";
    case mapping::From::ndjson:
      return "ndjson";
    case mapping::From::child_record:
      return "child-record";
    case mapping::From::tree:
      return "tree";
  }
  return "tree";
}

/// Every mapping file below the folders, in the order of their paths; all their faults at once.
Mappings load_mappings(const std::vector<fs::path>& folders, const fs::path& schemas,
                       std::vector<Fault>& faults, crypto::Sha256& digest) {
  Mappings mappings;
  for (const fs::path& folder : folders) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error))
      if (it->path().extension() == ".yaml") files.push_back(it->path());
    if (error)
      faults.push_back(
          fault("CH-MAP-090", {folder.string(), 0, 0, {}}, {{"reason", error.message()}}));
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      const std::string shown = (folder.filename() / fs::relative(file, folder)).string();
      auto loaded = mapping::load({file, shown, schemas});
      if (!loaded) {
        std::ranges::move(loaded.error(), std::back_inserter(faults));
        continue;
      }
      std::ifstream bytes(file, std::ios::binary);
      digest.update(std::string(std::istreambuf_iterator<char>(bytes), {}));
      const std::string name = (*loaded)->name();
      if (!mappings.emplace(name, std::move(*loaded)).second)
        faults.push_back(fault("CH-MAP-091", {shown, 1, 1, {}}, {{"mapping", name}}));
    }
  }
  return mappings;
}

std::vector<config::KnownMapping> known(const Mappings& mappings) {
  std::vector<config::KnownMapping> all;
  for (const auto& [name, mapping] : mappings)
    all.push_back(
        {name, std::string(word_of(mapping->from())), mapping->to(), mapping->variables()});
  return all;
}

std::vector<config::KnownCodec> known_codecs() {
  using codec::Direction;
  using codec::Format;
  return {{"csv", &codec::spec(Format::csv, Direction::decode),
           &codec::spec(Format::csv, Direction::encode)},
          {"json", &codec::spec(Format::json, Direction::decode),
           &codec::spec(Format::json, Direction::encode)},
          {"ndjson", &codec::spec(Format::ndjson, Direction::decode),
           &codec::spec(Format::ndjson, Direction::encode)}};
}

/// Puts the compiled parts of a valid configuration together; what only shows here is a fault too.
class Compilation {
 public:
  Compilation(std::shared_ptr<const config::Site> config, const Mappings& mappings,
              std::vector<Fault>& faults)
      : site_(std::make_shared<Site>()), mappings_(mappings), faults_(faults) {
    site_->config = std::move(config);
    site_->environment = site_->config->environment == config::Environment::test
                             ? record::Environment::test
                             : record::Environment::production;
  }

  std::shared_ptr<Site> run() {
    for (const auto& [name, endpoint] : site_->config->endpoints) formats_of(name, endpoint);
    for (const config::Route& route : site_->config->routes)
      site_->routes.push_back(plan_of(route));
    return site_;
  }

 private:
  void formats_of(const std::string& name, const config::Endpoint& endpoint) {
    if (endpoint.direction != config::Direction::source) return;
    if (endpoint.format) add_format(name, *endpoint.format);
    if (!endpoint.lot) return;
    for (const config::LotFile& file : endpoint.lot->files)
      add_format(name + '/' + file.name, file.format);
  }

  void add_format(const std::string& name, const config::Format& format) {
    auto options = codec::read_options(site_->config->document(), *format.options);
    if (options) {
      site_->formats[name] = std::move(*options);
    } else {
      faults_.push_back(options.error());
    }
  }

  RoutePlan plan_of(const config::Route& route) {
    RoutePlan plan;
    plan.config = &route;
    plan.source = &site_->config->endpoints.find(route.from)->second;
    plan.mapping = mappings_.find(route.mapping)->second;
    for (const config::RouteDestination& to : route.to) plan.to.push_back(plan_of(route, to));
    return plan;
  }

  DestinationPlan plan_of(const config::Route& route, const config::RouteDestination& to) {
    DestinationPlan plan;
    plan.route = &route;
    plan.config = &to;
    plan.endpoint = &site_->config->endpoints.find(to.endpoint)->second;
    plan.partner = &site_->config->partner_of(*plan.endpoint);
    plan.key = to.endpoint + '/' + to.mapping + (to.mode == config::Mode::shadow ? "/shadow" : "");
    plan.mapping = mappings_.find(to.mapping)->second;
    if (auto output = codec::read_output_options(site_->config->document(), *to.format.options)) {
      plan.output = std::move(*output);
    } else {
      faults_.push_back(output.error());
    }
    if (plan.partner->recipient) {
      plan.addressee = {*plan.partner->recipient, plan.partner->department, plan.partner->finess};
      plan.policy = site_->config->policy_for(*plan.partner->recipient);
    }
    if (to.only.empty()) return plan;
    if (auto only = Narrowing::compile(to.only, to.place)) {
      plan.only = std::move(*only);
    } else {
      faults_.push_back(only.error());
    }
    return plan;
  }

  std::shared_ptr<Site> site_;
  const Mappings& mappings_;
  std::vector<Fault>& faults_;
};

}  // namespace

std::vector<const RoutePlan*> Site::routes_from(std::string_view endpoint) const {
  std::vector<const RoutePlan*> found;
  for (const RoutePlan& route : routes)
    if (route.config->from == endpoint) found.push_back(&route);
  return found;
}

const codec::Options& Site::format_of(const std::string& endpoint,
                                      const std::string& lot_file) const {
  const auto file = formats.find(endpoint + '/' + lot_file);
  return file != formats.end() ? file->second : formats.find(endpoint)->second;
}

LoadedSite load_site(const fs::path& configuration, const fs::path& schemas,
                     std::span<const adapters::Adapter* const> adapters) {
  LoadedSite loaded;
  auto files = config::read_files(configuration);
  if (!files) {
    loaded.faults.push_back(files.error());
    return loaded;
  }
  crypto::Sha256 digest;
  std::ifstream bytes(configuration, std::ios::binary);
  digest.update(std::string(std::istreambuf_iterator<char>(bytes), {}));
  std::vector<Fault> faults;
  const Mappings mappings = load_mappings(files->mapping_folders(), schemas, faults, digest);
  const std::vector<config::KnownCodec> codecs = known_codecs();
  config::Surroundings surroundings;
  surroundings.adapters = adapters;
  surroundings.codecs = codecs;
  // A mapping that does not compile would be "unknown" to every route: its own faults say more.
  if (faults.empty()) surroundings.mappings = known(mappings);
  surroundings.check_expression = [](std::string_view text,
                                     base::Place place) -> std::optional<Fault> {
    auto compiled = Narrowing::compile(text, place);
    if (compiled) return {};
    return compiled.error();
  };
  config::Validated validated = config::validate(std::move(*files), surroundings);
  loaded.faults = std::move(validated.faults);
  loaded.warnings = std::move(validated.warnings);
  std::ranges::move(faults, std::back_inserter(loaded.faults));
  if (!loaded.faults.empty()) return loaded;
  auto site = Compilation(std::move(validated.site), mappings, loaded.faults).run();
  site->digest = digest.finish();
  if (loaded.faults.empty()) loaded.site = std::move(site);
  return loaded;
}

Result<bool> lets_go(const std::shared_ptr<const Narrowing>& only, const tree::Document& record) {
  return only ? only->holds(record) : true;
}

mapping::Variables variables_of(const config::Variables& vars) {
  mapping::Variables variables;
  for (const auto& [name, value] : vars) variables.set_text(name, value);
  return variables;
}

}  // namespace charmille::exchange
