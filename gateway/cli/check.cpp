// charmille check: every fault of the configuration, its policies and its mappings, at once. The
// world around it (files, ports, certificates) is a second step, which has a name.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "adapters/adapter.h"
#include "gateway/cli/session.h"
#include "gateway/cli/world.h"
#include "gateway/exchange/site.h"

namespace charmille::cli {
namespace {

tree::Node fault_node(tree::Document& doc, const Fault& fault, const Session& s) {
  return doc.object({{"code", doc.text(fault.code)},
                     {"file", doc.text(fault.place.file)},
                     {"line", doc.integer(fault.place.line)},
                     {"column", doc.integer(fault.place.column)},
                     {"path", doc.text(fault.place.path)},
                     {"text", doc.text(base::text_of(fault, s.language))},
                     {"remedy", doc.text(base::remedy_of(fault, s.language))}});
}

tree::Node faults_node(tree::Document& doc, const std::vector<Fault>& faults, const Session& s) {
  std::vector<tree::Node> nodes;
  nodes.reserve(faults.size());
  for (const Fault& fault : faults) nodes.push_back(fault_node(doc, fault, s));
  return doc.array(nodes);
}

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + ' ' + std::string(n < 2 ? one : many);
}

std::string summary(const exchange::Site& site, const Session& s) {
  std::set<const void*> mappings;
  for (const auto& route : site.routes) {
    mappings.insert(route.mapping.get());
    for (const auto& to : route.to) mappings.insert(to.mapping.get());
  }
  mappings.erase(nullptr);
  return counted(site.config->partners.size(), s.say("partenaire", "partner"),
                 s.say("partenaires", "partners")) +
         ", " +
         counted(site.config->endpoints.size(), s.say("point d'accès", "endpoint"),
                 s.say("points d'accès", "endpoints")) +
         ", " + counted(site.routes.size(), s.say("trajet", "route"), s.say("trajets", "routes")) +
         ", " +
         counted(mappings.size(), s.say("correspondance", "mapping"),
                 s.say("correspondances", "mappings")) +
         ", " +
         counted(site.config->policies.size(), s.say("politique", "policy"),
                 s.say("politiques", "policies"));
}

void print_faults(Session& s, const exchange::LoadedSite& loaded, const std::vector<Fault>& world,
                  bool looked) {
  for (const Fault& fault : loaded.faults) s.print(fault);
  for (const Fault& warning : loaded.warnings) s.print_warning(warning);
  Console& console = s.console;
  if (!loaded.site) {
    console.err << counted(loaded.faults.size(), s.say("faute", "fault"), s.say("fautes", "faults"))
                << '\n';
    return;
  }
  console.out << console.styled("✓ ", Style::green)
              << s.say("La configuration est juste : ", "The configuration is right: ")
              << summary(*loaded.site, s) << ".\n";
  if (!looked) {
    console.out
        << s.say(
               "  `check --world` regarde aussi les fichiers, les ports et les certificats de "
               "cette machine.",
               "  `check --world` also looks at the files, ports and certificates of this machine.")
        << '\n';
    return;
  }
  if (world.empty()) {
    console.out << console.styled("✓ ", Style::green)
                << s.say("Les fichiers, les ports et les certificats de cette machine conviennent.",
                         "The files, ports and certificates of this machine suit it.")
                << '\n';
    return;
  }
  console.err << s.say("Sur cette machine :", "On this machine:") << '\n';
  for (const Fault& fault : world) s.print(fault);
}

Exit check(Session& s, bool with_world) {
  const auto loaded = load_whole_site(s);
  s.sources = loaded.mapping_folders;
  std::vector<Fault> world;
  if (loaded.site && with_world) world = faults_of_world(*loaded.site->config);
  if (s.json) {
    tree::Document doc;
    s.print_json(
        doc.object({{"faults", faults_node(doc, loaded.faults, s)},
                    {"warnings", faults_node(doc, loaded.warnings, s)},
                    {"world", with_world ? faults_node(doc, world, s) : tree::Node::null()}}));
  } else {
    print_faults(s, loaded, world, with_world);
  }
  return loaded.site && world.empty() ? Exit::done : Exit::usage;
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "check", std::string(session.say("toutes les fautes de la configuration, d'un coup",
                                       "every fault of the configuration, at once")));
  auto with_world = std::make_shared<bool>(false);
  command->add_flag(
      "--world", *with_world,
      std::string(session.say("regarde aussi les fichiers, les ports et les certificats",
                              "looks at files, ports and certificates too")));
  command->callback([&session, with_world] {
    session.chosen = [&session, with_world] { return check(session, *with_world); };
  });
}

}  // namespace charmille::cli
