// A question to the gateway on a command's behalf: its language, its refusals, its JSON.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gateway/cli/gateway.h"
#include "gateway/cli/session.h"

namespace charmille::cli {

/// Asks; a refusal or a fault is printed. `exit` says how it went.
struct Asked {
  Exit exit = Exit::done;
  Answer answer;
  tree::Document document;  ///< of an answer in JSON
  bool ok() const { return exit == Exit::done; }
};
Asked ask(Session& session, Gateway& gateway, Question question);

/// Whether an answer tells what became of a payload, be it refused: such an answer is no refusal of
/// the question.
bool is_settlement(const tree::Node& answer);

/// A question with a JSON body of text fields; empty ones are left out.
Question post(std::string target,
              const std::vector<std::pair<std::string_view, std::string>>& fields);

/// The fields that name a child in a body: its id here, or an identifier SYSTEM|VALUE, as FHIR
/// writes a token, typed without echo or read from the input. CH-CLI-011.
Result<std::vector<std::pair<std::string_view, std::string>>> fields_of_child(
    Session& session, const std::string& record);

/// Opens the gateway, asks, and shows: the JSON as it came with --json, else what `show` makes of
/// it.
Exit ask_and_show(Session& session, Question question,
                  const std::function<void(const tree::Node&)>& show);

/// "?a=b&c=d" of the parameters that have a value.
std::string query_of(const std::vector<std::pair<std::string_view, std::string>>& parameters);

// Reading answers: the text or lexeme of a member, or empty; the members of a list.
std::string text_at(const tree::Node& node, std::string_view name);
std::span<const tree::Node> items_at(const tree::Node& node, std::string_view name);

/// Names of states in the person's language, with the style that draws the eye.
Cell state_cell(const Session& session, const std::string& state);
/// The states that a person gave, by their names or by the words that lists show for them, as
/// names.
std::string states_given(const std::string& words);
/// "received (reçu), waiting (attend son lot), …": all of them, for a help text.
std::string all_states(const Session& session);

/// Of what a decision made: the deliveries that a fault, or a secret found in them, stopped.
void print_parked(const Session& session, const tree::Node& answer);

/// The fields of a fault as the API gives them.
void add_fault(const Session& session, const tree::Node* fault,
               std::vector<std::pair<std::string, Cell>>& fields);

}  // namespace charmille::cli
