// charmille mapping new NAME --from FILE...: the draft of a mapping for files of unknown origin.
#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/session.h"
#include "gateway/mapping/profile/draft.h"

namespace charmille::cli {
namespace {

namespace fs = std::filesystem;
using mapping::ColumnKind;
using mapping::ColumnProfile;
using mapping::FileProfile;
using Certainty = codec::Detected::Certainty;

struct Options {
  std::string name, folder, out;
  std::vector<std::string> from;
  bool header = false;
};

std::string word_of(const Session& s, ColumnKind kind) {
  constexpr std::string_view french[] = {"vide",     "date", "heure",       "entier", "décimal",
                                         "oui/non",  "code", "identifiant", "NIR",    "téléphone",
                                         "courriel", "nom",  "adresse",     "texte"};
  return std::string(s.say(french[static_cast<std::size_t>(kind)], mapping::name_of(kind)));
}

bool is_name(const std::string& name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '/';
  });
  return plain && !name.empty() && name.front() != '/' && name.back() != '/' &&
         name.find("//") == name.npos;
}

/// --mappings, else the last folder of the configuration (the first ones are those delivered),
/// else ./mappings.
std::optional<fs::path> folder_for(Session& s, const Options& o) {
  if (!o.folder.empty()) return o.folder;
  std::error_code error;
  if (s.configuration.empty() && !fs::exists(s.configuration_file(), error)) return "mappings";
  const auto site = s.load_configuration();
  if (!site) return std::nullopt;
  return site->mappings.empty() ? fs::path("mappings") : site->mappings.back();
}

Result<std::vector<FileProfile>> profiles_of(const std::vector<std::string>& files, bool header) {
  std::vector<FileProfile> profiles;
  for (const std::string& file : files) {
    const auto payload = base::Payload::from_file(file);
    if (!payload) return fail("CH-CLI-009", {}, {{"name", base::printable(file)}});
    auto profile = mapping::profile_file(*payload, fs::path(file).filename().string(), header);
    if (!profile) return fail(std::move(profile.error()));
    profiles.push_back(std::move(*profile));
  }
  mapping::hide_persons(profiles);
  return profiles;
}

std::string written_text(const Session& s, const codec::Detected& written) {
  const codec::Options& options = written.options;
  if (options.format != codec::Format::csv)
    return options.format == codec::Format::json ? "JSON" : "NDJSON";
  const char delimiter = options.csv.delimiter;
  std::string text = fmt::format(
      "CSV, {}{}, {} {}", codec::name_of(options.csv.encoding),
      written.certainty == Certainty::probable
          ? s.say(" (probable, à confirmer)", " (likely, to be confirmed)")
      : written.certainty == Certainty::any ? s.say(" (aucun accent : l'encodage ne se voit pas)",
                                                    " (no accents: the encoding does not show)")
                                            : "",
      s.say("séparateur", "delimiter"), delimiter == '\t' ? "tab" : std::string(1, delimiter));
  if (written.mark) text += s.say(", marque d'ordre des octets", ", byte order mark");
  if (written.separator_line) text += s.say(", ligne sep=", ", sep= line");
  return text;
}

std::string found_text(const Session& s, const ColumnProfile& column) {
  std::string text;
  for (const std::string_view form : column.date_forms())
    if (column.kind() == ColumnKind::date) text += (text.empty() ? "" : ", ") + std::string(form);
  for (const auto& [code, count] : column.codes())
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", code, count);
  if (text.empty() && column.unique()) return std::string(s.say("sans doublon", "no value twice"));
  return text;
}

void print_profile(const Session& s, const Console& console, const FileProfile& file) {
  console.out << console.styled(base::printable(file.file), Style::bold) << "  "
              << written_text(s, file.written) << ", " << file.records
              << (file.records < 2 ? s.say(" enregistrement", " record")
                                   : s.say(" enregistrements", " records"))
              << (file.whole ? "" : s.say(" lus, le fichier en a plus", " read, the file has more"))
              << '\n';
  Table table({std::string(s.say("colonne", "column")), std::string(s.say("rempli", "filled")),
               std::string(s.say("nature", "kind")), std::string(s.say("forme", "shape")),
               std::string(s.say("trouvé", "found"))},
              {1});
  for (const ColumnProfile& column : file.columns) {
    const std::uint64_t percent = column.rows() == 0 ? 0 : column.filled() * 100 / column.rows();
    table.add({cut(column.name(), 32), std::to_string(percent) + " %", word_of(s, column.kind()),
               column.shapes().empty() ? "" : cut(column.shapes().front(), 26),
               found_text(s, column)});
  }
  table.print(console);
  console.out << '\n';
}

