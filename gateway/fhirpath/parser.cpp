#include "gateway/fhirpath/parser.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/base/bytes.h"
#include "gateway/fhirpath/date_format.h"
#include "gateway/fhirpath/functions.h"
#include "gateway/fhirpath/types.h"

namespace charmille::fhirpath {
namespace {

constexpr std::size_t most_bytes = 64U << 10;
constexpr std::uint32_t most_depth = 400;
constexpr int most_nesting = 200;
constexpr std::size_t most_keys = 31;  ///< of sort()

struct Operator {
  std::string_view symbol;
  int strength;  ///< higher binds tighter
  Kind kind;
};

constexpr int type_strength = 7;
constexpr std::array operators{
    Operator{"*", 9, Kind::multiply},
    Operator{"/", 9, Kind::divide},
    Operator{"div", 9, Kind::whole_divide},
    Operator{"mod", 9, Kind::modulo},
    Operator{"+", 8, Kind::add},
    Operator{"-", 8, Kind::subtract},
    Operator{"&", 8, Kind::concatenate},
    Operator{"is", type_strength, Kind::is_type},
    Operator{"as", type_strength, Kind::as_type},
    Operator{"|", 6, Kind::unite},
    Operator{"<", 5, Kind::less},
    Operator{"<=", 5, Kind::less_equal},
    Operator{">", 5, Kind::greater},
    Operator{">=", 5, Kind::greater_equal},
    Operator{"=", 4, Kind::equal},
    Operator{"!=", 4, Kind::not_equal},
    Operator{"~", 4, Kind::equivalent},
    Operator{"!~", 4, Kind::not_equivalent},
    Operator{"in", 3, Kind::is_in},
    Operator{"contains", 3, Kind::contains},
    Operator{"and", 2, Kind::both},
    Operator{"or", 1, Kind::either},
    Operator{"xor", 1, Kind::one_of},
    Operator{"implies", 0, Kind::implies},
};

/// Words that are operators and may be names too (grammar: `identifier`).
bool may_be_name(std::string_view word) {
  return word == "as" || word == "is" || word == "contains" || word == "in";
}
bool is_reserved(std::string_view word) {
  static constexpr std::array words{"div", "mod", "and", "or", "xor", "implies", "true", "false"};
  return std::ranges::find(words, word) != words.end();
}

/// Recursive descent with precedence climbing. A mistake is thrown as a value inside this file
/// only.
class Parser {
 public:
  Parser(std::vector<Token> tokens, Scope& scope, const Locate& locate, Program& program)
      : tokens_(std::move(tokens)), scope_(scope), locate_(locate), program_(program) {}

  void run() {
    program_.root = expression(0);
    if (current().kind != TokenKind::end) unexpected();
  }

 private:
  [[noreturn]] void refuse(std::string_view code, std::uint32_t at, base::Args args = {}) {
    throw Mistake{code, at, std::move(args)};
  }
  [[noreturn]] void unexpected() {
    if (current().kind == TokenKind::end) refuse("CH-PATH-007", current().begin);
    refuse("CH-PATH-008", current().begin, {{"what", base::printable(current().text)}});
  }

  const Token& current() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool at_symbol(std::string_view s) const {
    return current().kind == TokenKind::symbol && current().text == s;
  }
  bool at_word(std::string_view s) const {
    return current().kind == TokenKind::identifier && current().text == s;
  }
  bool take_symbol(std::string_view s) {
    if (!at_symbol(s)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view s) {
    if (!take_symbol(s)) {
      if (current().kind == TokenKind::end)
        refuse("CH-PATH-009", current().begin, {{"what", std::string(s)}});
      unexpected();
    }
  }

  std::uint32_t depth_of(std::uint32_t op) const { return op == Op::none ? 0 : depths_[op]; }

  std::uint32_t push(Op op, std::uint32_t at, std::uint32_t arguments_depth = 0) {
    const std::uint32_t depth =
        1 + std::max({depth_of(op.left), depth_of(op.right), arguments_depth});
    if (depth > most_depth) refuse("CH-PATH-010", at, {{"limit", std::to_string(most_depth)}});
    const base::Place place = locate_(at);
    op.line = place.line;
    op.column = place.column;
    program_.ops.push_back(std::move(op));
    depths_.push_back(depth);
    return static_cast<std::uint32_t>(program_.ops.size() - 1);
  }

  const Operator* operator_here() const {
    if (current().kind != TokenKind::symbol && current().kind != TokenKind::identifier)
      return nullptr;
    const auto known =
        std::ranges::find(operators, std::string_view(current().text), &Operator::symbol);
    return known == operators.end() ? nullptr : &*known;
  }

  struct Nesting {
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > most_nesting)
        parser_.refuse("CH-PATH-010", parser_.current().begin,
                       {{"limit", std::to_string(most_nesting)}});
    }
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    Parser& parser_;
  };

