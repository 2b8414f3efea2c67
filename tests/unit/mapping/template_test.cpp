// One case for each rule of FPML.
#include <doctest/doctest.h>

#include "tests/unit/mapping/mappings.h"

using charmille::mapping::testing::run;
using charmille::mapping::testing::wrong;

namespace {

constexpr std::string_view input =
    R"({"a": "x", "n": 10.50, "t": true, "list": [1, 2, 3], "none": null,
  "rows": [{"id": 1, "k": "u"}, {"id": 2}, {"id": 3, "k": "w"}], "deep": {"in": {}, "out": "y"}})";

struct Case {
  std::string_view body;
  std::string_view result;
};

template <std::size_t n>
void check(const Case (&cases)[n]) {
  for (const Case& c : cases) {
    CAPTURE(c.body);
    CHECK(run(c.body, input) == c.result);
  }
}

}  // namespace

TEST_CASE("values: literals, first item, whole list, kept nulls, concatenation") {
  check({{"  {a: 1.0, b: true, c: null, d: text}", R"({"a":1.0,"b":true,"c":null,"d":"text"})"},
         {"  v: '{{ list }}'", R"({"v":1})"},
         {"  v: '{{ n }}'", R"({"v":10.50})"},
         {"  v: '{{ t }}'", R"({"v":true})"},
         {"  v: '{{ deep }}'", R"({"v":{"out":"y"}})"},
         {"  v: '{[ list ]}'", R"({"v":[1,2,3]})"},
         {"  v: '{[ nowhere ]}'", "null"},
         {"  {v: '{{ nowhere }}', w: 1}", R"({"w":1})"},
         {"  v: '{{+ nowhere +}}'", R"({"v":null})"},
         {"  v: ['{{+ nowhere +}}', '{{ nowhere }}', 1]", R"({"v":[null,1]})"},
         {"  v: 'a={{ a }} n={{ n }} l={{ list }}'", R"({"v":"a=x n=10.50 l=1"})"},
         {"  {v: 'a={{ a }} {{ nowhere }}', w: 1}", R"({"w":1})"},
         {"  v: 'a={{+ nowhere +}}'", R"({"v":null})"},
         {"  v: '{{a}}{{n}}'", R"({"v":"x10.50"})"},
         {"  v: \"{{\\n a\\n }}\"", R"({"v":"x"})"},
         {"  v: |\n    {{ a }}\n", R"({"v":"x"})"},
         {"  v: \"{{ '}}' & a & `a` }}\"", R"({"v":"}}xx"})"},
         {"  v: '{{ iif(a = {}, 1, 2) }}'", R"({"v":2})"},
         {"  '{{ a }}'", R"("x")"},
         {"  v: '@2014'", R"({"v":"@2014"})"}});
}

TEST_CASE("cleaning goes all the way up, and keeps written nulls") {
  check({{"  {a: {b: {c: '{{ nowhere }}'}}, d: 1}", R"({"d":1})"},
         {"  {a: ['{{ nowhere }}', {b: '{{ nowhere }}'}], d: 1}", R"({"d":1})"},
         {"  a: {b: '{{ nowhere }}'}", "null"},
         {"  {a: {}, b: [], c: ''}", R"({"c":""})"},
         {"  {a: null}", R"({"a":null})"},
         {"  a: [1, [2, [3]], '{[ list ]}']", R"({"a":[1,2,3,1,2,3]})"}});
}

TEST_CASE("context blocks run once for each item, which bare paths then read") {
  check({{"  v:\n    '{{ rows }}': {i: '{{ id }}', a: '{{ %context.a }}'}",
          R"({"v":[{"i":1,"a":"x"},{"i":2,"a":"x"},{"i":3,"a":"x"}]})"},
         {"  v:\n    '{{ rows.where(k.exists()) }}': '{{ k }}'", R"({"v":["u","w"]})"},
         {"  v:\n    '{{ nowhere }}': 1", "null"}});
}

TEST_CASE("assign defines variables for its object and below, in order, and leaves no trace") {
  check({{"  '{% assign %}': {x: '{{ a }}'}\n  v: '{{ %x }}'", R"({"v":"x"})"},
         {"  '{% assign %}': [{x: '{{ a }}'}, {y: '{{ %x & %x }}'}]\n  v: '{{ %y }}'",
          R"({"v":"xx"})"},
         {"  '{% assign %}': {x: outer}\n  v: {'{% assign %}': {x: '{{ %x }} inner'}, w: '{{ %x "
          "}}'}\n  z: '{{ %x }}'",
          R"({"v":{"w":"outer inner"},"z":"outer"})"},
         {"  '{% assign %}': {x: {p: '{{ a }}', q: [1, 2]}}\n  v: '{{ %x.p & "
          "%x.q.count().toString() }}'",
          R"({"v":"x2"})"},
         {"  '{% assign %}': {x: '{[ list ]}'}\n  v: '{{ %x.count() }}'", R"({"v":3})"},
         {"  '{% assign %}': {x: '{{ nowhere }}'}\n  v: '{{ %x.exists() }}'", R"({"v":false})"},
         {"  '{% assign %}': {x: {'{% assign %}': {y: 4}, z: '{{ %y }}'}}\n  v: '{{ %x.z }}'",
          R"({"v":4})"}});
}

