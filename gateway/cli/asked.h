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

/// A question with a JSON body of text fields; empty ones are left out.
Question post(std::string target,
              const std::vector<std::pair<std::string_view, std::string>>& fields);

/// Opens the gateway, asks, and shows: the JSON as it came with --json, else what `show` makes of
/// it.
Exit ask_and_show(Session& session, Question question,
                  const std::function<void(const tree::Node&)>& show);

/// "?a=b&c=d" of the parameters that have a value.
std::string query_of(const std::vector<std::pair<std::string_view, std::string>>& parameters);

// Reading answers: the text or lexeme of a member, or empty; the members of a list.
std::string text_at(const tree::Node& node, std::string_view name);
std::span<const tree::Node> items_at(const tree::Node& node, std::string_view name);

/// "2026-06-30T09:12:03.000125Z" as a person reads it: local time, seconds.
std::string moment(const std::string& rfc3339);

/// Names of states in the person's language, with the style that draws the eye.
Cell state_cell(const Session& session, const std::string& state);

/// The fields of a fault as the API gives them.
void add_fault(const Session& session, const tree::Node* fault,
               std::vector<std::pair<std::string, Cell>>& fields);

}  // namespace charmille::cli
