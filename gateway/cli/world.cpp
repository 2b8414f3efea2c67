#include "gateway/cli/world.h"

#include <boost/asio/io_context.hpp>

#include "adapters/adapter.h"
#include "gateway/base/bytes.h"
#include "gateway/config/view.h"
#include "gateway/config/world.h"
#include "gateway/net/tls.h"

namespace charmille::cli {
namespace {

constexpr std::chrono::days soon{14};

std::vector<Fault> certificate_faults(const config::Path& file, const base::Place& place) {
  const auto certificate = net::read_certificate(file);
  if (!certificate) {
    Fault fault = certificate.error();
    fault.place = place;
    return {std::move(fault)};
  }
  const base::Args args{{"file", base::printable(file.filename().string())},
                        {"date", base::to_date(certificate->not_after)}};
  const base::Time now = base::system_clock().now();
  if (certificate->not_after < now) return {fault("CH-CLI-014", place, args)};
  if (certificate->not_before > now) return {fault("CH-CLI-015", place, args)};
  if (certificate->not_after < now + soon) return {fault("CH-CLI-016", place, args)};
  return {};
}

std::vector<Fault> endpoint_faults(const config::Site& site, const config::Endpoint& endpoint,
                                   const boost::asio::any_io_executor& executor) {
  const bool is_source = endpoint.direction == config::Direction::source;
  const auto look =
      is_source ? endpoint.adapter->check_source : endpoint.adapter->check_destination;
  if (look == nullptr) return {};
  const adapters::Setting setting{.endpoint = endpoint.name,
                                  .base_folder = site.folder.string(),
                                  .document = site.document(),
                                  .node = *endpoint.settings,
                                  .executor = executor,
                                  .clock = base::system_clock(),
                                  .random = base::system_random()};
  return look(setting);
}

const tree::Spec* spec_of(const config::Endpoint& endpoint) {
  return endpoint.direction == config::Direction::source ? endpoint.adapter->source
                                                         : endpoint.adapter->destination;
}

/// By convention of the specifications, a path named so holds certificates.
bool holds_certificates(const tree::Field& field) {
  return field.type == tree::FieldType::path &&
         (field.name == "certificate" || field.name == "ca" || field.name == "client-ca");
}

void add_from(const config::Site& site, const tree::Node& node,
              const std::vector<tree::Field>& fields, const std::string& path,
              std::vector<NamedCertificate>& into) {
  for (const tree::Field& field : fields) {
    const tree::Node* value = node.find(field.name);
    if (value == nullptr) continue;
    const std::string here = path + "." + std::string(field.name);
    if (holds_certificates(field) && value->is(tree::Kind::text))
      into.push_back({config::resolve(site.folder, value->chars()),
                      site.document().place_of(value->origin(), here)});
    else if (field.type == tree::FieldType::object)
      add_from(site, *value, field.fields, here, into);
  }
}

}  // namespace

exchange::LoadedSite load_whole_site(const std::filesystem::path& configuration) {
  const auto files = config::read_files(configuration);
  if (!files) return {nullptr, {files.error()}, {}, {}};
  return exchange::load_site(configuration, schemas_folder(files->mapping_folders()),
                             adapters::registry());
}

exchange::LoadedSite load_whole_site(const Session& session) {
  return load_whole_site(session.configuration_file());
}

std::vector<Fault> faults_of_world(const config::Site& site) {
  boost::asio::io_context io;
  const auto daemon = gateway_at_socket(site.socket);
  config::WorldHooks hooks;
  hooks.check_port = !(daemon && *daemon);
  hooks.check_certificate = certificate_faults;
  hooks.check_endpoint = [&](const config::Endpoint& endpoint) {
    return endpoint_faults(site, endpoint, io.get_executor());
  };
  return config::check_world(site, hooks);
}

std::vector<NamedCertificate> certificates_of(const config::Site& site) {
  std::vector<NamedCertificate> all;
  if (site.listen && site.listen->tls) {
    all.push_back({site.listen->tls->certificate, site.listen->place});
    if (site.listen->tls->client_ca)
      all.push_back({*site.listen->tls->client_ca, site.listen->place});
  }
  for (const auto& [name, endpoint] : site.endpoints)
    if (const tree::Spec* spec = spec_of(endpoint))
      add_from(site, *endpoint.settings, spec->fields, "endpoints." + name, all);
  return all;
}

}  // namespace charmille::cli