TEST_CASE("if and else replace their object, or merge into it") {
  check({{"  v: {'{% if a = ''x'' %}': yes it is, '{% else %}': no}", R"({"v":"yes it is"})"},
         {"  v: {'{% if nowhere %}': 1, '{% else %}': [2]}", R"({"v":[2]})"},
         {"  {v: {'{% if nowhere %}': 1}, w: 1}", R"({"w":1})"},
         {"  {w: 1, '{% if t %}': {v: 2}, '{% else %}': {v: 3}}", R"({"w":1,"v":2})"},
         {"  {w: 1, '{% if t.not() %}': {v: 2}, '{% else %}': {w: 3}}", R"({"w":3})"},
         {"  {w: 1, '{% if t %}': null}", R"({"w":1})"},
         {"  {w: 1, '{% if t %}': {v: '{{ nowhere }}'}}", R"({"w":1})"},
         {"  {w: 1, '{% if t %}': {'{% if a %}': {v: 2}}}", R"({"w":1,"v":2})"},
         {"  {'{% assign %}': {x: 5}, '{% if t %}': '{{ %x }}'}", "5"}});
}

TEST_CASE("for binds the item, and the index when it is named") {
  check(
      {{"  v: {'{% for r in rows %}': '{{ %r.id }}'}", R"({"v":[1,2,3]})"},
       {"  v: {'{% for i, r in rows %}': '{{ %i }}:{{ %r.k }}'}", R"({"v":["0:u","2:w"]})"},
       {"  v: {'{% for r in rows %}': {'{% for n in list %}': '{{ %r.id * 10 + %n }}'}}",
        R"({"v":[11,12,13,21,22,23,31,32,33]})"},
       {"  v: {'{% for r in rows %}': {a: '{{ a }}'}}", R"({"v":[{"a":"x"},{"a":"x"},{"a":"x"}]})"},
       {"  v: {'{% for r in nowhere %}': 1}", "null"}});
}

TEST_CASE("merge puts objects together, later keys win, empty ones are skipped") {
  check(
      {{"  '{% merge %}': [{p: 1, q: 2}, {q: 3}, null, {z: '{{ nowhere }}'}, '{{ deep }}']",
        R"({"p":1,"q":3,"out":"y"})"},
       {"  v: {'{% merge %}': {p: 1}, q: 2}", R"({"v":{"p":1,"q":2}})"},
       {"  '{% merge %}': [{'{% if t %}': {p: 1}}, {'{% if nowhere %}': {q: 1}}]", R"({"p":1})"}});
}

TEST_CASE("a mistake in a template is found at its line and column") {
  check({{"  v: 1", R"({"v":1})"}});
  const Case cases[] = {
      {"  {'{% for r in rows %}': 1, b: 2}", "CH-MAP-014 1:4"},
      {"  {'{{ rows }}': 1, b: 2}", "CH-MAP-014 1:4"},
      {"  {'{% if a %}': {}, '{% if b %}': {}}", "CH-MAP-012 1:22"},
      {"  {'{% else %}': 1, '{%else%}': 2, '{% if a %}': 3}", "CH-MAP-012 1:21"},
      {"  v: {'{% else %}': 1}", "CH-MAP-013 1:7"},
      {"  '{% merge %}': [text]", "CH-MAP-015 1:19"},
      {"  '{% merge %}': 3", "CH-MAP-015 1:18"},
      {"  v: '{{ a + }}'", "CH-PATH-007 1:13"},
      {"  v: text {{ a b }} text", "CH-PATH-008 1:16"},
      {"  v: \"\\u00e9\\\"{{ a b }}\"", "CH-PATH-008 1:20"},
      {"  v: 'it''s {{ a b }}'", "CH-PATH-008 1:18"},
      {"  v: |\n    one\n    {{ a b }} two", "CH-PATH-008 3:10"},
      {"  v: >-\n    one\n    {{ a b }} two", "CH-PATH-008 3:10"},
      {"  v: \"one\n    {{ a\n    b }}\"", "CH-PATH-008 3:5"},
      {"  '{{ a b }}': 1", "CH-PATH-008 1:9"},
      {"  '{% if a b %}': 1", "CH-PATH-008 1:12"},
      {"  '{% for x in a b %}': 1", "CH-PATH-008 1:18"},
      {"  '{% while a %}': 1", "CH-MAP-011 1:3"},
      {"  '{% for x of a %}': 1", "CH-MAP-011 1:3"},
      {"  '{% assign %}': {x: 1, y: 2}", "CH-MAP-016 1:19"},
      {"  '{% assign %}': 3", "CH-MAP-016 1:19"},
      {"  '{% assign %}': [{x: 1}, 3]", "CH-MAP-016 1:28"},
      {"  v: '{{ a '", "CH-MAP-017 1:7"},
      {"  v: '{[ a ]} and more'", "CH-MAP-018 1:7"},
      {"  v: 'x {% if a %}'", "CH-MAP-019 1:9"},
      {"  {v: '{{ %nope }}', w: '{{ a b }}'}", "CH-PATH-012 1:11; CH-PATH-008 1:31"},
      {"  {v: {'{% for x in list %}': '{{ %x }}'}, w: '{{ %x }}'}", "CH-PATH-012 1:51"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    CHECK(wrong(c.body) == c.result);
  }
}

TEST_CASE("what goes wrong at run time names the source cell; every failing field is told") {
  CHECK(run("  {v: '{{ a + 1 }}', w: '{{ list & a }}', x: '{{ a }}'}",
            R"({"a": "x", "list": [1, 2]})") == "CH-PATH-032 1:7; CH-PATH-030 1:21");
  CHECK(run("  v: 'text {{ deep }}'", R"({"deep": {"a": 1}})") == "CH-MAP-030 1:10");
  CHECK(run("  {w: 1, '{% if a %}': '{{ a }}'}", R"({"a": "x"})") == "CH-MAP-031 1:7");
  CHECK(run("  v: {'{% if list %}': 1}", R"({"list": [1, 2]})") == "CH-MAP-032 1:11");
}
