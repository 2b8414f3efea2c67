// charmille map MAPPING FILE...: a dry run. Nothing is stored, nothing is sent.
#include <algorithm>
#include <limits>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "gateway/base/bytes.h"
#include "gateway/cli/explained.h"
#include "gateway/cli/loss.h"
#include "gateway/cli/mappings.h"
#include "gateway/cli/session.h"
#include "gateway/mapping/plan.h"
#include "gateway/record/validate.h"

namespace charmille::cli {
namespace {

constexpr std::size_t batch_size = 500;

struct Options {
  std::string mapping, encoding, delimiter;
  std::vector<std::string> files, variables, folders;
  bool explain = false;
  bool loss = false;
};

/// What went wrong is told as it is found, results are printed as they are made: memory does not
/// grow with the file.
class DryRun {
 public:
  DryRun(Session& s, const mapping::Mapping& mapping, mapping::Variables variables,
         const Options& o, record::Rules rules)
      : s_(s),
        mapping_(mapping),
        variables_(std::move(variables)),
        explain_(o.explain),
        losses_(o.loss),
        rules_(std::move(rules)) {}

  Result<void> join(const std::map<std::string, std::filesystem::path>& files,
                    const Formats& formats);
  Result<void> read(const std::filesystem::path& file, const codec::Options& options);
  Exit finish();

 private:
  void read_by_joins(const std::string& name, const std::string& file,
                     const std::vector<mapping::Nest>& nests);
  void take(mapping::Item item);
  void judge(mapping::Item& item);
  void tell(const codec::Batch& batch);
  void tell(const Fault& fault) {
    s_.print(fault);
    ++faults_;
  }
  void tell_orphans();

