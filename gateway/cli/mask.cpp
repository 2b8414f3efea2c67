// charmille mask FILE... [-o OUT]: the same files with invented persons, for tests.
#include "gateway/mapping/mask/mask.h"

#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/session.h"
#include "gateway/crypto/digest.h"
#include "gateway/mapping/plan.h"

namespace charmille::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> files, folders;
  mapping::Keep keep;
  std::string codes_of;  ///< a mapping
  std::string out, seed;
};

crypto::Key key_for(const Options& o) {
  if (o.seed.empty()) return crypto::Key::generate(base::system_random());
  return crypto::Key::from_bytes(crypto::sha256(o.seed));
}

/// A lot goes to a folder, under the same names; a file alone to a file, or to the output.
fs::path target_of(const Options& o, const std::string& file) {
  std::error_code error;
  const bool folder = o.files.size() > 1 || fs::is_directory(o.out, error);
  return folder ? fs::path(o.out) / fs::path(file).filename() : fs::path(o.out);
}

Result<void> write_file(mapping::Mask& mask, std::size_t index, const fs::path& to) {
  auto file = NewFile::open(to);
  if (!file) return fail(std::move(file.error()));
  auto written = mask.write(index, [&](std::string_view bytes) { return file->write(bytes); });
  return written ? file->finish() : written;
}

void tell(Session& s, const mapping::Mask& mask, std::size_t index, const fs::path& to) {
  using enum mapping::Mask::Fate;
  std::string codes, tables, asked;
  const auto add = [](std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ", ") + item;
  };
  for (const mapping::Mask::Column& column : mask.columns(index)) {
    const std::string name = base::printable(column.name, 60);
    if (column.fate == codes_stay) add(codes, name);
    if (column.fate == table_stays) add(tables, name + " (" + column.codes->table + ")");
    if (column.fate == asked_for) add(asked, name);
  }
  s.console.err << base::printable(to.string()) << s.say(" : codes laissés : ", ": codes kept: ")
                << (codes.empty() ? s.say("aucun", "none") : std::string_view(codes));
  if (!tables.empty())
    s.console.err << s.say(" ; codes d'une table : ", "; codes of a table: ") << tables;
  if (!asked.empty())
    s.console.err << s.say(" ; laissées à la demande : ", "; kept as asked: ") << asked;
  s.console.err << '\n';
}

Exit mask(Session& s, const Options& o) {
  const bool to_output = o.out.empty() || o.out == "-";
  if (to_output && o.files.size() > 1) return s.print(fault("CH-CLI-026")), Exit::usage;
  mapping::Keep keep = o.keep;
  if (!o.codes_of.empty()) {
    const auto mapping = mapping_given(s, o.codes_of, o.folders);
    if (mapping == nullptr) return Exit::usage;
    keep.tables = mapping->plan().tables;
    if (keep.tables.empty())
      return s.print(fault("CH-CLI-029", {}, {{"mapping", mapping->name()}})), Exit::usage;
  }
  mapping::Mask mask(key_for(o), std::move(keep));
  for (const std::string& file : o.files) {
    const auto payload = base::Payload::from_file(file);
    if (!payload)
      return s.print(fault("CH-CLI-009", {}, {{"name", base::printable(file)}})), Exit::usage;
    if (const auto looked = mask.look(*payload, fs::path(file).filename().string()); !looked)
      return s.failed(looked.error());
  }
  if (const auto decided = mask.decide(); !decided) {
    s.print(decided.error());
    return decided.error().code == "CH-MAP-071" ? Exit::usage : Exit::data;
  }
  if (to_output) {
    const auto written = mask.write(0, [&](std::string_view bytes) -> Result<void> {
      s.console.out << bytes;
      return {};
    });
    if (!written) return s.failed(written.error());
    tell(s, mask, 0, "-");
    return Exit::done;
  }
  for (std::size_t i = 0; i < o.files.size(); ++i) {
    const fs::path to = target_of(o, o.files[i]);
    if (const auto written = write_file(mask, i, to); !written) return s.failed(written.error());
    tell(s, mask, i, to);
  }
  return Exit::done;
}

}  // namespace

void add_mask(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "mask", std::string(s.say("réécrit des CSV avec des personnes inventées, pour les essais",
                                "writes CSV files again with invented persons, for tests")));
  auto o = std::make_shared<Options>();
  const auto take_all = CLI::MultiOptionPolicy::TakeAll;
  command
      ->add_option("files", o->files,
                   std::string(s.say("le fichier, ou tous ceux d'un lot",
                                     "the file, or all those of a lot")))
      ->required();
  command->add_option(
      "-o,--out", o->out,
      std::string(s.say("fichier à écrire, ou dossier pour un lot ; sinon la sortie "
                        "standard",
                        "file to write, or folder for a lot; else standard "
                        "output")));
  command
      ->add_option("--keep", o->keep.values,
                   std::string(s.say("une valeur à laisser telle quelle, par exemple 01/01/1900",
                                     "a value to leave as it is, such as 01/01/1900")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(take_all);
  command
      ->add_option("--keep-column", o->keep.columns,
                   std::string(s.say("une colonne à laisser telle quelle, dans tous les fichiers",
                                     "a column to leave as it is, in all files")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(take_all);
  command->add_option(
      "--keep-codes", o->codes_of,
      std::string(s.say("une correspondance : les codes de ses tables restent, dans les colonnes "
                        "qui en sont faites",
                        "a mapping: the codes of its tables stay, in columns made of them")));
  command
      ->add_option("--mappings", o->folders,
                   std::string(s.say("dossier où est cette correspondance, à la place de ceux de "
                                     "la configuration",
                                     "folder of that mapping, instead of the configuration's")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(take_all);
  command->add_flag(
      "--header", o->keep.header,
      std::string(s.say("la première ligne est un en-tête, même écrite comme les suivantes",
                        "the first line is a header, even when it is written as those below")));
  command->add_option(
      "--seed", o->seed,
      std::string(s.say("pour les tests seulement : qui la connaît peut remonter aux valeurs",
                        "for tests only: who knows it can find the values again")));
  command->callback([&s, o] { s.chosen = [&s, o] { return mask(s, *o); }; });
}

}  // namespace charmille::cli
