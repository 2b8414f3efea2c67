#include "gateway/mapping/template.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "gateway/mapping/markers.h"

namespace charmille::mapping {
namespace {

constexpr int most_depth = 64;

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

/// An object or list of the template that can give nothing at all.
bool holds_nothing(const Rule& rule) {
  return rule.kind == Rule::Kind::literal && rule.literal.is(tree::Kind::null);
}

}  // namespace

/// One key of an object of the template.
struct TemplateCompiler::Block {
  KeyMarker marker;
  std::size_t index = 0;  ///< in the object
  tree::Origin origin;    ///< of the key
  const Block* other = nullptr;
  std::size_t else_index = 0;  ///< of an if: where its else stands, or its own index
};

void TemplateCompiler::fault(std::string_view code, tree::Origin at, const std::string& path,
                             base::Args args) {
  faults_.push_back(charmille::fault(code, document_.place_of(at, path), std::move(args)));
}

RulePtr TemplateCompiler::make(Rule::Kind kind, tree::Origin origin, const std::string& path) {
  auto rule = std::make_unique<Rule>();
  rule->kind = kind;
  rule->origin = origin;
  rule->path = path;
  return rule;
}

std::optional<fhirpath::Expression> TemplateCompiler::compile_part(std::string_view text,
                                                                   tree::Origin scalar,
                                                                   std::size_t at,
                                                                   const std::string& path) {
  auto compiled = fhirpath::compile(text, scope_, [&](std::size_t byte) {
    return document_.place_of(positions_.locate(scalar, at + byte), path);
  });
  if (!compiled) {
    faults_.push_back(std::move(compiled.error()));
    return {};
  }
  Names& noted = noted_ != nullptr ? *noted_ : around_;
  for (const std::string& name : compiled->members())
    if (nests_.contains(name)) noted.insert(name);
  mentions_.members.insert(compiled->members().begin(), compiled->members().end());
  mentions_.tables.insert(compiled->tables().begin(), compiled->tables().end());
  for (const std::uint32_t slot : compiled->variables()) {
    mentions_.variables.emplace(scope_.name_of(slot));
    if (const auto known = of_variable_.find(slot); known != of_variable_.end())
      noted.insert(known->second.begin(), known->second.end());
  }
  return std::move(*compiled);
}

std::optional<fhirpath::Expression> TemplateCompiler::expression(const tree::Node& text,
                                                                 std::string_view path) {
  return compile_part(text.chars(), text.origin(), 0, std::string(path));
}

RulePtr TemplateCompiler::compile(const tree::Node& node) {
  RulePtr out = rule(node, {}, true);
  // What blocks around the sections read decides on every one of them.
  for (auto& [section, nests] : mentions_.sections) nests.insert(around_.begin(), around_.end());
  return out;
}

RulePtr TemplateCompiler::rule(const tree::Node& node, const std::string& path, bool top) {
  if (depth_ >= most_depth) {
    fault("CH-MAP-010", node.origin(), path, {{"limit", std::to_string(most_depth)}});
    return make(Rule::Kind::literal, node.origin(), path);
  }
  ++depth_;
  RulePtr out;
  if (node.is(tree::Kind::object)) {
    out = object(node, path, top);
  } else if (node.is(tree::Kind::text)) {
    out = text(node, path);
  } else if (node.is(tree::Kind::array)) {
    out = make(Rule::Kind::array, node.origin(), path);
    for (const tree::Node& item : node.items())
      out->bodies.push_back(rule(item, path + "[]", false));
  } else {
    out = make(Rule::Kind::literal, node.origin(), path);
    out->literal = node.at({});
  }
  --depth_;
  return out;
}

RulePtr TemplateCompiler::text(const tree::Node& node, const std::string& path) {
  auto scanned = scan_markers(node.chars());
  if (!scanned) {
    fault(scanned.error().code, positions_.locate(node.origin(), scanned.error().at), path);
    return make(Rule::Kind::literal, node.origin(), path);
  }
  RulePtr out = make(Rule::Kind::literal, node.origin(), path);
  if (scanned->pieces.empty() || scanned->form == Markers::Form::literal) {
    out->literal = node.at({});
    return out;
  }
  out->kind = scanned->form == Markers::Form::single ? Rule::Kind::single
              : scanned->form == Markers::Form::list ? Rule::Kind::list
                                                     : Rule::Kind::joined;
  for (const Markers::Piece& piece : scanned->pieces) {
    Part part;
    part.keep_null = piece.keep_null;
    part.text = piece.text;
    if (piece.is_expression)
      part.expression = compile_part(piece.text, node.origin(), piece.at, path);
    if (piece.is_expression && !part.expression)
      return make(Rule::Kind::literal, node.origin(), path);
    out->parts.push_back(std::move(part));
  }
  return out;
}

std::vector<TemplateCompiler::Block> TemplateCompiler::blocks_of(const tree::Node& object) {
  std::vector<Block> out;
  for (std::size_t i = 0; i < object.items().size(); ++i) {
    Block block;
    block.origin = document_.key_origin(object, i);
    block.index = block.else_index = i;
    block.marker = scan_key(object.key(i));
    out.push_back(block);
  }
  return out;
}

/// What may stand beside what. False after a fault.
bool TemplateCompiler::arrange(const std::vector<Block>& blocks, const std::string& path) {
  using Kind = KeyMarker::Kind;
  const std::size_t before = faults_.size();
  const Block* seen_if = nullptr;
  const Block* seen_else = nullptr;
  std::size_t others = 0;
  for (const Block& block : blocks) {
    const Kind kind = block.marker.kind;
    if (kind != Kind::assign) ++others;
    if (kind == Kind::unknown)
      fault("CH-MAP-011", block.origin, path, {{"block", base::printable(block.marker.text)}});
    if (kind == Kind::when && std::exchange(seen_if, &block) != nullptr)
      fault("CH-MAP-012", block.origin, path, {{"block", "if"}});
    if (kind == Kind::otherwise && std::exchange(seen_else, &block) != nullptr)
      fault("CH-MAP-012", block.origin, path, {{"block", "else"}});
  }
  if (seen_else != nullptr && seen_if == nullptr) fault("CH-MAP-013", seen_else->origin, path);
  for (const Block& block : blocks)
    if ((block.marker.kind == Kind::each || block.marker.kind == Kind::context) && others > 1)
      fault("CH-MAP-014", block.origin, path,
            {{"block", block.marker.kind == Kind::each ? "{% for %}" : "{{ }}"}});
  return faults_.size() == before;
}

RulePtr TemplateCompiler::object(const tree::Node& node, const std::string& path, bool top) {
  using Kind = KeyMarker::Kind;
  const std::size_t scope_mark = scope_.mark();
  std::vector<Block> blocks = blocks_of(node);
  RulePtr out = make(Rule::Kind::object, node.origin(), path);
  if (!arrange(blocks, path)) return out;
  for (const Block& b : blocks)
    if (b.marker.kind == Kind::assign) assigns(node.items()[b.index], b.origin, path, *out);
  for (Block& b : blocks)
    for (const Block& e : blocks)
      if (b.marker.kind == Kind::when && e.marker.kind == Kind::otherwise) b.else_index = e.index;
  std::erase_if(blocks, [](const Block& b) {
    return b.marker.kind == Kind::assign || b.marker.kind == Kind::otherwise;
  });

  if (blocks.size() == 1 && blocks.front().marker.kind != Kind::key) {
    RulePtr only = block(node, blocks.front(), path, top);
    // The assigns of the object go before its only block.
    only->assigns = std::move(out->assigns);
    scope_.leave(scope_mark);
    return only;
  }
  std::vector<std::string_view> keys;
  for (const Block& b : blocks) {
    Rule::Member member;
    member.origin = b.origin;
    if (b.marker.kind == Kind::key) {
      member.key = document_.arena().copy(b.marker.text);
      keys.push_back(member.key);
      Names* const outer = noted_;
      if (top) noted_ = &mentions_.sections[std::string(member.key)];
      member.rule = rule(node.items()[b.index], below(path, member.key), false);
      noted_ = outer;
    } else {
      member.splice = true;
      out->whole = false;
      member.rule = block(node, b, path, top);
    }
    out->members.push_back(std::move(member));
  }
  const auto kept = document_.arena().array<std::string_view>(keys.size());
  std::ranges::copy(keys, kept.begin());
  out->shape = tree::Shape(kept);
  scope_.leave(scope_mark);
  return out;
}

RulePtr TemplateCompiler::block(const tree::Node& node, const Block& b, const std::string& path,
                                bool top) {
  switch (b.marker.kind) {
    case KeyMarker::Kind::when:
      return choice(node, b, path, top);
    case KeyMarker::Kind::merge:
      return merge(node, b, path, top);
    case KeyMarker::Kind::each:
      return loop(node, b, path);
    default:
      break;
  }
  RulePtr out = make(Rule::Kind::context, b.origin, path);
  Part part;
  part.expression = compile_part(b.marker.text, b.origin, b.marker.at, path);
  if (!part.expression) return out;
  const fhirpath::Types outside = scope_.root();
  scope_.set_root(part.expression->types());
  out->parts.push_back(std::move(part));
  out->bodies.push_back(rule(node.items()[b.index], path + "[]", top));
  scope_.set_root(outside);
  return out;
}

RulePtr TemplateCompiler::choice(const tree::Node& node, const Block& b, const std::string& path,
                                 bool top) {
  RulePtr out = make(Rule::Kind::choice, b.origin, path);
  Part part;
  part.expression = compile_part(b.marker.text, b.origin, b.marker.at, path);
  if (part.expression) out->parts.push_back(std::move(part));
  out->bodies.push_back(rule(node.items()[b.index], path, top));
  if (b.else_index != b.index) {
    out->other = document_.key_origin(node, b.else_index);
    out->bodies.push_back(rule(node.items()[b.else_index], path, top));
  }
  return out;
}

RulePtr TemplateCompiler::loop(const tree::Node& node, const Block& b, const std::string& path) {
  RulePtr out = make(Rule::Kind::each, b.origin, path);
  Names read;
  Names* const outer = std::exchange(noted_, &read);
  Part part;
  part.expression = compile_part(b.marker.text, b.origin, b.marker.at, path);
  noted_ = outer;
  (noted_ != nullptr ? *noted_ : around_).insert(read.begin(), read.end());
  const std::size_t scope_mark = scope_.mark();
  out->item_slot = scope_.declare(std::string(b.marker.item));
  of_variable_[out->item_slot] = read;
  if (part.expression) scope_.set_types(out->item_slot, part.expression->types());
  if (!b.marker.index.empty()) out->index_slot = scope_.declare(std::string(b.marker.index));
  out->bodies.push_back(rule(node.items()[b.index], path + "[]", false));
  scope_.leave(scope_mark);
  if (part.expression) out->parts.push_back(std::move(part));
  return out;
}

RulePtr TemplateCompiler::merge(const tree::Node& node, const Block& b, const std::string& path,
                                bool top) {
  RulePtr out = make(Rule::Kind::merge, b.origin, path);
  const tree::Node& value = node.items()[b.index];
  const auto add = [&](const tree::Node& one) {
    RulePtr body = rule(one, path, top);
    using Kind = Rule::Kind;
    const bool constant = body->kind == Kind::literal && !holds_nothing(*body);
    if (constant || body->kind == Kind::joined || body->kind == Kind::array ||
        body->kind == Kind::list)
      fault("CH-MAP-015", one.origin(), path);
    out->bodies.push_back(std::move(body));
  };
  if (value.is(tree::Kind::array)) {
    for (const tree::Node& one : value.items()) add(one);
  } else {
    add(value);
  }
  return out;
}

void TemplateCompiler::assigns(const tree::Node& value, tree::Origin key, const std::string& path,
                               Rule& into) {
  const auto one = [&](const tree::Node& node) {
    if (!node.is(tree::Kind::object) || node.items().size() != 1 ||
        scan_key(node.key(0)).kind != KeyMarker::Kind::key) {
      fault("CH-MAP-016", node.origin().line == 0 ? key : node.origin(), path);
      return;
    }
    Names read;
    Names* const outer = std::exchange(noted_, &read);
    RulePtr compiled = rule(node.items()[0], below(path, "%" + std::string(node.key(0))), false);
    noted_ = outer;
    // Declared after its own value: `x: {{ %x }}` reads the outer one.
    const std::uint32_t slot = scope_.declare(std::string(node.key(0)));
    of_variable_[slot] = std::move(read);
    const bool plain = compiled->kind == Rule::Kind::single || compiled->kind == Rule::Kind::list;
    if (plain && compiled->assigns.empty())
      scope_.set_types(slot, compiled->parts.front().expression->types());
    into.assigns.emplace_back(slot, std::move(compiled));
  };
  if (!value.is(tree::Kind::array)) return one(value);
  for (const tree::Node& node : value.items()) one(node);
}

}  // namespace charmille::mapping
