#include "adapters/file/config.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/file/destination.h"
#include "adapters/file/source.h"

namespace charmille::adapters::file {
namespace {

using tree::Field;
using tree::FieldType;

const tree::Spec& source_spec() {
  static const tree::Spec spec{
      "file",
      "prend les fichiers déposés dans un dossier",
      "takes the files that are put into a folder",
      {
          Field{.name = "folder",
                .type = FieldType::path,
                .meaning_fr =
                    "dossier de dépôt ; ses sous-dossiers, liens et fichiers cachés sont ignorés",
                .meaning_en = "drop folder; its sub-folders, links and hidden files are ignored",
                .example = "/srv/depot/eo",
                .required = true},
          Field{.name = "files",
                .type = FieldType::list,
                .meaning_fr = "motifs des noms à prendre (* et ?) ; les autres restent en place",
                .meaning_en = "patterns of the names to take (* and ?); others stay where they are",
                .example = "[\"EO_*.csv\"]",
                .item = {Field{.name = "", .type = FieldType::text}}},
          Field{.name = "stable",
                .type = FieldType::duration,
                .meaning_fr = "un fichier est complet quand sa taille et sa date n'ont pas changé "
                              "pendant ce temps",
                .meaning_en =
                    "a file is complete once its size and date have not changed for that long",
                .example = "5s",
                .default_value = "2s",
                .least = 0,
                .most = 3'600'000'000},
          Field{.name = "marker",
                .type = FieldType::text,
                .meaning_fr =
                    "nom du fichier témoin qui dit que {name} est complet ; remplace `stable`",
                .meaning_en =
                    "name of the marker file which says that {name} is complete; replaces `stable`",
                .example = "\"{name}.ok\""},
          Field{.name = "archive",
                .type = FieldType::path,
                .meaning_fr = "où vont les fichiers acceptés (même système de fichiers) ; "
                              "`archive` sous le dossier par défaut",
                .meaning_en = "where accepted files go (same file system); `archive` below the "
                              "folder by default",
                .example = "/srv/depot/eo/archive"},
          Field{
              .name = "reject",
              .type = FieldType::path,
              .meaning_fr = "où vont les fichiers refusés, avec leur rapport ; `reject` sous le "
                            "dossier par défaut",
              .meaning_en =
                  "where refused files go, with their report; `reject` below the folder by default",
              .example = "/srv/depot/eo/rejets"},
          Field{.name = "rescan",
                .type = FieldType::duration,
                .meaning_fr =
                    "le dossier est relu au moins à cet intervalle, même sans signal du système",
                .meaning_en = "the folder is read again at least this often, even without a signal "
                              "of the system",
                .example = "30s",
                .default_value = "10s",
                .least = 10'000,
                .most = 3'600'000'000},
          Field{.name = "max-size",
                .type = FieldType::size,
                .meaning_fr = "un fichier plus grand est refusé",
                .meaning_en = "a larger file is refused",
                .example = "500MiB",
                .default_value = "2GiB",
                .least = 1},
      }};
  return spec;
}

const tree::Spec& destination_spec() {
  static const tree::Spec spec{
      "file",
      "écrit des fichiers dans un dossier",
      "writes files into a folder",
      {
          Field{.name = "folder",
                .type = FieldType::path,
                .meaning_fr = "dossier de livraison ; un fichier y apparaît entier ou pas du tout",
                .meaning_en = "delivery folder; a file appears in it whole or not at all",
                .example = "/srv/livraison/departement-75",
                .required = true},
          Field{.name = "file",
                .type = FieldType::text,
                .meaning_fr =
                    "modèle du nom ; variables : route date time lot sequence extension delivery",
                .meaning_en = "template of the name; variables: route date time lot sequence "
                              "extension delivery",
                .example = "\"{route}_{date}_{sequence}.csv\"",
                .default_value = "\"{route}_{date}_{delivery}.{extension}\""},
          Field{.name = "marker",
                .type = FieldType::text,
                .meaning_fr = "fichier témoin vide, écrit après le fichier",
                .meaning_en = "empty marker file, written after the file",
                .example = "\"{name}.ok\""},
          Field{.name = "mode",
                .type = FieldType::choice,
                .meaning_fr = "droits du fichier",
                .meaning_en = "rights of the file",
                .example = "\"0640\"",
                .default_value = "\"0640\"",
                .choices = {"0600", "0640", "0644", "0660", "0664"}},
      }};
  return spec;
}

std::filesystem::path path_of(const Setting& setting, const tree::Spec& spec, std::string_view name,
                              const std::filesystem::path& absent) {
  const std::string text = tree::read_text(setting.node, tree::field_of(spec.fields, name));
  return text.empty() ? absent : std::filesystem::path(setting.base_folder) / text;
}

std::string text_of(const Setting& setting, const tree::Spec& spec, std::string_view name) {
  return tree::read_text(setting.node, tree::field_of(spec.fields, name));
}

std::int64_t number_of(const Setting& setting, const tree::Spec& spec, std::string_view name) {
  return tree::read_integer(setting.node, tree::field_of(spec.fields, name));
}

/// Can files be made in it, and on which file system is it?
Result<dev_t> look_at(const std::filesystem::path& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    return fail(
        "CH-FILE-001", {},
        {{"folder", folder.string()}, {"reason", std::strerror(errno != 0 ? errno : ENOTDIR)}});
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
    return fail("CH-FILE-009", {}, {{"folder", folder.string()}});
  return info.st_dev;
}

std::vector<base::Fault> check_source(const Setting& setting) {
  const SourceSettings settings = read_source(setting);
  std::vector<base::Fault> out;
  const auto drop = look_at(settings.folder);
  if (!drop) return {drop.error()};
  for (const auto& folder : {settings.archive, settings.reject}) {
    // The default sub-folders are made by the source when it starts.
    if (folder.parent_path() == settings.folder && !std::filesystem::exists(folder)) continue;
    const auto device = look_at(folder);
    if (!device)
      out.push_back(device.error());
    else if (*device != *drop)
      out.push_back(fault("CH-FILE-006", {},
                          {{"folder", settings.folder.string()}, {"other", folder.string()}}));
  }
  return out;
}

std::vector<base::Fault> check_destination(const Setting& setting) {
  const auto device = look_at(path_of(setting, destination_spec(), "folder", {}));
  if (!device) return {device.error()};
  return {};
}

Result<std::unique_ptr<Source>> build_source(const Setting& setting) {
  return make_source(read_source(setting), setting.executor);
}

Result<std::unique_ptr<Destination>> build_destination(const Setting& setting) {
  auto settings = read_destination(setting);
  if (!settings) return fail(settings.error());
  return make_destination(std::move(*settings));
}

}  // namespace

SourceSettings read_source(const Setting& setting) {
  const tree::Spec& spec = source_spec();
  SourceSettings out;
  out.folder = path_of(setting, spec, "folder", {});
  out.archive = path_of(setting, spec, "archive", out.folder / "archive");
  out.reject = path_of(setting, spec, "reject", out.folder / "reject");
  if (const tree::Node* files = setting.node.find("files"))
    for (const tree::Node& pattern : files->items()) out.patterns.emplace_back(pattern.chars());
  if (out.patterns.empty()) out.patterns.emplace_back("*");
  out.marker = text_of(setting, spec, "marker");
  out.stable = std::chrono::microseconds(number_of(setting, spec, "stable"));
  out.rescan = std::chrono::microseconds(number_of(setting, spec, "rescan"));
  out.largest = static_cast<std::uint64_t>(number_of(setting, spec, "max-size"));
  return out;
}

Result<DestinationSettings> read_destination(const Setting& setting) {
  const tree::Spec& spec = destination_spec();
  auto name = names::NameTemplate::parse(text_of(setting, spec, "file"));
  if (!name) {
    Fault f = std::move(name.error());
    const tree::Node* at = setting.node.find("file");
    f.place = setting.document.place_of(at != nullptr ? at->origin() : setting.node.origin(),
                                        "endpoints." + setting.endpoint + ".file");
    return fail(std::move(f));
  }
  DestinationSettings out;
  out.folder = path_of(setting, spec, "folder", {});
  out.name = std::move(*name);
  out.marker = text_of(setting, spec, "marker");
  out.mode = static_cast<unsigned>(std::stoul(text_of(setting, spec, "mode"), nullptr, 8));
  return out;
}

const Adapter& adapter() {
  static const Adapter object{
      .name = "file",
      .source = &source_spec(),
      .destination = &destination_spec(),
      .guarantees_fr =
          "entrée : un fichier quitte le dépôt une fois ses données en sûreté ; sortie : un "
          "fichier apparaît "
          "entier ou pas du tout, et jamais deux fois sous deux noms",
      .guarantees_en =
          "in: a file leaves the drop folder once its data are safe; out: a file appears whole or "
          "not at "
          "all, and never twice under two names",
      .safe_for_untrusted_input = true,
      .make_source = build_source,
      .make_destination = build_destination,
      .check_source = check_source,
      .check_destination = check_destination,
  };
  return object;
}

}  // namespace charmille::adapters::file