  std::uint32_t expression(int least) {
    const Nesting nesting(*this);
    std::uint32_t left = polarity();
    for (const Operator* found = operator_here(); found != nullptr && found->strength >= least;
         found = operator_here()) {
      const std::uint32_t at = current().begin;
      ++at_;
      Op op;
      op.kind = found->kind;
      op.left = left;
      if (found->strength == type_strength)
        op.type = type_name();
      else
        op.right = expression(found->strength + 1);
      left = push(std::move(op), at);
    }
    return left;
  }

  std::uint32_t polarity() {
    const Nesting nesting(*this);
    const std::uint32_t at = current().begin;
    if (take_symbol("+")) return polarity();
    if (!take_symbol("-")) return invocations();
    Op op;
    op.kind = Kind::negate;
    op.left = polarity();
    return push(std::move(op), at);
  }

  /// A chain of steps. What defineVariable() declares in it is known to its end.
  std::uint32_t invocations() {
    const std::size_t declared = scope_.mark();
    const std::uint32_t chain = steps();
    scope_.leave(declared);
    return chain;
  }

  std::uint32_t steps() {
    std::uint32_t left = term();
    for (;;) {
      const std::uint32_t at = current().begin;
      if (take_symbol(".")) {
        left = invocation(left);
      } else if (take_symbol("[")) {
        Op op;
        op.kind = Kind::item;
        op.left = left;
        op.right = expression(0);
        expect("]");
        left = push(std::move(op), at);
      } else {
        return left;
      }
    }
  }

  std::uint32_t term() {
    const Token token = current();
    switch (token.kind) {
      case TokenKind::text:
        return literal(Value::text(program_.arena.copy(token.text)));
      case TokenKind::number:
        return number();
      case TokenKind::date_time:
        return date_time();
      case TokenKind::variable:
        return variable();
      case TokenKind::symbol:
        break;
      case TokenKind::identifier:
        if (token.text == "true" || token.text == "false")
          return literal(Value::boolean(token.text == "true"));
        return invocation(Op::none);
      case TokenKind::delimited:
      case TokenKind::special:
        return invocation(Op::none);
      case TokenKind::end:
        unexpected();
    }
    if (take_symbol("(")) {
      const std::uint32_t inner = expression(0);
      expect(")");
      return inner;
    }
    if (!take_symbol("{")) unexpected();
    expect("}");
    return push(Op{}, token.begin);
  }

  std::uint32_t literal(Value value) {
    Op op;
    op.kind = Kind::literal;
    op.literal = value;
    const std::uint32_t at = current().begin;
    ++at_;
    return push(std::move(op), at);
  }

  std::uint32_t number() {
    const Token token = current();
    const auto value = Decimal::parse(token.text);
    if (!value) refuse("CH-PATH-011", token.begin);
    const Token& next = ahead();
    const bool word = next.kind == TokenKind::identifier && calendar_unit(next.text).has_value();
    if (word || next.kind == TokenKind::text) {
      std::string_view unit = next.text;
      if (word && unit.ends_with('s')) unit.remove_suffix(1);
      const Quantity quantity{*value, program_.arena.copy(unit), word};
      const std::uint32_t op = literal(Value::quantity(quantity, program_.arena));
      ++at_;
      return op;
    }
    if (token.text.find('.') != token.text.npos)
      return literal(Value::decimal(*value, program_.arena));
    const auto whole = value->to_integer();
    if (!whole) refuse("CH-PATH-011", token.begin);
    return literal(Value::integer(*whole));
  }

  std::uint32_t date_time() {
    const Token token = current();
    const std::string_view text = token.text;
    const bool time = text.starts_with('T');
    const auto value = time                          ? Temporal::parse_time(text)
                       : text.find('T') == text.npos ? Temporal::parse_date(text)
                                                     : Temporal::parse_date_time(text);
    if (!value) refuse("CH-PATH-005", token.begin);
    return literal(Value::temporal(*value, program_.arena));
  }

