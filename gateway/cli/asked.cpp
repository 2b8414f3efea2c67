#include "gateway/cli/asked.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"

namespace charmille::cli {
namespace {

/// What a status says about whose mistake it was.
Exit exit_of(int status) {
  if (status >= 200 && status < 300) return Exit::done;
  if (status == 400 || status == 401 || status == 403 || status == 405) return Exit::usage;
  return status >= 500 ? Exit::system : Exit::data;
}

void print_refusal(Session& s, const Asked& asked) {
  const tree::Node& root = asked.document.root();
  if (text_at(root, "code").empty()) {
    s.print(fault("CH-CLI-007"));
    return;
  }
  const std::string place = text_at(root, "place");
  const std::string remedy = text_at(root, "remedy");
  s.console.err << base::printable(place, 300) << (place.empty() ? "" : ": ")
                << base::printable(text_at(root, "text"), 1000)
                << (remedy.empty() ? "" : " (" + base::printable(remedy, 1000) + ")") << " ["
                << base::printable(text_at(root, "code")) << "]\n";
}

struct StateWord {
  std::string_view name;
  std::string_view french;
  Style style;
};
constexpr StateWord states[] = {
    {"received", "reçu", Style::plain},       {"waiting", "attend son lot", Style::yellow},
    {"processing", "en cours", Style::plain}, {"done", "traité", Style::green},
    {"rejected", "refusé", Style::red},       {"parked", "à reprendre", Style::red},
    {"queued", "en file", Style::plain},      {"sending", "envoi", Style::plain},
    {"deferred", "différé", Style::yellow},   {"delivered", "livré", Style::green},
    {"held", "retenu", Style::yellow},        {"shadowed", "à blanc", Style::dim},
    {"superseded", "remplacé", Style::dim},   {"cancelled", "annulé", Style::dim},
};

}  // namespace

Asked ask(Session& s, Gateway& gateway, Question question) {
  Asked asked;
  question.headers.emplace_back("Accept-Language", s.language == base::Language::fr ? "fr" : "en");
  auto answer = gateway.call(std::move(question));
  if (!answer) {
    asked.exit = s.failed(answer.error());
    return asked;
  }
  asked.answer = std::move(*answer);
  asked.exit = exit_of(asked.answer.status);
  if (asked.answer.content_type.starts_with("application/json")) {
    auto document = read_answer(asked.answer);
    if (!document) {
      asked.exit = s.failed(document.error());
      return asked;
    }
    asked.document = std::move(*document);
  }
  if (!asked.ok() && !is_settlement(asked.document.root())) print_refusal(s, asked);
  return asked;
}

bool is_settlement(const tree::Node& answer) {
  return !text_at(answer, "exchange").empty() && !text_at(answer, "state").empty();
}

Question post(std::string target,
              const std::vector<std::pair<std::string_view, std::string>>& fields) {
  tree::Document doc;
  std::vector<tree::Document::Member> members;
  for (const auto& [name, value] : fields)
    if (!value.empty()) members.emplace_back(name, doc.text(value));
  Question question;
  question.method = "POST";
  question.target = std::move(target);
  question.headers = {{"Content-Type", "application/json"}};
  question.body = base::Payload(codec::write_json(doc.object(members)));
  return question;
}

Result<std::vector<std::pair<std::string_view, std::string>>> fields_of_child(
    Session& s, const std::string& record) {
  std::vector<std::pair<std::string_view, std::string>> fields;
  if (!record.empty()) {
    fields.emplace_back("id", record);
    return fields;
  }
  const std::string line =
      ask(s.console, s.say("Identifiant (SYSTÈME|VALEUR) :", "Identifier (SYSTEM|VALUE):"));
  const std::size_t bar = line.find('|');
  if (bar == line.npos || bar == 0 || bar + 1 == line.size()) return fail("CH-CLI-011");
  fields.emplace_back("system", line.substr(0, bar));
  fields.emplace_back("value", line.substr(bar + 1));
  return fields;
}

Exit ask_and_show(Session& s, Question question,
                  const std::function<void(const tree::Node&)>& show) {
  if (!s.load_configuration()) return Exit::usage;
  const auto gateway = s.open_gateway();
  if (!gateway) return Exit::system;
  const Asked asked = ask(s, *gateway, std::move(question));
  if (!asked.ok()) return asked.exit;
  if (s.json)
    s.print_json(asked.document.root());
  else
    show(asked.document.root());
  return Exit::done;
}

std::string query_of(const std::vector<std::pair<std::string_view, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters)
    if (!value.empty())
      query += (query.empty() ? "?" : "&") + std::string(name) + "=" + encoded(value);
  return query;
}

std::string text_at(const tree::Node& node, std::string_view name) {
  const tree::Node* member = node.find(name);
  return member == nullptr ? std::string{} : std::string(member->chars());
}

std::span<const tree::Node> items_at(const tree::Node& node, std::string_view name) {
  const tree::Node* member = node.find(name);
  return member == nullptr ? std::span<const tree::Node>{} : member->items();
}

Cell state_cell(const Session& s, const std::string& state) {
  for (const StateWord& word : states)
    if (word.name == state) return {std::string(s.say(word.french, word.name)), word.style};
  return state;
}

std::string states_given(const std::string& words) {
  std::string names;
  for (std::string_view rest = words; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const auto* const known = std::ranges::find(states, word, &StateWord::french);
    names +=
        (names.empty() ? "" : ",") + std::string(known == std::end(states) ? word : known->name);
  }
  return names;
}

std::string all_states(const Session& s) {
  std::string all;
  for (const StateWord& word : states) {
    all += (all.empty() ? "" : ", ") + std::string(word.name);
    if (s.language == base::Language::fr) all += " (" + std::string(word.french) + ")";
  }
  return all;
}

void print_parked(const Session& session, const tree::Node& answer) {
  const auto parked = items_at(answer, "parked");
  if (parked.empty()) return;
  session.console.out << parked.size()
                      << session.say(
                             " livraison(s) arrêtée(s) ; pourquoi : charmille exchanges show ",
                             " delivery(ies) stopped; why: charmille exchanges show ")
                      << parked.front().chars() << '\n';
}

void add_fault(const Session& s, const tree::Node* fault,
               std::vector<std::pair<std::string, Cell>>& fields) {
  if (fault == nullptr) return;
  fields.emplace_back(s.say("faute", "fault"),
                      Cell{text_at(*fault, "code") + " " + text_at(*fault, "text"), Style::red});
  fields.emplace_back(s.say("où", "where"), text_at(*fault, "place"));
  fields.emplace_back(s.say("que faire", "what to do"), text_at(*fault, "remedy"));
}

}  // namespace charmille::cli
