#include "gateway/cli/session.h"

#include <cstdlib>

#include "adapters/adapter.h"
#include "gateway/base/bytes.h"
#include "gateway/base/payload.h"
#include "gateway/cli/excerpt.h"
#include "gateway/exchange/site.h"

namespace charmille::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_quoted = 4U << 20;  ///< of a file of which a line is quoted

fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path{} : program.parent_path();
}

}  // namespace

fs::path Session::configuration_file() const {
  if (!configuration.empty()) return configuration;
  if (const char* named = std::getenv("CHARMILLE_CONFIG"); named != nullptr && *named != '\0')
    return named;
  std::error_code error;
  if (fs::exists("charmille.yaml", error)) return "charmille.yaml";
  return "/etc/charmille/charmille.yaml";
}

std::shared_ptr<const config::Site> Session::load_configuration() {
  if (site_) return site_;
  auto files = config::read_files(configuration_file());
  if (!files) {
    print(files.error());
    return nullptr;
  }
  config::Surroundings surroundings;
  surroundings.adapters = adapters::registry();
  surroundings.codecs = exchange::known_codecs();
  config::Validated validated = config::validate(std::move(*files), surroundings);
  for (const Fault& fault : validated.faults) print(fault);
  site_ = std::move(validated.site);
  return site_;
}

std::unique_ptr<Gateway> Session::open_gateway() {
  const auto site = load_configuration();
  if (!site) return nullptr;
  auto daemon = gateway_at_socket(site->socket);
  if (!daemon) {
    print(daemon.error());
    return nullptr;
  }
  if (*daemon) return std::move(*daemon);
  auto here = gateway_in_process(configuration_file());
  if (!here) {
    print(here.error());
    return nullptr;
  }
  return std::move(*here);
}

void Session::print(const Fault& fault) {
  console.err << base::describe(fault, language) << '\n' << quoted(fault);
}

std::string Session::quoted(const Fault& fault) const {
  // What does not compile, never what a run met: the place is then one of data. And never the
  // configuration, which may hold a secret by mistake.
  const bool of_source = fault.action == base::Action::stop &&
                         (fault.code.starts_with("CH-PATH-") || fault.code.starts_with("CH-MAP-"));
  if (!of_source) return {};
  const base::Place& place = fault.place;
  if (const auto text = texts.find(place.file); text != texts.end())
    return excerpt(text->second, place.line, place.column);
  for (const fs::path& folder : sources) {
    const auto payload = base::Payload::from_file(folder / place.file);
    const auto text = payload ? payload->bytes(most_quoted) : fail(payload.error());
    if (text) return excerpt(*text, place.line, place.column);
  }
  return {};
}

void Session::warn_of_unknown_partner(const std::string& name) {
  const auto site = load_configuration();
  if (!name.empty() && site != nullptr && site->partners.find(name) == site->partners.end())
    print_warning(fault("CH-EXC-044", {}, {{"partner", base::printable(name)}}));
}

void Session::print_warning(const Fault& fault) {
  console.err << console.styled(say("attention : ", "warning: "), Style::yellow)
              << base::describe(fault, language) << '\n';
}

Exit Session::failed(const Fault& fault) {
  print(fault);
  return fault.action == base::Action::reject ? Exit::data : Exit::system;
}

void Session::print_json(const tree::Node& node) {
  console.out << codec::write_json(node, true) << '\n';
}

fs::path schemas_folder(std::span<const fs::path> mapping_folders) {
  std::error_code error;
  if (const char* named = std::getenv("CHARMILLE_SCHEMAS"); named != nullptr && *named != '\0')
    return named;
  std::vector<fs::path> places;
  places.reserve(mapping_folders.size() + 1);
  for (const fs::path& folder : mapping_folders) places.push_back(folder.parent_path() / "schemas");
  places.push_back(program_folder().parent_path().parent_path() / "schemas");
  for (const fs::path& place : places)
    if (fs::exists(place / "child-record.schema.json", error)) return place;
  return "/usr/share/charmille/schemas";
}

}  // namespace charmille::cli