  std::uint32_t variable() {
    const Token token = current();
    ++at_;
    Op op;
    if (token.text == "context" || token.text == "resource" || token.text == "rootResource") {
      op.kind = Kind::context;
      return push(std::move(op), token.begin);
    }
    static constexpr std::array<std::array<std::string_view, 2>, 3> systems{
        {{"ucum", "http://unitsofmeasure.org"},
         {"sct", "http://snomed.info/sct"},
         {"loinc", "http://loinc.org"}}};
    op.kind = Kind::variable;
    op.slot = scope_.find(token.text);
    if (op.slot == Scope::npos) {
      for (const auto& [name, url] : systems)
        if (token.text == name) return known_text(std::string(url), token.begin);
      // FHIR's own: %`ext-x` and %`vs-x` are canonical addresses (FHIR R4, FHIRPath §2.9.1).
      if (token.text.starts_with("ext-"))
        return known_text("http://hl7.org/fhir/StructureDefinition/" + token.text.substr(4),
                          token.begin);
      if (token.text.starts_with("vs-"))
        return known_text("http://hl7.org/fhir/ValueSet/" + token.text.substr(3), token.begin);
      std::vector<std::string> names;
      for (const std::string_view name : scope_.names()) names.push_back("%" + std::string(name));
      const std::vector<std::string_view> marked(names.begin(), names.end());
      refuse("CH-PATH-012", token.begin,
             {{"name", base::printable(token.text)}, base::suggestion("%" + token.text, marked)});
    }
    program_.variables.insert(op.slot);
    return push(std::move(op), token.begin);
  }

  std::uint32_t known_text(const std::string& text, std::uint32_t at) {
    Op op;
    op.kind = Kind::literal;
    op.literal = Value::text(program_.arena.copy(text));
    return push(std::move(op), at);
  }

  /// A member, a call, or $this, $index, $total; after a dot when `left` is there.
  std::uint32_t invocation(std::uint32_t left) {
    const Token token = current();
    Op op;
    op.left = left;
    if (token.kind == TokenKind::special) {
      ++at_;
      op.kind = token.text == "this"    ? Kind::self
                : token.text == "index" ? Kind::index
                                        : Kind::total;
      if (left != Op::none) refuse("CH-PATH-008", token.begin, {{"what", "$" + token.text}});
      return push(std::move(op), token.begin);
    }
    const bool bare = token.kind == TokenKind::identifier;
    if (!bare && token.kind != TokenKind::delimited) unexpected();
    ++at_;
    if (at_symbol("(")) return call(std::move(op), token);
    if (bare && is_reserved(token.text) && left == Op::none) {
      --at_;
      unexpected();
    }
    if (bare && may_be_name(token.text) && left == Op::none && lonely_operator()) {
      --at_;
      unexpected();
    }
    if (left == Op::none && scope_.strict() && criteria_ == 0)
      refuse("CH-PATH-013", token.begin, {{"name", base::printable(token.text)}});
    op.kind = Kind::member;
    op.name = program_.arena.copy(token.text);
    op.slot = scope_.add_member();
    program_.members.emplace(token.text);
    return push(std::move(op), token.begin);
  }

  /// `in x`, `is x`: an operator without a left side, not a member of that name.
  bool lonely_operator() const {
    return current().kind == TokenKind::identifier || current().kind == TokenKind::delimited ||
           current().kind == TokenKind::text || current().kind == TokenKind::number;
  }

  std::uint32_t call(Op op, const Token& name) {
    op.kind = Kind::call;
    op.function = find_function(name.text);
    if (op.function == nullptr)
      refuse("CH-PATH-014", name.begin,
             {{"name", base::printable(name.text)}, base::suggestion(name.text, function_names())});
    if (op.function->clock && !scope_.clock())
      refuse("CH-PATH-023", name.begin, {{"name", name.text}});
    expect("(");
    std::vector<std::uint32_t> arguments;
    std::uint32_t deepest = 0;
    const std::uint32_t first_at = current().begin;
    if (op.function->first == First::type && !at_symbol(")")) {
      op.type = type_name();
      expect(")");
    } else if (!take_symbol(")")) {
      // Inside a criterion a bare path reads an item, not the resource: strict mode allows it
      // there.
      const bool criterion = op.function->criterion;
      criteria_ += criterion ? 1 : 0;
      do {
        if (op.function->first == First::sort) begin_key(op, arguments.size());
        arguments.push_back(expression(0));
        if (op.function->first == First::sort) end_key(op, arguments.size() - 1);
        deepest = std::max(deepest, depth_of(arguments.back()));
      } while (take_symbol(","));
      criteria_ -= criterion ? 1 : 0;
      expect(")");
    }
    const std::size_t given = op.type.name.empty() ? arguments.size() : 1;
    if (given < op.function->least || given > op.function->most)
      refuse("CH-PATH-015", name.begin,
             {{"name", name.text},
              {"least", std::to_string(op.function->least)},
              {"most", std::to_string(op.function->most)},
              {"given", std::to_string(given)}});
    op.first_argument = static_cast<std::uint32_t>(program_.arguments.size());
    op.argument_count = static_cast<std::uint32_t>(arguments.size());
    program_.arguments.insert(program_.arguments.end(), arguments.begin(), arguments.end());
    prepare(op, arguments, first_at);
    return push(std::move(op), name.begin, deepest);
  }

