#include "gateway/config/yaml.h"

#include <string>

#include <doctest/doctest.h>

#include "gateway/base/catalogue.h"

using namespace charmille;
using config::read_yaml;

namespace {

struct At {
  std::uint32_t line;
  std::uint32_t column;
  bool operator==(const At&) const = default;
};

At at(tree::Origin origin) {
  return {origin.line, origin.column};
}

tree::Document good(std::string_view text) {
  auto document = read_yaml(text, "t.yaml");
  REQUIRE_MESSAGE(document.has_value(), base::describe(document.error(), base::Language::en));
  return std::move(*document);
}

Fault bad(std::string_view text) {
  const auto document = read_yaml(text, "t.yaml");
  REQUIRE_FALSE(document.has_value());
  CHECK(document.error().place.file == "t.yaml");
  CHECK(base::find_entry(document.error().code) != nullptr);
  return document.error();
}

}  // namespace

TEST_CASE("values and keys keep their line and column") {
  const auto d = good("a:\n  b: [1, été]\n  'c' : x\n");
  const auto& b = *d.root().find("a")->find("b");
  CHECK(at(d.root().origin()) == At{1, 1});
  CHECK(at(d.key_origin(d.root(), 0)) == At{1, 1});
  CHECK(at(b.origin()) == At{2, 6});
  CHECK(at(b.items()[1].origin()) == At{2, 10});
  CHECK(at(d.key_origin(*d.root().find("a"), 1)) == At{3, 3});
  CHECK(d.place_of(b.origin()).file == "t.yaml");
}

TEST_CASE("columns count characters, not bytes") {
  const auto d = good("{été: {à: ç}, b: 2}\n");
  CHECK(at(d.key_origin(d.root(), 1)) == At{1, 15});
}

TEST_CASE("an empty value stands where its key stands") {
  const auto d = good("a:\nb: 1\n");
  CHECK(d.root().find("a")->is(tree::Kind::null));
  CHECK(at(d.root().find("a")->origin()) == At{1, 1});
}

TEST_CASE("plain scalars are typed, quoted ones and codes stay text") {
  const auto d = good(
      "{n: 10.50, i: -3, e: 1e3, t: true, f: FALSE, z: ~, zero: 06, date: 2026-06-30, plus: +5, "
      "hex: 0x1F, q: \"12\", "
      "s: 'true', tagged: !!str 7, inf: .inf, time: 06:00, version: 1.2.250, empty: ''}");
  const auto kind = [&](std::string_view name) { return d.root().find(name)->kind(); };
  CHECK(kind("n") == tree::Kind::number);
  CHECK(d.root().find("n")->chars() == "10.50");
  CHECK(kind("i") == tree::Kind::number);
  CHECK(kind("e") == tree::Kind::number);
  CHECK(kind("t") == tree::Kind::boolean);
  CHECK(d.root().find("t")->boolean_value());
  CHECK(kind("f") == tree::Kind::boolean);
  CHECK(kind("z") == tree::Kind::null);
  for (const auto* name :
       {"zero", "date", "plus", "hex", "q", "s", "tagged", "inf", "time", "version", "empty"})
    CHECK_MESSAGE(kind(name) == tree::Kind::text, name);
  CHECK(d.root().find("zero")->chars() == "06");
}

TEST_CASE("keys are text as they are written") {
  const auto d = good("99: a\ntrue: b\n");
  CHECK(d.root().key(0) == "99");
  CHECK(d.root().key(1) == "true");
}

TEST_CASE("block scalars keep their lines") {
  const auto d = good("a: |\n  un\n  deux\nb: >\n  un\n  deux\n");
  CHECK(d.root().find("a")->chars() == "un\ndeux\n");
  CHECK(d.root().find("b")->chars() == "un deux\n");
}

TEST_CASE("an alias repeats the value of its anchor") {
  const auto d = good("a: &x {p: 1}\nb: *x\nc: [*x, *x]\n");
  CHECK(tree::equal(*d.root().find("a"), *d.root().find("b")));
  CHECK(d.root().find("c")->items().size() == 2);
}