  Session& s_;
  const mapping::Mapping& mapping_;
  mapping::Variables variables_;
  bool explain_;
  bool losses_;  ///< told instead of the results
  record::Rules rules_;
  Loss loss_;
  Explanation explanation_;
  std::string main_file_;
  std::optional<mapping::Joins> joins_;
  std::uint64_t good_ = 0;
  std::uint64_t bad_ = 0;
  std::uint64_t refused_ = 0;  ///< of the good ones, by the rules of the child record
  std::uint64_t faults_ = 0;
};

Result<void> DryRun::join(const std::map<std::string, std::filesystem::path>& files,
                          const Formats& formats) {
  if (mapping_.streams()) return {};
  mapping::Joins::Files rows;
  for (const auto& [name, path] : files) {
    if (name.empty()) continue;
    const auto payload = base::Payload::from_file(path);
    if (!payload) return fail(payload.error());
    const auto format = formats.files.find(name);
    const codec::Options& options = format == formats.files.end() ? formats.main : format->second;
    auto stream = codec::open(options, *payload, path.filename().string());
    if (!stream) return fail(stream.error());
    for (bool last = false; !last;) {
      auto batch = (*stream)->next(std::numeric_limits<std::size_t>::max());
      if (!batch) return fail(batch.error());
      last = batch->last;
      tell(*batch);
      loss_.count(path.filename(), batch->document);
      if (options.format == codec::Format::csv)
        explanation_.learn(path.filename(), batch->document);
      rows.emplace(name, std::move(batch->document));
    }
    read_by_joins(name, path.filename(), mapping_.plan().nests);
  }
  auto joins = mapping::Joins::build(mapping_, std::move(rows));
  if (!joins) return fail(joins.error());
  joins_.emplace(std::move(*joins));
  return {};
}

/// The columns by which `file`, the lot's `name`, is joined to the row above and below.
void DryRun::read_by_joins(const std::string& name, const std::string& file,
                           const std::vector<mapping::Nest>& nests) {
  for (const mapping::Nest& nest : nests) {
    if (nest.file == name) {
      loss_.read(file, nest.theirs);
      for (const mapping::Nest& inner : nest.nests) loss_.read(file, inner.ours);
    }
    read_by_joins(name, file, nest.nests);
  }
}

Result<void> DryRun::read(const std::filesystem::path& file, const codec::Options& options) {
  const auto payload = base::Payload::from_file(file);
  if (!payload) return fail(payload.error());
  main_file_ = file.filename();
  auto stream = codec::open(options, *payload, main_file_);
  if (!stream) return fail(stream.error());
  const auto explain = explain_ || losses_ ? mapping::Explain::yes : mapping::Explain::no;
  for (bool last = false; !last;) {
    auto batch = (*stream)->next(batch_size);
    if (!batch) return fail(batch.error());
    last = batch->last;
    tell(*batch);
    if (losses_ && options.format == codec::Format::csv)
      loss_.count(main_file_, batch->document);
    else if (losses_)
      loss_.number(main_file_, batch->document);
    if (explain_ && options.format == codec::Format::csv)
      explanation_.learn(main_file_, batch->document);
    for (mapping::Item& item : mapping::apply(mapping_, batch->document,
                                              joins_ ? &*joins_ : nullptr, variables_, explain))
      take(std::move(item));
  }
  return {};
}

void DryRun::tell(const codec::Batch& batch) {
  for (const codec::Rejected& rejected : batch.rejected) {
    tell(rejected.fault);
    ++bad_;
  }
  for (const Fault& remark : batch.remarks) s_.print_warning(remark);
}

void DryRun::take(mapping::Item item) {
  for (const Fault& fault : item.faults) tell(fault);
  if (losses_) loss_.take(item);
  if (!item.good()) {
    ++bad_;
    return;
  }
  ++good_;
  if (item.document.root().is(tree::Kind::null)) return;
  if (explain_)
    explanation_.print(s_, item);
  else if (!losses_)
    s_.console.out << codec::write_json(item.document.root(), !s_.json) << '\n';
  judge(item);
}

/// What the rules of the child record would say of it when it is received.
void DryRun::judge(mapping::Item& item) {
  if (mapping_.to() != "child-record" || !item.document.root().is(tree::Kind::object)) return;
  const record::Verdict verdict = record::validate(item.document, rules_);
  loss_.cut(verdict.rejections);
  loss_.cut(verdict.remarks);
  refused_ += verdict.rejected() ? 1 : 0;
  for (const Fault& fault : verdict.rejections) tell(fault);
}

/// Rows that belong to nothing come by the hundred when a main file is cut: one fault a nest.
void DryRun::tell_orphans() {
  constexpr std::size_t shown = 8;
  std::map<std::pair<std::string, std::string>, std::vector<Fault>> nests;
  for (Fault& orphan : joins_->orphans()) {
    const std::string nest(base::argument(orphan, "nest"));
    nests[{orphan.place.file, nest}].push_back(std::move(orphan));
  }
  for (const auto& [where, orphans] : nests) {
    faults_ += orphans.size();
    if (orphans.size() == 1) {
      s_.print(orphans.front());
      continue;
    }
    std::string lines;
    for (std::size_t i = 0; i < std::min(orphans.size(), shown); ++i)
      lines += (i == 0 ? "" : ", ") + std::to_string(orphans[i].place.line);
    if (orphans.size() > shown) lines += ", …";
    s_.print(fault("CH-MAP-042", {where.first, 0, 0, {}},
                   {{"count", std::to_string(orphans.size())},
                    {"nest", where.second},
                    {"lines", lines},
                    {"rule", std::string(base::argument(orphans.front(), "rule"))}}));
  }
}

Exit DryRun::finish() {
  if (joins_) tell_orphans();
  if (losses_) {
    for (const mapping::Nest& nest : mapping_.plan().nests) loss_.read(main_file_, nest.ours);
    tree::Document doc;
    if (s_.json)
      s_.print_json(loss_.node(doc));
    else
      loss_.print(s_);
  }
  s_.console.err << good_ << s_.say(" enregistrement(s) traduit(s), ", " record(s) mapped, ")
                 << bad_ << s_.say(" refusé(s)", " refused");
  if (refused_ != 0)
    s_.console.err << s_.say(" ; traduits, mais refusés par les règles de la fiche : ",
                             "; mapped, but refused by the rules of the record: ")
                   << refused_;
  s_.console.err << s_.say(" ; rien n'a été gardé ni envoyé", "; nothing was stored or sent")
                 << '\n';
  return faults_ == 0 ? Exit::done : Exit::data;
}

Result<void> override_format(Formats& formats, const Options& o) {
  tree::Document doc;
  if (o.encoding.empty() && o.delimiter.empty()) return {};
  std::vector<tree::Document::Member> members{{"format", doc.text("csv")}};
  if (!o.encoding.empty()) members.emplace_back("encoding", doc.text(o.encoding));
  if (!o.delimiter.empty()) members.emplace_back("delimiter", doc.text(o.delimiter));
  const auto options = codec::read_options(doc, doc.object(members));
  if (!options) return fail(options.error());
  // What is not given stays as the configuration says.
  const auto change = [&](codec::Options& format) {
    format.format = codec::Format::csv;
    if (!o.encoding.empty()) format.csv.encoding = options->csv.encoding;
    if (!o.delimiter.empty()) format.csv.delimiter = options->csv.delimiter;
  };
  change(formats.main);
  for (auto& [name, format] : formats.files) change(format);
  return {};
}

Exit map(Session& s, const Options& o) {
  const auto mapping = mapping_given(s, o.mapping, o.folders);
  if (mapping == nullptr) return Exit::usage;
  const bool alone = !o.folders.empty() || o.mapping.ends_with(".yaml");
  const auto site = alone ? nullptr : s.load_configuration();
  Formats formats = formats_for(site.get(), *mapping);
  if (const auto done = override_format(formats, o); !done)
    return s.print(done.error()), Exit::usage;
  const auto files = assign_files(*mapping, formats, o.files);
  if (!files) return s.print(files.error()), Exit::usage;
  auto variables = read_variables(o.variables, mapping.get());
  if (!variables) return s.print(variables.error()), Exit::usage;
  record::Rules rules;
  rules.environment = site && site->environment == config::Environment::production
                          ? record::Environment::production
                          : record::Environment::test;
  DryRun run(s, *mapping, std::move(*variables), o, std::move(rules));
  if (const auto joined = run.join(*files, formats); !joined)
    return s.print(joined.error()), Exit::data;
  if (const auto done = run.read(files->at(""), formats.main); !done)
    return s.print(done.error()), Exit::data;
  return run.finish();
}

}  // namespace

void add_map(CLI::App& app, Session& s) {
  auto* command = app.add_subcommand(
      "map", std::string(
                 s.say("montre à blanc ce qu'une correspondance donne : rien n'est gardé ni envoyé",
                       "a dry run of a mapping: nothing is stored or sent")));
  auto o = std::make_shared<Options>();
  const auto take_all = CLI::MultiOptionPolicy::TakeAll;
  command
      ->add_option("mapping", o->mapping,
                   std::string(s.say("par exemple eo/enfants, ou un fichier .yaml",
                                     "for example eo/enfants, or a .yaml file")))
      ->required();
  command
      ->add_option("files", o->files,
                   std::string(s.say("le fichier, et ceux qu'il joint",
                                     "the file, and those that it joins")))
      ->required();
  command
      ->add_option("--var", o->variables,
                   std::string(s.say("NOM=VALEUR, ou NOM=FICHIER.json : une variable",
                                     "NAME=VALUE, or NAME=FILE.json: a variable")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(take_all);
  command->add_flag(
      "--explain", o->explain,
      std::string(
          s.say("chaque champ, avec la ligne du modèle et les cellules d'où il vient",
                "each field, with the line of the template and the cells that it comes from")));
  command->add_flag(
      "--loss", o->loss,
      std::string(
          s.say("à la place : colonnes jamais lues, codes inconnus, ce que les règles coupent",
                "instead: columns never read, unknown codes, what the rules cut")));
  command->add_option("--encoding", o->encoding,
                      std::string(s.say("des fichiers CSV, à la place de celui de la configuration",
                                        "of CSV files, instead of the configuration's")));
  command->add_option("--delimiter", o->delimiter,
                      std::string(s.say("des fichiers CSV", "of CSV files")));
  command
      ->add_option(
          "--mappings", o->folders,
          std::string(s.say("dossier des correspondances, à la place de ceux de la configuration",
                            "folder of mappings, instead of the configuration's")))
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(take_all);
  command->callback([&s, o] { s.chosen = [&s, o] { return map(s, *o); }; });
}

}  // namespace charmille::cli
