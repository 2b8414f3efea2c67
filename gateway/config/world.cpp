#include "gateway/config/world.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "gateway/base/bytes.h"

namespace charmille::config {
namespace {

class World {
 public:
  World(const Site& site, const WorldHooks& hooks) : site_(site), hooks_(hooks) {}

  std::vector<Fault> run() && {
    check_time_zone();
    check_state();
    check_secret(site_.master_key);
    check_listen();
    check_partners();
    if (site_.alarms.webhook && site_.alarms.webhook->token)
      check_token(*site_.alarms.webhook->token);
    for (const Path& folder : site_.mappings) check_folder(folder, place("mappings"), false);
    if (hooks_.check_endpoint)
      for (const auto& [name, endpoint] : site_.endpoints) add_all(hooks_.check_endpoint(endpoint));
    std::ranges::stable_sort(faults_, {}, [](const Fault& f) {
      return std::tuple(f.place.file, f.place.line, f.place.column, f.place.path);
    });
    return std::move(faults_);
  }

 private:
  base::Place place(std::string_view key) const {
    const tree::Node* node = site_.document().root().find(key);
    return site_.document().place_of(node == nullptr ? tree::Origin{1, 0, 0} : node->origin(),
                                     std::string(key));
  }
  void add(std::string_view code, base::Place place, base::Args args) {
    faults_.push_back(fault(code, std::move(place), std::move(args)));
  }
  void add_all(std::vector<Fault> faults) {
    for (Fault& f : faults) faults_.push_back(std::move(f));
  }
  static base::Args named(const Path& path) { return {{"name", base::printable(path.string())}}; }

  void check_time_zone() {
    const std::string& zone = site_.organisation.time_zone;
    std::error_code error;
    const bool plain = !zone.starts_with('/') && zone.find("..") == zone.npos;
    if (!plain || !std::filesystem::is_regular_file(Path("/usr/share/zoneinfo") / zone, error))
      add("CH-CFG-090", place("organisation"), {{"name", base::printable(zone)}});
  }

  /// The state folder may not exist yet; then its parent must take it.
  void check_state() {
    std::error_code error;
    const base::Place where = place("state");
    if (!std::filesystem::exists(site_.state, error))
      return check_folder(site_.state.parent_path(), where, true);
    check_folder(site_.state, where, true);
    struct stat status {};
    if (::stat(site_.state.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
      add("CH-CFG-091", where, named(site_.state));
    if (site_.socket.parent_path() != site_.state)
      check_folder(site_.socket.parent_path(), place("socket"), true);
  }

  void check_folder(const Path& folder, const base::Place& where, bool written) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
      return add("CH-CFG-087", where, named(folder));
    if (written && ::access(folder.c_str(), W_OK | X_OK) != 0)
      add("CH-CFG-088", where, named(folder));
  }

  void check_file(const Path& file, const base::Place& where) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error) || ::access(file.c_str(), R_OK) != 0)
      return add("CH-CFG-086", where, named(file));
    if (hooks_.check_certificate) add_all(hooks_.check_certificate(file, where));
  }

  void check_secret(const SecretReference& reference) {
    if (auto secret = read_secret(reference); !secret) faults_.push_back(std::move(secret.error()));
  }

  void check_token(const SecretReference& reference) {
    auto secret = read_secret(reference);
    if (!secret) return faults_.push_back(std::move(secret.error()));
    if (secret->reveal().size() < least_token_length)
      add("CH-CFG-085", reference.place, {{"limit", std::to_string(least_token_length)}});
  }

  void check_partners() {
    for (const auto& [name, partner] : site_.partners)
      for (const Identity& identity : partner.identities)
        if (const auto* token = std::get_if<SecretReference>(&identity)) check_token(*token);
  }

  void check_listen() {
    if (!site_.listen) return;
    if (const auto& tls = site_.listen->tls) {
      check_file(tls->certificate, site_.listen->place);
      check_secret(tls->key);
      if (tls->client_ca) check_file(*tls->client_ca, site_.listen->place);
    }
    if (hooks_.check_port && site_.listen->address.port != 0) check_port(site_.listen->address);
  }

  /// Binds as the server would, and lets go at once.
  void check_port(const Address& address) {
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed =
        ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    if (failed != 0)
      return add("CH-CFG-089", site_.listen->place,
                 {{"address", address.text()}, {"what", ::gai_strerror(failed)}});
    const int descriptor =
        ::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol);
    if (descriptor < 0) return;
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const int bound = ::bind(descriptor, found->ai_addr, found->ai_addrlen);
    const int error = errno;
    ::close(descriptor);
    if (bound != 0)
      add("CH-CFG-089", site_.listen->place,
          {{"address", address.text()}, {"what", std::strerror(error)}});
  }

  const Site& site_;
  const WorldHooks& hooks_;
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> check_world(const Site& site, const WorldHooks& hooks) {
  return World(site, hooks).run();
}

}  // namespace charmille::config
