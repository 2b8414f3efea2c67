// charmille keys init: makes the master key and prints the sheet for the safe.
#include <iterator>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/cli/session.h"
#include "gateway/crypto/sheet.h"

namespace charmille::cli {
namespace {

/// The file that the configuration gives to the master key; its folder is made when it is absent.
Result<std::filesystem::path> master_file(const config::Site& site) {
  const std::filesystem::path& file = site.master_key.file;
  if (file.empty()) return fail("CH-CLI-004", site.master_key.place);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) return fail("CH-SYS-007", site.master_key.place, {{"reason", error.message()}});
  return file;
}

Exit init(Session& s, bool from_sheet) {
  const auto site = s.load_configuration();
  if (!site) return Exit::usage;
  const auto file = master_file(*site);
  if (!file) return s.print(file.error()), Exit::usage;
  if (from_sheet) {
    std::string text{std::istreambuf_iterator<char>(s.console.in), {}};
    const auto done = crypto::restore_master(*file, text);
    if (!done) return s.failed(done.error());
    s.console.err << s.say("La clé maîtresse est rétablie.", "The master key is restored.") << '\n';
    return Exit::done;
  }
  const auto sheet =
      crypto::create_master(*file, base::system_random(), base::system_clock().now());
  if (!sheet) return s.failed(sheet.error());
  s.console.out << sheet->text() << std::flush;
  s.console.err << s.say(
                       "Imprimez cette fiche et mettez-la au coffre : une clé perdue perd tout ce "
                       "que la passerelle garde.",
                       "Print this sheet and keep it in a safe: a lost key loses everything that "
                       "the gateway holds.")
                << '\n';
  return Exit::done;
}

}  // namespace

void add_keys(CLI::App& app, Session& session) {
  auto* keys =
      app.add_subcommand("keys", std::string(session.say("la clé maîtresse", "the master key")));
  keys->require_subcommand(1);
  auto* command = keys->add_subcommand(
      "init",
      std::string(session.say("crée la clé maîtresse et imprime la fiche à mettre au coffre",
                              "makes the master key and prints the sheet for the safe")));
  auto from_sheet = std::make_shared<bool>(false);
  command->add_flag(
      "--from-sheet", *from_sheet,
      std::string(session.say("rétablit la clé d'une fiche lue sur l'entrée standard",
                              "restores the key of a sheet read from standard input")));
  command->callback([&session, from_sheet] {
    session.chosen = [&session, from_sheet] { return init(session, *from_sheet); };
  });
}

}  // namespace charmille::cli
