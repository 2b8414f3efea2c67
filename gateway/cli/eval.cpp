// charmille eval 'FHIRPATH' [FILE]: one expression on one document; prints the collection.
#include <iterator>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/mapping/evaluate.h"

namespace charmille::cli {
namespace {

struct Options {
  std::string expression, file, model;
  std::vector<std::string> variables;
};

/// The file, standard input for "-", or nothing: an expression may need no input.
Result<tree::Document> input_of(Session& s, const std::string& file) {
  if (file == "-")
    return codec::read_json(std::string{std::istreambuf_iterator<char>(s.console.in), {}}, "-");
  if (!file.empty()) return read_json_file(file);
  return tree::Document{};
}

Exit eval(Session& s, const Options& o) {
  const auto variables = read_variables(o.variables, nullptr);
  if (!variables) return s.print(variables.error()), Exit::usage;
  const auto input = input_of(s, o.file);
  if (!input) return s.print(input.error()), Exit::data;
  s.texts["expression"] = o.expression;
  mapping::Evaluation how;
  if (o.model == "r4") how.model = fhirpath::Model::fhir_r4();
  how.now = base::system_clock().now();
  how.trace = [&s](std::string_view name, std::span<const fhirpath::Value> items) {
    s.console.err << base::printable(name) << ':';
    for (const fhirpath::Value& item : items)
      s.console.err << ' ' << item.to_text().value_or("{...}");
    s.console.err << '\n';
  };
  const auto result = mapping::evaluate(o.expression, *input, *variables, how);
  if (!result) {
    s.print(result.error());
    return result.error().action == base::Action::reject ? Exit::data : Exit::usage;
  }
  s.print_json(result->root());
  return Exit::done;
}

}  // namespace

void add_eval(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "eval", std::string(s.say("calcule une expression FHIRPath sur un document JSON",
                                "evaluates a FHIRPath expression on a JSON document")));
  auto o = std::make_shared<Options>();
  command
      ->add_option("expression", o->expression,
                   std::string(s.say("l'expression", "the expression")))
      ->required();
  command->add_option(
      "file", o->file,
      std::string(s.say("le document ; - : l'entrée standard", "the document; -: standard input")));
  command
      ->add_option("--var", o->variables,
                   std::string(s.say("NOM=FICHIER : une variable %NOM, lue en JSON",
                                     "NAME=FILE: a variable %NAME, read as JSON")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option(
          "--model", o->model,
          std::string(s.say("none (par défaut) ou r4 : les types et éléments de FHIR R4",
                            "none (the default) or r4: the types and elements of FHIR R4")))
      ->check(CLI::IsMember({"none", "r4"}));
  command->callback([&s, o] { s.chosen = [&s, o] { return eval(s, *o); }; });
}

}  // namespace charmille::cli
