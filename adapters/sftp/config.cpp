#include "adapters/sftp/config.h"

#include <algorithm>

#include "adapters/sftp/destination.h"
#include "adapters/sftp/source.h"
#include "adapters/sftp/visit.h"
#include "adapters/sftp/wire.h"
#include "gateway/base/bytes.h"
#include "gateway/config/view.h"

namespace charmille::adapters::sftp {
namespace {

using tree::Field;
using tree::FieldType;

Field text_item() {
  return Field{.name = "", .type = FieldType::text};
}

std::vector<Field> connection_fields() {
  return {
      Field{.name = "host",
            .type = FieldType::text,
            .meaning_fr = "nom ou adresse du serveur",
            .meaning_en = "name or address of the server",
            .example = "sftp.departement.example",
            .required = true},
      Field{.name = "port",
            .type = FieldType::integer,
            .meaning_fr = "port du serveur",
            .meaning_en = "port of the server",
            .example = "2222",
            .default_value = "22",
            .least = 1,
            .most = 65'535},
      Field{.name = "user",
            .type = FieldType::text,
            .meaning_fr = "notre compte chez lui",
            .meaning_en = "our account there",
            .example = "charmille",
            .required = true},
      Field{.name = "host-keys",
            .type = FieldType::list,
            .meaning_fr = "empreintes admises de la clé du serveur (`ssh-keygen -lf`) ; plusieurs "
                          "pendant un changement de clé",
            .meaning_en = "fingerprints accepted of the server's key (`ssh-keygen -lf`); several "
                          "while a key is being changed",
            .example = "[\"SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8\"]",
            .required = true,
            .item = {text_item()}},
      Field{.name = "key",
            .type = FieldType::secret,
            .meaning_fr = "notre clé privée SSH (ed25519 ou ecdsa, 0600), par un fichier",
            .meaning_en = "our private SSH key (ed25519 or ecdsa, 0600), by a file",
            .example = "{file: secrets/departement_ed25519}"},
      Field{.name = "passphrase",
            .type = FieldType::secret,
            .meaning_fr = "phrase de passe de la clé",
            .meaning_en = "passphrase of the key",
            .example = "{file: secrets/departement.phrase}"},
      Field{.name = "password",
            .type = FieldType::secret,
            .meaning_fr = "mot de passe, quand le serveur n'admet pas de clé",
            .meaning_en = "password, when the server takes no key",
            .example = "{file: secrets/departement.mot-de-passe}"},
      Field{.name = "connect-timeout",
            .type = FieldType::duration,
            .meaning_fr = "délai d'ouverture de la connexion, clés et identité comprises",
            .meaning_en = "time to open the connection, keys and identity included",
            .example = "5s",
            .default_value = "10s",
            .least = 50'000,
            .most = 600'000'000},
      Field{.name = "timeout",
            .type = FieldType::duration,
            .meaning_fr = "délai d'une opération, et le plus long silence pendant un transfert",
            .meaning_en = "time for one operation, and the longest silence within a transfer",
            .example = "2m",
            .default_value = "60s",
            .least = 100'000,
            .most = 3'600'000'000},
  };
}

tree::Spec with_connection(tree::Spec spec) {
  std::vector<Field> fields = connection_fields();
  std::ranges::move(spec.fields, std::back_inserter(fields));
  spec.fields = std::move(fields);
  return spec;
}

std::vector<Field> folder_fields() {
  return {
      Field{.name = "folder",
            .type = FieldType::text,
            .meaning_fr = "dossier sur le serveur ; sans / au début, il part du dossier d'accueil",
            .meaning_en = "folder on the server; without a leading / it counts from our home",
            .example = "/depot/eo",
            .default_value = "."},
      Field{.name = "marker",
            .type = FieldType::text,
            .meaning_fr = "nom du fichier témoin qui dit que {name} est complet",
            .meaning_en = "name of the marker file which says that {name} is complete",
            .example = "\"{name}.ok\""},
  };
}

std::vector<Field> filing_fields() {
  return {
      Field{.name = "after",
            .type = FieldType::choice,
            .meaning_fr = "ce que devient un fichier une fois ses données en sûreté",
            .meaning_en = "what becomes of a file once its data are safe",
            .example = "delete",
            .default_value = "archive",
            .choices = {"archive", "delete"}},
      Field{.name = "archive",
            .type = FieldType::text,
            .meaning_fr = "où vont les fichiers acceptés, sur le serveur ; sans / au début, sous "
                          "`folder`",
            .meaning_en =
                "where accepted files go, on the server; without a leading /, below `folder`",
            .example = "/depot/archives",
            .default_value = "archive"},
      Field{.name = "reject",
            .type = FieldType::text,
            .meaning_fr = "où vont les fichiers refusés, avec leur rapport",
            .meaning_en = "where refused files go, with their report",
            .example = "/depot/rejets",
            .default_value = "reject"},
  };
}

std::vector<Field> turn_fields() {
  return {
      Field{.name = "files",
            .type = FieldType::list,
            .meaning_fr = "motifs des noms à prendre (* et ?) ; les autres restent en place",
            .meaning_en = "patterns of the names to take (* and ?); others stay where they are",
            .example = "[\"EO_*.csv\"]",
            .item = {text_item()}},
      Field{.name = "interval",
            .type = FieldType::duration,
            .meaning_fr = "le dossier est relu à cet intervalle",
            .meaning_en = "the folder is looked at at this interval",
            .example = "5m",
            .default_value = "60s",
            .least = 100'000,
            .most = 86'400'000'000},
      Field{.name = "stable",
            .type = FieldType::duration,
            .meaning_fr = "un fichier est complet quand deux regards séparés de ce temps le voient "
                          "pareil ; sans effet avec `marker`",
            .meaning_en = "a file is complete once two looks, that far apart, see the same; "
                          "without effect with `marker`",
            .example = "30s",
            .default_value = "10s",
            .least = 0,
            .most = 3'600'000'000},
      Field{.name = "max-size",
            .type = FieldType::size,
            .meaning_fr = "un fichier plus grand est refusé",
            .meaning_en = "a larger file is refused",
            .example = "500MiB",
            .default_value = "2GiB",
            .least = 1},
      Field{.name = "max-files",
            .type = FieldType::integer,
            .meaning_fr = "fichiers pris à chaque tour, au plus ; les autres au tour suivant",
            .meaning_en = "files taken in one turn, at most; the others in the next one",
            .example = "20",
            .default_value = "100",
            .least = 1,
            .most = 10'000},
  };
}

const tree::Spec& source_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{"sftp", "prend les fichiers déposés sur un serveur SFTP",
                    "takes the files that are put on an SFTP server", folder_fields()};
    for (auto more : {turn_fields(), filing_fields()})
      std::ranges::move(more, std::back_inserter(made.fields));
    return with_connection(std::move(made));
  }();
  return spec;
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec = [] {
    tree::Spec made{"sftp", "dépose des fichiers sur un serveur SFTP",
                    "puts files on an SFTP server", folder_fields()};
    made.fields.push_back(Field{
        .name = "file",
        .type = FieldType::text,
        .meaning_fr = "modèle du nom ; variables : route date time lot sequence extension delivery",
        .meaning_en = "template of the name; variables: route date time lot sequence "
                      "extension delivery",
        .example = "\"{route}_{date}_{sequence}.csv\"",
        .default_value = "\"{route}_{date}_{delivery}.{extension}\""});
    made.fields.push_back(Field{.name = "connections",
                                .type = FieldType::integer,
                                .meaning_fr = "connexions simultanées, au plus",
                                .meaning_en = "connections at once, at most",
                                .example = "4",
                                .default_value = "2",
                                .least = 1,
                                .most = 8});
    return with_connection(std::move(made));
  }();
  return spec;
}

/// One checked object, read by the names of its fields.
config::View view_of(const Setting& setting, const tree::Spec& spec) {
  static const auto object = [](const tree::Spec& of) {
    return Field{.type = FieldType::object, .fields = of.fields};
  };
  static const Field source = object(source_spec());
  static const Field destination = object(destination_spec());
  return {setting.document, setting.node, &spec == &source_spec() ? source : destination,
          "endpoints." + setting.endpoint};
}

using SecretPtr = std::shared_ptr<const config::Secret>;

/// Nothing when it is not written.
Result<SecretPtr> read_secret(const config::View& view, const std::filesystem::path& folder) {
  const auto reference = view.secret(folder);
  if (!reference) return SecretPtr{};
  auto secret = config::read_secret(*reference);
  if (!secret) return fail(secret.error());
  return std::make_shared<const config::Secret>(std::move(*secret));
}

/// Letters, digits, '.', '-', and ':' of an IPv6 address.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':';
  });
}

Result<void> read_identity(const config::View& view, const std::filesystem::path& folder,
                           net::SftpPeer& peer) {
  const bool by_key = view["key"].present();
  if (by_key == view["password"].present() || (view["passphrase"].present() && !by_key))
    return fail("CH-SFTP-017", view.place());
  auto password = read_secret(view["password"], folder);
  if (!password) return fail(password.error());
  auto passphrase = read_secret(view["passphrase"], folder);
  if (!passphrase) return fail(passphrase.error());
  peer.password = std::move(*password);
  peer.passphrase = std::move(*passphrase);
  if (!by_key) return {};
  const config::SecretReference key = *view["key"].secret(folder);
  if (key.file.empty()) return fail("CH-SFTP-018", key.place);
  // libssh2 reads the file itself, at each connection; here it is checked like any secret.
  if (auto readable = config::read_secret(key); !readable) return fail(readable.error());
  peer.key = key.file;
  return {};
}

Result<net::SftpPeer> read_peer(const config::View& view, const std::filesystem::path& folder) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  net::SftpPeer peer;
  peer.host = view["host"].text();
  if (!is_host(peer.host))
    return fail("CH-SFTP-019", view["host"].place(), {{"value", base::printable(peer.host)}});
  peer.port = static_cast<std::uint16_t>(*view["port"].number());
  peer.user = view["user"].text();
  peer.host_keys = view["host-keys"].texts();
  if (peer.host_keys.empty())
    return fail("CH-SFTP-016", view["host-keys"].place(), {{"value", ""}});
  for (const config::View& one : view["host-keys"].items())
    if (!net::is_fingerprint(one.text()))
      return fail("CH-SFTP-016", one.place(), {{"value", base::printable(one.text())}});
  peer.connect_timeout = duration_cast<milliseconds>(*view["connect-timeout"].duration());
  peer.timeout = duration_cast<milliseconds>(*view["timeout"].duration());
  if (auto read = read_identity(view, folder, peer); !read) return fail(read.error());
  return peer;
}

/// Faults of the server are told where the endpoint is written.
std::vector<base::Fault> visit_from(const config::View& view, net::SftpPeer peer,
                                    std::string folder) {
  std::vector<base::Fault> faults = visit(std::move(peer), std::move(folder));
  for (base::Fault& f : faults) f.place = view.place();
  return faults;
}

std::vector<base::Fault> check_source(const Setting& setting) {
  auto settings = read_source(setting);
  if (!settings) return {settings.error()};
  return visit_from(view_of(setting, source_spec()), std::move(settings->peer), settings->folder);
}

std::vector<base::Fault> check_destination(const Setting& setting) {
  auto settings = read_destination(setting);
  if (!settings) return {settings.error()};
  return visit_from(view_of(setting, destination_spec()), std::move(settings->peer),
                    settings->folder);
}

Result<std::unique_ptr<Source>> build_source(const Setting& setting) {
  auto settings = read_source(setting);
  if (!settings) return fail(settings.error());
  return make_source(std::move(*settings));
}

Result<std::unique_ptr<Destination>> build_destination(const Setting& setting) {
  auto settings = read_destination(setting);
  if (!settings) return fail(settings.error());
  return make_destination(std::move(*settings));
}

}  // namespace