tree::Node json_of(tree::Document& doc, const ColumnProfile& column) {
  std::vector<tree::Node> forms;
  std::vector<tree::Node> shapes;
  std::vector<tree::Document::Member> codes;
  if (column.kind() == ColumnKind::date)
    for (const std::string_view form : column.date_forms()) forms.push_back(doc.text(form));
  for (const std::string& shape : column.shapes()) shapes.push_back(doc.text(shape));
  const auto found = column.codes();
  codes.reserve(found.size());
  for (const auto& [code, count] : found)
    codes.emplace_back(code, doc.integer(static_cast<std::int64_t>(count)));
  return doc.object({{"name", doc.text(column.name())},
                     {"kind", doc.text(mapping::name_of(column.kind()))},
                     {"rows", doc.integer(static_cast<std::int64_t>(column.rows()))},
                     {"filled", doc.integer(static_cast<std::int64_t>(column.filled()))},
                     {"unique", tree::Node::boolean(column.unique())},
                     {"forms", doc.array(forms)},
                     {"shapes", doc.array(shapes)},
                     {"codes", doc.object(codes)}});
}

tree::Node json_of(tree::Document& doc, const FileProfile& file) {
  constexpr std::string_view certainties[] = {"certain", "any", "probable"};
  const codec::Detected& written = file.written;
  const bool csv = written.options.format == codec::Format::csv;
  std::vector<tree::Node> columns;
  for (const ColumnProfile& column : file.columns) columns.push_back(json_of(doc, column));
  return doc.object(
      {{"file", doc.text(file.file)},
       {"format", doc.text(codec::spec(written.options.format).name)},
       {"encoding", doc.text(csv ? codec::name_of(written.options.csv.encoding) : "utf-8")},
       {"certainty", doc.text(certainties[static_cast<std::size_t>(written.certainty)])},
       {"delimiter", csv ? doc.text(std::string(1, written.options.csv.delimiter)) : tree::Node{}},
       {"mark", tree::Node::boolean(written.mark)},
       {"separatorLine", tree::Node::boolean(written.separator_line)},
       {"records", doc.integer(static_cast<std::int64_t>(file.records))},
       {"rejected", doc.integer(static_cast<std::int64_t>(file.rejected))},
       {"whole", tree::Node::boolean(file.whole)},
       {"columns", doc.array(columns)}});
}

/// A file that the draft does not read is told, with the columns that could have joined it.
void tell_not_joined(Session& s, const std::vector<FileProfile>& files,
                     const std::vector<mapping::JoinFound>& joins) {
  for (const mapping::NotJoined& one : mapping::find_not_joined(files, joins)) {
    std::string columns;
    for (const std::string& name : one.shared)
      columns += (columns.empty() ? "" : ", ") + base::printable(name, 60);
    s.print_warning(fault(columns.empty() ? "CH-MAP-073" : "CH-MAP-074",
                          {base::printable(files[one.file].file), 0, 0, {}},
                          {{"main", base::printable(files[0].file)}, {"columns", columns}}));
  }
}

/// Where the draft is, and the command that tries it on the files as they are written.
void print_next_step(const Session& s, const Console& console, const FileProfile& main,
                     const std::string& to) {
  console.out << s.say("brouillon : ", "draft: ") << to
              << s.say("\nà relire, puis à essayer : charmille map ",
                       "\nto be read, then tried: charmille map ")
              << to << s.say(" FICHIER...", " FILE...");
  if (main.written.options.format == codec::Format::csv) {
    const codec::CsvInput& csv = main.written.options.csv;
    if (csv.encoding != codec::Encoding::utf8)
      console.out << " --encoding " << codec::name_of(csv.encoding);
    if (csv.delimiter != ';')
      console.out << " --delimiter '"
                  << (csv.delimiter == '\t' ? "tab" : std::string(1, csv.delimiter)) << '\'';
  }
  console.out << '\n';
}

