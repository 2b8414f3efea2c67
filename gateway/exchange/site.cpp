#include "gateway/exchange/site.h"

#include <algorithm>
#include <fstream>

#include "gateway/config/validate.h"
#include "gateway/fhirpath/expression.h"
#include "gateway/mapping/cases/case_files.h"
#include "gateway/mapping/library.h"
#include "gateway/policy/grants.h"
#include "gateway/policy/matrix.h"

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

/// Every mapping of the folders; all their faults at once.
Mappings load_mappings(const std::vector<fs::path>& folders, const fs::path& schemas,
                       std::vector<Fault>& faults) {
  Mappings mappings;
  for (const fs::path& folder : folders) {
    auto library = mapping::Library::load(folder, schemas);
    if (!library) {
      std::ranges::move(library.error(), std::back_inserter(faults));
      continue;
    }
    for (const auto& [name, mapping] : library->all())
      if (!mappings.emplace(name, mapping).second)
        faults.push_back(fault("CH-MAP-091", {mapping->file(), 1, 1, {}}, {{"mapping", name}}));
  }
  return mappings;
}

/// Over every file that decides what the gateway does, in a stable order.
crypto::Digest digest_of(const fs::path& configuration, const std::vector<fs::path>& folders) {
  std::vector<fs::path> files{configuration};
  for (const fs::path& folder : folders) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error))
      if (it->is_regular_file(error)) files.push_back(it->path());
  }
  std::ranges::sort(files);
  crypto::Sha256 digest;
  for (const fs::path& file : files) {
    std::ifstream bytes(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(bytes), {});
    digest.update(file.filename().string() + '\n' + std::to_string(text.size()) + '\n');
    digest.update(text);
  }
  return digest.finish();
}

std::vector<config::KnownMapping> known(const Mappings& mappings) {
  std::vector<config::KnownMapping> all;
  for (const auto& [name, mapping] : mappings)
    all.push_back({name, std::string(mapping::name_of(mapping->from())), mapping->to(),
                   mapping->variables()});
  return all;
}

}  // namespace

std::vector<config::KnownCodec> known_codecs() {
  std::vector<config::KnownCodec> known;
  for (const codec::Format format : codec::all_formats()) {
    const tree::Spec& decode = codec::spec(format, codec::Direction::decode);
    const tree::Spec* const encode =
        codec::can_encode(format) ? &codec::spec(format, codec::Direction::encode) : nullptr;
    known.push_back({decode.name, &decode, encode});
  }
  return known;
}

namespace {

/// Puts the compiled parts of a valid configuration together; what only shows here is a fault too.
class Compilation {
 public:
  Compilation(std::shared_ptr<const config::Site> config, const Mappings& mappings,
              LoadedSite& loaded)
      : site_(std::make_shared<Site>()),
        mappings_(mappings),
        faults_(loaded.faults),
        warnings_(loaded.warnings) {
    site_->config = std::move(config);
    site_->environment = site_->config->environment == config::Environment::test
                             ? record::Environment::test
                             : record::Environment::production;
  }

  std::shared_ptr<Site> run() {
    for (const auto& [name, endpoint] : site_->config->endpoints) formats_of(name, endpoint);
    for (const auto& [section, kinds] : site_->config->ownership)
      for (const config::Recipient kind : kinds)
        site_->ownership.ranks[section].push_back(sources_of(kind));
    for (const config::Route& route : site_->config->routes)
      site_->routes.push_back(plan_of(route));
    for (const config::Policy& policy : site_->config->policies) note_refused(policy);
    return site_;
  }

 private:
  /// What partners of that kind bring.
  std::vector<std::string> sources_of(config::Recipient kind) const {
    std::vector<std::string> sources;
    for (const auto& [name, endpoint] : site_->config->endpoints)
      if (endpoint.direction == config::Direction::source &&
          site_->config->partner_of(endpoint).recipient == kind)
        sources.push_back(endpoint.source);
    return sources;
  }

  /// What a policy names in vain: a reader of it would believe that it leaves.
  void note_refused(const config::Policy& policy) {
    for (const policy::Refused& one : policy::refused_of(policy)) {
      std::string section(one.section);
      if (!one.field.empty()) section.append(1, '.').append(one.field);
      warnings_.push_back(fault("CH-CFG-065", policy.lines[one.line].place,
                                {{"section", std::move(section)},
                                 {"recipient", std::string(config::name_of(policy.recipient))},
                                 {"how", one.by_name ? "fields" : "never"}}));
    }
  }

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
      plan.addressee = {*plan.partner->recipient, plan.partner->department, plan.partner->finess,
                        plan.partner->uai};
      plan.policy = site_->config->policy_for(*plan.partner->recipient);
    }
    if (plan.policy != nullptr && policy::granted_by(*plan.policy).empty())
      faults_.push_back(fault("CH-CFG-064", to.place,
                              {{"policy", plan.policy->name},
                               {"recipient", std::string(config::name_of(plan.addressee.kind))}}));
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
  std::vector<Fault>& warnings_;
};

}  // namespace