Result<SourceSettings> read_source(const Setting& setting) {
  const config::View view = view_of(setting, source_spec());
  auto peer = read_peer(view, setting.base_folder);
  if (!peer) return fail(peer.error());
  SourceSettings out;
  out.endpoint = setting.endpoint;
  out.peer = std::move(*peer);
  out.peer.connections = 2;  // a report does not wait for a long download
  out.folder = view["folder"].text();
  if (view["after"].text() == "archive")
    out.archive = path_from(out.folder, view["archive"].text());
  out.reject = path_from(out.folder, view["reject"].text());
  out.patterns = view["files"].texts();
  if (out.patterns.empty()) out.patterns.emplace_back("*");
  out.marker = view["marker"].text();
  out.interval = *view["interval"].duration();
  out.stable = *view["stable"].duration();
  out.largest = static_cast<std::uint64_t>(*view["max-size"].number());
  out.most_files = static_cast<std::size_t>(*view["max-files"].number());
  out.spool = setting.spool_folder;
  return out;
}

Result<DestinationSettings> read_destination(const Setting& setting) {
  const config::View view = view_of(setting, destination_spec());
  auto peer = read_peer(view, setting.base_folder);
  if (!peer) return fail(peer.error());
  auto name = names::NameTemplate::parse(
      tree::read_text(setting.node, tree::field_of(destination_spec().fields, "file")));
  if (!name) {
    Fault f = std::move(name.error());
    f.place = view["file"].place();
    return fail(std::move(f));
  }
  DestinationSettings out;
  out.peer = std::move(*peer);
  out.peer.connections = static_cast<std::size_t>(*view["connections"].number());
  out.folder = view["folder"].text();
  out.name = std::move(*name);
  out.marker = view["marker"].text();
  return out;
}

const Adapter& adapter() {
  static const Adapter object{
      .name = "sftp",
      .source = &source_spec(),
      .destination = &destination_spec(),
      .guarantees_fr =
          "entrée : un fichier n'est rangé ou effacé qu'une fois ses données en sûreté, et n'est "
          "pas pris deux fois ; sortie : un fichier apparaît entier sous son nom, et jamais deux "
          "fois ; la clé du serveur est celle de la configuration, ou rien ne part",
      .guarantees_en =
          "in: a file is filed away or deleted only once its data are safe, and is not taken "
          "twice; out: a file appears whole under its name, and never twice; the server's key is "
          "that of the configuration, or nothing leaves",
      .safe_for_untrusted_input = true,
      .make_source = build_source,
      .make_destination = build_destination,
      .check_source = check_source,
      .check_destination = check_destination,
  };
  return object;
}

}  // namespace charmille::adapters::sftp
