// charmille query ENDPOINT OPERATION ...: asks a directory. Professionals and structures are
// public; a question about anybody else will never have its values on a command line.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"
#include "gateway/cli/session.h"
#include "gateway/codec/codec.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string endpoint, operation, reason;
  std::string rpps, family, given, finess, siret, name, city, postal_code, address;
};

/// Words of a list, one after the other.
std::string joined(std::span<const tree::Node> words, std::string_view between) {
  std::string all;
  for (const tree::Node& word : words) all.append(all.empty() ? "" : between).append(word.chars());
  return all;
}

void append(std::string& text, std::string_view between, const std::string& more) {
  if (more.empty()) return;
  text.append(text.empty() ? "" : between).append(more);
}

std::string mark(const Session& s, const tree::Node& node) {
  const tree::Node* active = node.find("active");
  const bool gone = active != nullptr && !active->boolean_value();
  return gone ? std::string(s.say(" (inactif)", " (inactive)")) : std::string{};
}

std::string person_name(const Session& s, const tree::Node& person) {
  std::string name = text_at(person, "prefix");
  append(name, " ", text_at(person, "family"));
  append(name, " ", joined(items_at(person, "given"), " "));
  return name + mark(s, person);
}

std::string city_of(const tree::Node& structure) {
  for (const tree::Node& address : items_at(structure, "addresses")) {
    std::string city = text_at(address, "postalCode");
    append(city, " ", text_at(address, "city"));
    if (!city.empty()) return city;
  }
  return {};
}

std::string structure_text(const Session& s, const tree::Node& structure) {
  std::string text = text_at(structure, "name") + mark(s, structure);
  if (const std::string finess = text_at(structure, "finess"); !finess.empty())
    append(text, ", ", "FINESS " + finess);
  append(text, ", ", city_of(structure));
  return text;
}

/// The word that the directory gives to a code, or the code with the end of its table's name.
std::string code_text(const tree::Node& coding) {
  if (std::string text = text_at(coding, "text"); !text.empty()) return text;
  const std::string system = text_at(coding, "system");
  return system.substr(system.rfind('/') + 1) + " " + text_at(coding, "code");
}

/// Those of the tables that say what somebody does.
std::string codes_of(const tree::Node& node, std::initializer_list<std::string_view> tables) {
  std::string all;
  for (const tree::Node& coding : items_at(node, "codes")) {
    const std::string system = text_at(coding, "system");
    for (const std::string_view table : tables)
      if (system.find(table) != system.npos) append(all, ", ", code_text(coding));
  }
  return all;
}

void note_mailboxes(Table& table, const tree::Node& node) {
  for (const tree::Node& mailbox : items_at(node, "mailboxes")) {
    std::string text = text_at(mailbox, "address");
    append(text, ", ", text_at(mailbox, "description"));
    table.note("MSSanté", std::move(text));
  }
}

void add_professional(const Session& s, Table& table, const tree::Node& one) {
  table.add({person_name(s, one), text_at(one, "rpps"),
             codes_of(one, {"ProfessionSante", "R94-", "R95-", "R291-"})});
  note_mailboxes(table, one);
  for (const tree::Node& role : items_at(one, "roles")) {
    const tree::Node* where = role.find("structure");
    std::string text = where == nullptr ? std::string{} : structure_text(s, *where);
    append(text, ", ", codes_of(role, {"R21-", "R23-"}));
    table.note(std::string(s.say("exerce", "practises")), text + mark(s, role));
    note_mailboxes(table, role);
  }
}

void add_structure(const Session& s, Table& table, const tree::Node& one) {
  table.add({text_at(one, "name") + mark(s, one), text_at(one, "finess"), text_at(one, "siret"),
             city_of(one)});
  for (const tree::Node& address : items_at(one, "addresses"))
    table.note(std::string(s.say("adresse", "address")), joined(items_at(address, "lines"), ", "));
  for (const tree::Node& phone : items_at(one, "phones"))
    table.note(std::string(s.say("téléphone", "telephone")), std::string(phone.chars()));
  note_mailboxes(table, one);
}

void add_mailbox(const Session& s, Table& table, const tree::Node& one) {
  const tree::Node* who = one.find("professional");
  const tree::Node* where = one.find("structure");
  std::string owner = who == nullptr ? std::string{} : person_name(s, *who);
  if (who != nullptr && !text_at(*who, "rpps").empty())
    append(owner, ", ", "RPPS " + text_at(*who, "rpps"));
  append(owner, " ; ", where == nullptr ? std::string{} : structure_text(s, *where));
  append(owner, " ; ", text_at(one, "description"));
  table.add({text_at(one, "address"), text_at(one, "type"), owner});
}