/// What was found, on `console`; as JSON with the draft itself when it goes nowhere else.
void tell(Session& s, Console& console, const std::vector<FileProfile>& files,
          const std::vector<mapping::JoinFound>& joins, const std::string& to,
          const std::string& draft) {
  if (!s.json) {
    for (const FileProfile& file : files) print_profile(s, console, file);
    for (const mapping::JoinFound& join : joins)
      console.out << s.say("jointure : ", "join: ") << base::printable(files[join.file].file)
                  << s.say(" par la colonne ", " by the column ") << base::printable(join.column)
                  << '\n';
    if (to != "-") print_next_step(s, console, files.front(), to);
    return;
  }
  tree::Document doc;
  std::vector<tree::Node> nodes;
  std::vector<tree::Node> joined;
  nodes.reserve(files.size());
  joined.reserve(joins.size());
  for (const FileProfile& file : files) nodes.push_back(json_of(doc, file));
  for (const mapping::JoinFound& join : joins)
    joined.push_back(
        doc.object({{"file", doc.text(files[join.file].file)}, {"column", doc.text(join.column)}}));
  std::vector<tree::Document::Member> members{{"files", doc.array(nodes)},
                                              {"joins", doc.array(joined)}};
  members.emplace_back(to == "-" ? "draft" : "written", doc.text(to == "-" ? draft : to));
  s.print_json(doc.object(members));
}

Exit draft(Session& s, const Options& o) {
  if (!is_name(o.name))
    return s.print(fault("CH-CLI-023", {}, {{"name", base::printable(o.name, 60)}})), Exit::usage;
  std::optional<fs::path> to = fs::path(o.out);
  if (o.out.empty()) {
    to = folder_for(s, o);
    if (!to) return Exit::usage;
    *to /= o.name + ".yaml";
  }
  const auto files = profiles_of(o.from, o.header);
  if (!files) return s.failed(files.error());
  for (const FileProfile& file : *files)
    for (const Fault& remark : file.remarks) s.print_warning(remark);
  const auto joins = mapping::find_joins(*files);
  tell_not_joined(s, *files, joins);
  const std::string text = mapping::write_draft(o.name, *files, joins);
  // A draft that does not load would be our mistake: it is told, and not left lying about.
  const auto loaded =
      mapping::load({.file = *to, .shown = to->filename().string(), .schemas = {}}, text);
  if (!loaded) {
    for (const Fault& fault : loaded.error()) s.print(fault);
    return Exit::system;
  }
  const bool to_output = o.out == "-";
  if (!to_output) {
    auto file = NewFile::open(*to);
    if (!file) return s.failed(file.error());
    if (const auto written = file->write(text); !written) return s.failed(written.error());
    if (const auto finished = file->finish(); !finished) return s.failed(finished.error());
  }
  if (to_output && !s.json) {
    s.console.out << text;
    Console aside{.out = s.console.err, .err = s.console.err, .in = s.console.in};
    aside.width = s.console.width;
    tell(s, aside, *files, joins, "-", text);
  } else {
    tell(s, s.console, *files, joins, to_output ? "-" : to->string(), text);
  }
  return Exit::done;
}

void add_new(CLI::App& group, Session& s) {
  auto* command = group.add_subcommand(
      "new", std::string(s.say("rédige le brouillon d'une correspondance pour un export inconnu",
                               "drafts a mapping for an unknown export")));
  auto o = std::make_shared<Options>();
  command
      ->add_option("name", o->name,
                   std::string(s.say("son nom, par exemple eo/test", "its name, such as eo/test")))
      ->required();
  command
      ->add_option("--from", o->from,
                   std::string(s.say("le fichier principal, puis ceux à joindre",
                                     "the main file, then those to join")))
      ->required();
  command->add_option(
      "--mappings", o->folder,
      std::string(s.say("dossier des correspondances, à la place de celui de la configuration",
                        "folder of mappings, instead of the configuration's")));
  command->add_option("--out", o->out,
                      std::string(s.say("fichier à écrire ; - : la sortie standard",
                                        "file to write; -: standard output")));
  command->add_flag(
      "--header", o->header,
      std::string(s.say("la première ligne est un en-tête, même écrite comme les suivantes",
                        "the first line is a header, even when it is written as those below")));
  command->callback([&s, o] { s.chosen = [&s, o] { return draft(s, *o); }; });
}

}  // namespace

void add_mapping(CLI::App& app, Session& s) {
  auto* group = app.add_subcommand(
      "mapping", std::string(s.say("rédige des correspondances", "drafts mappings")));
  group->require_subcommand(1);
  add_new(*group, s);
}

}  // namespace charmille::cli
