// What every subcommand works with: the options that all of them take, the console, and the words
// in two languages.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/catalogue.h"
#include "gateway/base/result.h"
#include "gateway/cli/console.h"
#include "gateway/cli/gateway.h"
#include "gateway/config/validate.h"
#include "gateway/tree/document.h"

namespace CLI {
class App;
}

namespace charmille::cli {

enum class Exit : int {
  done = 0,
  data = 1,    ///< something wrong in the data
  usage = 2,   ///< wrong usage or configuration
  system = 3,  ///< the system failed
};

class Session {
 public:
  Session(Console& its_console, base::Language its_language)
      : console(its_console), language(its_language) {}

  Console& console;
  base::Language language;
  bool json = false;
  std::string language_word;     ///< as given with --lang; `language` is what it means
  std::string configuration;     ///< as given with -c; empty: looked for
  std::function<Exit()> chosen;  ///< the subcommand that the command line names
  /// Where the files of mappings are, by which faults name them; and what else a fault may quote,
  /// by the name that it has there.
  std::vector<std::filesystem::path> sources;
  std::map<std::string, std::string> texts;

  /// The text in the person's language.
  std::string_view say(std::string_view french, std::string_view english) const {
    return language == base::Language::fr ? french : english;
  }

  /// -c, else $CHARMILLE_CONFIG, else ./charmille.yaml, else /etc/charmille/charmille.yaml.
  std::filesystem::path configuration_file() const;
  /// The configuration alone, without its mappings: for what only needs to know folders, keys or
  /// the socket. Prints its faults and gives nullptr when it has any.
  std::shared_ptr<const config::Site> load_configuration();
  /// The daemon by its socket, or the store itself when no daemon runs. Prints why when there is
  /// neither.
  std::unique_ptr<Gateway> open_gateway();

  /// "2026-06-30T09:12:03.000125Z" as a person reads it: in the organisation's time zone, seconds.
  std::string moment(const std::string& rfc3339);
  /// A title with the zone of the times below it: "créé (Europe/Paris)".
  std::string timed(std::string_view french, std::string_view english);
  /// The name of the organisation's time zone, or UTC where this machine does not know it.
  std::string time_zone();
  /// What a person gives as a time, in the organisation's time zone ("2026-06-30",
  /// "2026-06-30T14:00") or in RFC 3339, as RFC 3339. Empty stays empty. CH-CLI-021.
  Result<std::string> time_given(const std::string& text);

  /// Tells that the configuration has no such partner: what is filtered by it is probably empty. A
  /// partner of earlier days may still be asked for.
  void warn_of_unknown_partner(const std::string& name);

  /// Tells the fault. Of a mapping or an expression that does not compile the line is quoted; never
  /// of data, nor of a configuration.
  void print(const Fault& fault);
  void print_warning(const Fault& fault);
  /// Prints the fault; which exit code it means.
  Exit failed(const Fault& fault);
  /// A node as JSON on the output, indented.
  void print_json(const tree::Node& node);

 private:
  std::string quoted(const Fault& fault) const;

  std::shared_ptr<const config::Site> site_;
};

/// The folder of the JSON Schemas: $CHARMILLE_SCHEMAS, else `schemas` beside one of the mapping
/// folders, else two levels above the program, else /usr/share/charmille/schemas.
std::filesystem::path schemas_folder(std::span<const std::filesystem::path> mapping_folders);

// One a file: adds the subcommand to the command line.
void add_adapters(CLI::App& app, Session& session);
void add_audit(CLI::App& app, Session& session);
void add_certs(CLI::App& app, Session& session);
void add_check(CLI::App& app, Session& session);
void add_doctor(CLI::App& app, Session& session);
void add_eval(CLI::App& app, Session& session);
void add_fhir(CLI::App& app, Session& session);
void add_exchanges(CLI::App& app, Session& session);
void add_explain(CLI::App& app, Session& session);
void add_extract(CLI::App& app, Session& session);
void add_keys(CLI::App& app, Session& session);
void add_map(CLI::App& app, Session& session);
void add_mapping(CLI::App& app, Session& session);
void add_mask(CLI::App& app, Session& session);
void add_quarantine(CLI::App& app, Session& session);
void add_query(CLI::App& app, Session& session);
void add_records(CLI::App& app, Session& session);
void add_route(CLI::App& app, Session& session);
void add_schema(CLI::App& app, Session& session);
void add_send(CLI::App& app, Session& session);
void add_serve(CLI::App& app, Session& session);
void add_test(CLI::App& app, Session& session);

}  // namespace charmille::cli