std::vector<const RoutePlan*> Site::routes_from(std::string_view endpoint) const {
  std::vector<const RoutePlan*> found;
  for (const RoutePlan& route : routes)
    if (route.config->from == endpoint) found.push_back(&route);
  return found;
}

std::vector<const DestinationPlan*> Site::told_by(const std::set<std::string>& sources) const {
  std::vector<const DestinationPlan*> told;
  std::set<std::string_view> keys;
  for (const RoutePlan& route : routes) {
    if (!sources.contains(route.source->source)) continue;
    for (const DestinationPlan& plan : route.to)
      if (plan.config->trigger == config::Trigger::schedule || keys.insert(plan.key).second)
        told.push_back(&plan);
  }
  return told;
}

bool is_health_channel(const DestinationPlan& plan) {
  using config::Recipient;
  const Recipient kind = plan.addressee.kind;
  return kind == Recipient::dmp || kind == Recipient::care_team || kind == Recipient::citizen;
}

bool Site::tells_health() const {
  return std::ranges::any_of(routes, [](const RoutePlan& route) {
    return std::ranges::any_of(route.to, is_health_channel);
  });
}

bool Site::tells_outsiders() const {
  return std::ranges::any_of(routes, [](const RoutePlan& route) {
    return std::ranges::any_of(route.to, [](const DestinationPlan& plan) {
      return !policy::may_know_place(plan.addressee.kind);
    });
  });
}

std::string Site::own_prefix_of(const std::string& source) const {
  for (const auto& [name, endpoint] : config->endpoints) {
    if (endpoint.direction != config::Direction::source || endpoint.source != source) continue;
    const config::Partner& partner = config->partner_of(endpoint);
    if (partner.recipient == config::Recipient::departement)
      return "urn:charmille:cd:" + partner.department;
  }
  return "urn:charmille:dui:";
}

const codec::Options* Site::format_of(const std::string& endpoint,
                                      const std::string& lot_file) const {
  auto found = formats.find(endpoint + '/' + lot_file);
  if (found == formats.end()) found = formats.find(endpoint);
  return found == formats.end() ? nullptr : &found->second;
}

LoadedSite load_site(const fs::path& configuration, const fs::path& schemas,
                     std::span<const adapters::Adapter* const> adapters) {
  LoadedSite loaded;
  auto files = config::read_files(configuration);
  if (!files) {
    loaded.faults.push_back(files.error());
    return loaded;
  }
  std::vector<Fault> faults;
  const std::vector<fs::path> folders = files->mapping_folders();
  loaded.mapping_folders = folders;
  const Mappings mappings = load_mappings(folders, schemas, faults);
  const std::vector<config::KnownCodec> codecs = known_codecs();
  config::Surroundings surroundings;
  surroundings.adapters = adapters;
  surroundings.codecs = codecs;
  surroundings.check_format = [](const tree::Document& document, const tree::Node& options,
                                 config::Direction direction, const std::string& path) {
    return codec::check_options(document, options,
                                direction == config::Direction::source ? codec::Direction::decode
                                                                       : codec::Direction::encode,
                                path);
  };
  // A mapping that does not compile would be "unknown" to every route: its own faults say more.
  if (faults.empty()) surroundings.mappings = known(mappings);
  surroundings.check_expression = [](std::string_view text,
                                     const base::Place& place) -> std::optional<Fault> {
    auto compiled = Narrowing::compile(text, place);
    if (compiled) return {};
    return compiled.error();
  };
  config::Validated validated = config::validate(std::move(*files), surroundings);
  loaded.faults = std::move(validated.faults);
  loaded.warnings = std::move(validated.warnings);
  std::ranges::move(faults, std::back_inserter(loaded.faults));
  for (const fs::path& folder : folders)
    std::ranges::move(mapping::stray_cases(folder), std::back_inserter(loaded.warnings));
  if (!loaded.faults.empty()) return loaded;
  auto site = Compilation(std::move(validated.site), mappings, loaded).run();
  site->digest = digest_of(configuration, folders);
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