  /// What can be known about the first argument before any input is seen.
  void prepare(Op& op, const std::vector<std::uint32_t>& arguments, std::uint32_t at) {
    if (arguments.empty()) return;
    const Op& first = program_.ops[arguments.front()];
    const bool constant = first.kind == Kind::literal && first.literal.is(Type::text);
    const std::string_view text = constant ? first.literal.chars() : std::string_view{};
    switch (op.function->first) {
      case First::plain:
      case First::type:
      case First::sort:
        return;
      case First::variable:
        if (!constant || text.empty()) refuse("CH-PATH-025", at);
        if (scope_.find(text) != Scope::npos)
          refuse("CH-PATH-024", at, {{"name", base::printable(text)}});
        op.slot = scope_.declare(std::string(text));
        return;
      case First::regex:
        if (!constant) return;
        op.regex = Regex::compile(text);
        if (!op.regex) refuse("CH-PATH-016", at);
        return;
      case First::date_format:
        if (constant && !DateFormat::parse(text))
          refuse("CH-PATH-017", at, {{"format", base::printable(text)}});
        return;
      case First::sentence:
        if (!constant || text.empty()) refuse("CH-PATH-029", at);
        return;
      case First::table:
        break;
    }
    if (!constant) refuse("CH-PATH-018", at);
    op.table = scope_.table(text);
    if (!op.table)
      refuse("CH-PATH-019", at,
             {{"name", base::printable(text)}, base::suggestion(text, scope_.table_names())});
    program_.tables.emplace(text);
  }

  /// A key of sort(): `-key`, or `key desc`, goes down. Op::slot has a bit for each that does.
  void begin_key(Op& op, std::size_t number) {
    if (number >= most_keys)
      refuse("CH-PATH-015", current().begin,
             {{"name", "sort"},
              {"least", "0"},
              {"most", std::to_string(most_keys)},
              {"given", std::to_string(number + 1)}});
    if (take_symbol("-")) op.slot |= 1U << number;
  }
  void end_key(Op& op, std::size_t number) {
    if (at_word("asc")) ++at_;
    if (!at_word("desc")) return;
    ++at_;
    op.slot |= 1U << number;
  }

  TypeName type_name() {
    std::string name;
    const std::uint32_t at = current().begin;
    do {
      if (current().kind != TokenKind::identifier && current().kind != TokenKind::delimited)
        unexpected();
      name += (name.empty() ? "" : ".") + current().text;
      ++at_;
    } while (take_symbol("."));
    const auto found = fhirpath::type_name(program_.arena.copy(name), scope_.model());
    if (!found) refuse("CH-PATH-020", at, {{"name", base::printable(name)}});
    return *found;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Scope& scope_;
  const Locate& locate_;
  Program& program_;
  std::vector<std::uint32_t> depths_;
  int nesting_ = 0;
  int criteria_ = 0;
};

}  // namespace

tl::expected<std::shared_ptr<Program>, Mistake> parse(std::string_view text, Scope& scope,
                                                      const Locate& locate) {
  if (text.size() > most_bytes)
    return tl::unexpected(Mistake{"CH-PATH-001", 0, {{"limit", std::to_string(most_bytes)}}});
  auto tokens = lex(text);
  if (!tokens) return tl::unexpected(std::move(tokens.error()));
  auto program = std::make_shared<Program>();
  program->text = text;
  program->place = locate(0);
  try {
    Parser(std::move(*tokens), scope, locate, *program).run();
  } catch (Mistake& mistake) {
    return tl::unexpected(std::move(mistake));
  }
  return program;
}

}  // namespace charmille::fhirpath