Table table_of(const Session& s, const tree::Node& root) {
  const auto word = [&](std::string_view french, std::string_view english) {
    return std::string(s.say(french, english));
  };
  if (root.find("professionals") != nullptr) {
    Table table({word("nom", "name"), "RPPS", word("profession", "profession")});
    for (const tree::Node& one : items_at(root, "professionals")) add_professional(s, table, one);
    return table;
  }
  if (root.find("structures") != nullptr) {
    Table table({word("nom", "name"), "FINESS", "SIRET", word("commune", "city")});
    for (const tree::Node& one : items_at(root, "structures")) add_structure(s, table, one);
    return table;
  }
  Table table({word("adresse MSSanté", "MSSanté address"), "type", word("à qui", "whose")});
  for (const tree::Node& one : items_at(root, "mailboxes")) add_mailbox(s, table, one);
  return table;
}

void print_remarks(Session& s, const tree::Node& root) {
  std::ostream& out = s.console.out;
  if (const std::string count = text_at(root, "withheld"); count != "0")
    out << s.say("adresses en liste rouge, ni montrées ni gardées : ",
                 "addresses on the red list, neither shown nor kept: ")
        << count << '\n';
  if (const tree::Node* whole = root.find("complete"); whole != nullptr && !whole->boolean_value())
    out << s.say("il y en a d'autres : préciser la question, ou relever max-results",
                 "there are more: narrow the question, or raise max-results")
        << '\n';
  const std::string moment = s.moment(text_at(root, "asOf"));
  if (const std::string why = text_at(root, "why"); !why.empty())
    s.console.err << s.console.styled(s.say("attention : ", "warning: "), Style::yellow)
                  << s.say("l'annuaire ne répond pas (", "the directory does not answer (") << why
                  << s.say(") ; cette réponse, gardée, est du ",
                           "); this answer was kept, it is of ")
                  << moment << '\n';
  else
    out << s.console.styled(std::string(text_at(root, "source") == "cache"
                                            ? s.say("réponse gardée, du ", "answer kept, of ")
                                            : s.say("réponse de l'annuaire, du ",
                                                    "answer of the directory, of ")) +
                                moment,
                            Style::dim)
        << '\n';
}

void print_answer(Session& s, const tree::Node& root) {
  const Table table = table_of(s, root);
  if (table.empty())
    s.console.out << s.say("L'annuaire ne connaît personne ni rien de tel.",
                           "The directory knows nobody and nothing of that kind.")
                  << '\n';
  else
    table.print(s.console);
  print_remarks(s, root);
}

Question question_of(const Options& o) {
  Question question;
  question.method = "POST";
  question.target = "/v1/queries/" + encoded(o.endpoint);
  question.headers.emplace_back("Content-Type", "application/json");
  tree::Document doc;
  std::vector<tree::Document::Member> parameters;
  const std::pair<std::string_view, const std::string*> given[] = {
      {"rpps", &o.rpps},      {"family", &o.family},
      {"given", &o.given},    {"finess", &o.finess},
      {"siret", &o.siret},    {"name", &o.name},
      {"city", &o.city},      {"postal-code", &o.postal_code},
      {"address", &o.address}};
  for (const auto& [name, value] : given)
    if (!value->empty()) parameters.emplace_back(name, doc.text(*value));
  std::vector<tree::Document::Member> members{{"operation", doc.text(o.operation)},
                                              {"parameters", doc.object(parameters)}};
  if (!o.reason.empty()) members.emplace_back("reason", doc.text(o.reason));
  question.body = base::Payload(codec::write_json(doc.object(members)));
  return question;
}

}  // namespace

void add_query(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "query",
      std::string(s.say("pose une question à un annuaire : professionnels, structures, "
                        "adresses MSSanté",
                        "asks a directory: professionals, structures, MSSanté addresses")));
  auto o = std::make_shared<Options>();
  const auto option = [&](const char* name, std::string& value, std::string_view french,
                          std::string_view english) {
    return command->add_option(name, value, std::string(s.say(french, english)));
  };
  option("endpoint", o->endpoint, "le point d'accès de l'annuaire", "the endpoint of the directory")
      ->required();
  option("operation", o->operation, "professional, structure ou mailbox",
         "professional, structure or mailbox")
      ->required();
  option("--rpps", o->rpps, "numéro RPPS (professional, mailbox)",
         "RPPS number (professional, mailbox)");
  option("--family", o->family, "nom d'exercice (professional)", "family name (professional)");
  option("--given", o->given, "prénom, avec --family", "given name, with --family");
  option("--finess", o->finess, "numéro FINESS (structure, mailbox)",
         "FINESS number (structure, mailbox)");
  option("--siret", o->siret, "numéro SIRET (structure)", "SIRET number (structure)");
  option("--name", o->name, "une partie du nom (structure)", "a part of the name (structure)");
  option("--city", o->city, "commune, avec --name", "city, with --name");
  option("--postal-code", o->postal_code, "code postal ou son début (59), avec --name",
         "postal code or its beginning (59), with --name");
  option("--address", o->address, "adresse MSSanté (mailbox)", "MSSanté address (mailbox)");
  option("--reason", o->reason, "motif, inscrit au journal d'audit",
         "why; written to the audit log");
  command->callback([&s, o] {
    s.chosen = [&s, o] {
      return ask_and_show(s, question_of(*o),
                          [&s](const tree::Node& root) { print_answer(s, root); });
    };
  });
}

}  // namespace charmille::cli
