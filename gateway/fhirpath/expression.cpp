#include "gateway/fhirpath/expression.h"

#include <algorithm>

#include "gateway/fhirpath/checker.h"
#include "gateway/fhirpath/evaluator.h"
#include "gateway/fhirpath/parser.h"

namespace charmille::fhirpath {

std::uint32_t Scope::declare(std::string name) {
  names_.push_back(name);
  visible_.emplace_back(std::move(name), slots_);
  return slots_++;
}

std::uint32_t Scope::find(std::string_view name) const {
  for (auto at = visible_.rbegin(); at != visible_.rend(); ++at)
    if (at->first == name) return at->second;
  return npos;
}

std::vector<std::string_view> Scope::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, slot] : visible_) out.push_back(name);
  return out;
}

const Types& Scope::types_of(std::uint32_t slot) const {
  static const Types unknown;
  const auto at = types_.find(slot);
  return at == types_.end() ? unknown : at->second;
}

void Scope::add_table(std::shared_ptr<const Table> table) {
  std::string name = table->name();
  tables_.insert_or_assign(std::move(name), std::move(table));
}

std::shared_ptr<const Table> Scope::table(std::string_view name) const {
  const auto at = tables_.find(name);
  return at == tables_.end() ? nullptr : at->second;
}

std::vector<std::string_view> Scope::table_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, table] : tables_) out.push_back(name);
  return out;
}

Collection Expression::evaluate(Context& context, std::span<const Value> focus) const {
  return Evaluator(*program_, context).run_root(Focus{focus, -1, nullptr});
}

const tree::Node* Expression::plain_node(Context& context, std::span<const Value> focus) const {
  const Op& op = program_->ops[program_->root];
  if (op.kind != Kind::member || op.left != Op::none || focus.size() != 1 ||
      context.model() != nullptr || !focus.front().is(Type::complex))
    return nullptr;
  const tree::Node& object = focus.front().node();
  if (!object.is(tree::Kind::object)) return nullptr;
  const std::uint32_t slot = context.slot_of(op.slot, object.shape(), op.name);
  if (slot == tree::Shape::npos) return nullptr;
  const tree::Node& node = object.items()[slot];
  const bool text = node.is(tree::Kind::text);
  if (!text && !node.is(tree::Kind::number) && !node.is(tree::Kind::boolean)) return nullptr;
  return text && node.chars().empty() ? nullptr : &node;
}

const std::string& Expression::text() const {
  return program_->text;
}
const base::Place& Expression::place() const {
  return program_->place;
}
const std::set<std::string, std::less<>>& Expression::members() const {
  return program_->members;
}
const std::set<std::uint32_t>& Expression::variables() const {
  return program_->variables;
}
const std::set<std::string, std::less<>>& Expression::tables() const {
  return program_->tables;
}

const Types& Expression::types() const {
  return program_->types;
}

Result<Expression> compile(std::string_view text, Scope& scope, const Locate& locate) {
  auto program = parse(text, scope, locate);
  if (!program) {
    Mistake& mistake = program.error();
    return fail(mistake.code, locate(mistake.at), std::move(mistake.args));
  }
  if (auto types = check_paths(**program, scope))
    (*program)->types = std::move(*types);
  else
    return fail(std::move(types.error()));
  return Expression(std::move(*program));
}

Result<Expression> compile(std::string_view text, Scope& scope, const base::Place& place) {
  return compile(text, scope, [&](std::size_t at) {
    base::Place found = place;
    for (const char c : text.substr(0, at)) {
      const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
      if (c == '\n') {
        ++found.line;
        found.column = 1;
      } else if (!continues && found.column != 0) {
        ++found.column;
      }
    }
    return found;
  });
}

}  // namespace charmille::fhirpath