TEST_CASE("a duplicate key is refused with both positions") {
  const auto f = bad("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n");
  CHECK(f.code == "CH-CFG-006");
  CHECK(At{f.place.line, f.place.column} == At{5, 3});
  CHECK(f.args == base::Args{{"key", "c"}, {"line", "3"}, {"column", "3"}});
}

TEST_CASE("tags are refused unless they are core tags that fit") {
  CHECK(bad("a: !secret x\n").code == "CH-CFG-007");
  CHECK(bad("a: !!int douze\n").code == "CH-CFG-007");
  CHECK(bad("a: !!python/object x\n").code == "CH-CFG-007");
  CHECK(bad("a: !!seq {b: 1}\n").code == "CH-CFG-007");
}

TEST_CASE("an exponential tower of aliases is refused") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) text += below + ", ";
    text += below + "]\n";
  }
  CHECK(bad(text).code == "CH-CFG-010");
}

TEST_CASE("an alias inside its own anchor is refused") {
  CHECK(bad("a: &x [1, *x]\n").code == "CH-CFG-008");
}
TEST_CASE("an alias without anchor is refused") {
  CHECK(bad("a: *x\n").code == "CH-CFG-008");
}

TEST_CASE("deep nesting is refused, in flow and in block style") {
  CHECK(bad(std::string(101, '[') + std::string(101, ']')).code == "CH-CFG-009");
  std::string block;
  for (std::size_t i = 0; i < 101; ++i) block += std::string(i, ' ') + "a:\n";
  CHECK(bad(block + std::string(101, ' ') + "b: 1\n").code == "CH-CFG-009");
  CHECK(bad(std::string(100'000, '[')).code == "CH-CFG-009");
}

TEST_CASE("syntax faults have a position and a code of their own") {
  const auto tab = bad("a:\n\tb: 1\n");
  CHECK(tab.place.line == 2);
  const auto quote = bad("a: 1\nb: \"x\nc: 2\n");
  CHECK(quote.code == "CH-CFG-003");
  CHECK(At{quote.place.line, quote.place.column} == At{2, 4});
  CHECK(bad("a: 'x").code == "CH-CFG-003");
  const auto colon = bad("a: b: c\n");
  CHECK(colon.code == "CH-CFG-004");
  CHECK(At{colon.place.line, colon.place.column} == At{1, 5});
  CHECK(bad("a: [1, 2\nb: 3\n").place.line > 0);
  const auto open = bad("b: 1\na: {c: 1,\n  d: 2\n");
  CHECK(open.code == "CH-CFG-005");
  CHECK(base::text_of(open, base::Language::fr).find("ligne 2") != std::string::npos);
}

TEST_CASE("what is not UTF-8 text is refused with its line") {
  const auto f = bad("a: 1\nb: \xE9t\xE9\n");
  CHECK(f.code == "CH-CFG-012");
  CHECK(f.place.line == 2);
  CHECK(bad(std::string_view("a: \0b\n", 6)).code == "CH-CFG-012");
  CHECK(bad("a: 1\x04\nb: 2\n").code == "CH-CFG-012");
}

TEST_CASE("a key that is no text and a second document are refused") {
  CHECK(bad("[1, 2]: x\n").code == "CH-CFG-013");
  CHECK(bad("{a: 1}: x\n").code == "CH-CFG-013");
  CHECK(bad("a: 1\n---\nb: 2\n").code == "CH-CFG-014");
}

TEST_CASE("an empty file is null, a BOM is no content") {
  CHECK(good("").root().is(tree::Kind::null));
  CHECK(good("# rien\n").root().is(tree::Kind::null));
  CHECK(at(good("\xEF\xBB\xBF"
                "a: 1\n")
               .root()
               .find("a")
               ->origin()) == At{1, 4});
}

TEST_CASE("a file that cannot be read is a fault with its shown name") {
  const auto f = config::read_yaml_file("/nonexistent/x.yaml", "conf/x.yaml");
  REQUIRE_FALSE(f.has_value());
  CHECK(f.error().code == "CH-CFG-015");
  CHECK(f.error().place.file == "conf/x.yaml");
}
