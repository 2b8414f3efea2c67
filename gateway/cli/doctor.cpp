// charmille doctor: the configuration, the world around it, the store, the disk and the clock.
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"
#include "gateway/cli/world.h"

namespace charmille::cli {
namespace {

constexpr std::uint64_t least_free = 1ULL << 30;

struct Finding {
  std::string what;
  std::vector<Fault> faults;
};

std::vector<Fault> disk_faults(const config::Site& site) {
  struct statvfs disk {};
  if (::statvfs(site.state.c_str(), &disk) != 0)
    return {};  // no state yet: the world's check says so
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free >= least_free) return {};
  return {fault("CH-CLI-013", {}, {{"free", std::to_string(free >> 20)}})};
}

std::vector<Fault> clock_faults() {
  timex clock{};
  const int state = ::adjtimex(&clock);
  if (state < 0 || state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0)
    return {fault("CH-CLI-012")};
  return {};
}

/// The daemon answers, or the store opens without it.
Finding gateway_finding(Session& s, const config::Site& site) {
  Finding finding{std::string(s.say("la passerelle répond", "the gateway answers")), {}};
  auto gateway = gateway_at_socket(site.socket);
  if (gateway && !*gateway) {
    finding.what = s.say("la passerelle est arrêtée ; ses données s'ouvrent",
                         "the gateway is stopped; its store opens");
    gateway = gateway_in_process(s.configuration_file());
  }
  if (!gateway) {
    finding.faults.push_back(gateway.error());
    return finding;
  }
  if (!(*gateway)->is_daemon()) return finding;
  Question question;
  question.target = "/health/ready";
  const auto answer = (*gateway)->call(std::move(question));
  if (!answer)
    finding.faults.push_back(answer.error());
  else if (!answer->ok())
    finding.faults.push_back(fault("CH-API-008"));
  return finding;
}

std::vector<Finding> examine(Session& s, const exchange::LoadedSite& loaded) {
  std::vector<Finding> findings{
      {std::string(s.say("la configuration", "the configuration")), loaded.faults}};
  if (!loaded.site) return findings;
  const config::Site& site = *loaded.site->config;
  findings.push_back(
      {std::string(s.say("fichiers, ports et certificats", "files, ports and certificates")),
       faults_of_world(site)});
  findings.push_back(gateway_finding(s, site));
  findings.push_back(
      {std::string(s.say("place sur le disque", "room on the disk")), disk_faults(site)});
  findings.push_back({std::string(s.say("horloge", "clock")), clock_faults()});
  return findings;
}

Exit doctor(Session& s) {
  const auto loaded = load_whole_site(s);
  bool good = true;
  tree::Document doc;
  std::vector<tree::Node> nodes;
  for (const Finding& finding : examine(s, loaded)) {
    std::vector<tree::Node> faults;
    for (const Fault& fault : finding.faults)
      faults.push_back(doc.object(
          {{"code", doc.text(fault.code)}, {"text", doc.text(base::describe(fault, s.language))}}));
    nodes.push_back(doc.object({{"what", doc.text(finding.what)}, {"faults", doc.array(faults)}}));
    good = good && finding.faults.empty();
    if (s.json) continue;
    s.console.out << (finding.faults.empty() ? s.console.styled("✓ ", Style::green)
                                             : s.console.styled("✗ ", Style::red))
                  << finding.what << std::endl;
    for (const Fault& fault : finding.faults) s.print(fault);
  }
  if (s.json) s.print_json(doc.array(nodes));
  return good ? Exit::done : loaded.site ? Exit::system : Exit::usage;
}

}  // namespace

void add_doctor(CLI::App& app, Session& s) {
  app.add_subcommand(
         "doctor",
         std::string(s.say("examine tout : configuration, fichiers, données, disque, horloge",
                           "examines everything: configuration, files, store, disk, clock")))
      ->callback([&s] { s.chosen = [&s] { return doctor(s); }; });
}

}  // namespace charmille::cli
