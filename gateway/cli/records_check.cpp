#include "gateway/cli/records_check.h"

#include <map>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/cli/asked.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string day, reason, format = "text";
};

/// One thing to look at.
struct Line {
  std::string code, text, remedy, child, id;
};

std::vector<Line> lines_of(const tree::Node& root) {
  std::vector<Line> lines;
  for (const tree::Node& child : items_at(root, "children")) {
    std::string names;
    for (const tree::Node& id : items_at(child, "localIds"))
      names += (names.empty() ? "" : ", ") + std::string(id.chars());
    for (const tree::Node& alert : items_at(child, "alerts"))
      lines.push_back({text_at(alert, "code"), text_at(alert, "text"), text_at(alert, "remedy"),
                       names, text_at(child, "id")});
  }
  return lines;
}

std::string title(const Session& s, const tree::Node& root, std::size_t lines) {
  return std::string(s.say("Contrôle des fiches au ", "Check of the records on ")) +
         text_at(root, "day") + " : " + text_at(root, "checked") +
         std::string(s.say(" enfant(s), ", " child(ren), ")) + std::to_string(lines) +
         std::string(s.say(" point(s) à regarder", " point(s) to look at"));
}

/// Under each kind of alert, whom it concerns.
void print_text(Session& s, const tree::Node& root, const std::vector<Line>& lines) {
  s.console.out << title(s, root, lines.size()) << '\n';
  std::map<std::string, std::vector<const Line*>> by_code;
  for (const Line& line : lines) by_code[line.code].push_back(&line);
  for (const auto& [code, found] : by_code) {
    s.console.out << '\n'
                  << s.console.styled(code, Style::yellow) << "  (" << found.size() << ")\n";
    for (const Line* line : found)
      s.console.out << "  " << line->child << "\n      " << line->text << '\n';
    s.console.out << "  " << s.say("à faire : ", "to do: ") << found.front()->remedy << '\n';
  }
}

std::string csv_cell(const std::string& text) {
  // A spreadsheet must not take it for a formula.
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string::npos;
  std::string cell = "\"";
  if (formula) cell += '\'';
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + '"';
}

void print_csv(Session& s, const std::vector<Line>& lines) {
  s.console.out << s.say("code;enfant;fiche;constat;à faire", "code;child;record;finding;to do")
                << "\r\n";
  for (const Line& line : lines)
    s.console.out << csv_cell(line.code) << ';' << csv_cell(line.child) << ';' << csv_cell(line.id)
                  << ';' << csv_cell(line.text) << ';' << csv_cell(line.remedy) << "\r\n";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void print_html(Session& s, const tree::Node& root, const std::vector<Line>& lines) {
  const std::string head = escaped(title(s, root, lines.size()));
  s.console.out
      << "<!DOCTYPE html>\n<html lang=\"" << s.say("fr", "en")
      << "\">\n<head><meta charset=\"utf-8\"><title>" << head
      << "</title><style>body{font-family:sans-serif}table{border-collapse:collapse}"
         "td,th{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}"
         "</style></head>\n<body>\n<h1>"
      << head << "</h1>\n<table>\n<tr><th>code</th><th>" << s.say("enfant", "child") << "</th><th>"
      << s.say("constat", "finding") << "</th><th>" << s.say("à faire", "to do") << "</th></tr>\n";
  for (const Line& line : lines)
    s.console.out << "<tr><td>" << escaped(line.code) << "</td><td>" << escaped(line.child)
                  << "</td><td>" << escaped(line.text) << "</td><td>" << escaped(line.remedy)
                  << "</td></tr>\n";
  s.console.out << "</table>\n</body>\n</html>\n";
}

Exit check(Session& s, const Options& o) {
  Question question = post("/v1/records/_check", {{"day", o.day}, {"reason", o.reason}});
  question.at_most = std::chrono::seconds(600);
  return ask_and_show(s, std::move(question), [&](const tree::Node& root) {
    const std::vector<Line> lines = lines_of(root);
    if (o.format == "csv") return print_csv(s, lines);
    if (o.format == "html") return print_html(s, root, lines);
    print_text(s, root, lines);
  });
}

}  // namespace

void add_records_check(CLI::App& records, Session& s) {
  auto o = std::make_shared<Options>();
  auto* command = records.add_subcommand(
      "check",
      std::string(s.say("ce qu'une personne devrait regarder : enfants sans titre, "
                        "échéances passées, désaccords entre DUI et département",
                        "what somebody should look at: children without a running "
                        "decision, terms past, what DUI and department do not say alike")));
  command->add_option(
      "--day", o->day,
      std::string(s.say("au jour : 2026-06-30 (aujourd'hui)", "as of: 2026-06-30 (today)")));
  command
      ->add_option("--format", o->format,
                   std::string(s.say("text, csv ou html (text)", "text, csv or html (text)")))
      ->check(CLI::IsMember({"text", "csv", "html"}));
  command
      ->add_option(
          "--reason", o->reason,
          std::string(s.say("motif, inscrit au journal d'audit", "why; written to the audit log")))
      ->required();
  command->callback([&s, o] { s.chosen = [&s, o] { return check(s, *o); }; });
}

}  // namespace charmille::cli
