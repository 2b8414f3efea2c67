#include "gateway/merkle/leaf.h"

#include <algorithm>
#include <limits>
#include <set>

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include "gateway/base/bytes.h"

using namespace charmille;
using namespace charmille::merkle;

namespace {

base::Uuid uuid(int n) {
  return *base::Uuid::parse("01900000-0000-7000-8000-00000000000" + std::to_string(n));
}

Leaf small_leaf() {
  Leaf leaf;
  leaf.seq = 41;
  leaf.log = "gw.test/audit";
  leaf.id = uuid(1);
  leaf.ts = base::from_micros(1'780'000'000'000'001);
  leaf.mono_us = 123456;
  leaf.boot = uuid(2);
  leaf.clock = ClockState::synced;
  leaf.node = "a";
  leaf.ev = Event::exchange_received;
  leaf.act = Act::create;
  return leaf;
}

Leaf full_leaf() {
  Leaf leaf = small_leaf();
  leaf.out = Outcome::minor;
  leaf.err = LeafError{"CH-CSV-004", FailureClass::permanent};
  leaf.xch = uuid(3);
  leaf.flow = uuid(4);
  leaf.cause = uuid(5);
  leaf.corr = {"<a@b>", "x\"y"};
  leaf.attempt = 2;
  leaf.dir = Direction::in;
  leaf.chan = "http";
  leaf.agent = Agent{"partner", "CN=eo", "mtls", "source", "asso", "_42"};
  leaf.peer = Peer{"eo", "192.0.2.1", std::uint16_t{4433},
                   PeerTls{"TLSv1.3", "TLS_AES_256_GCM_SHA384", crypto::sha256("c")}};
  leaf.subj = Subject{{1, 2, 3}, 2026};
  leaf.obj = {Object{"payload", crypto::Tag{9}, "export", "text/csv", 760, crypto::sha256("in"),
                     crypto::sha256("out")}};
  leaf.map = MapUsed{"eo/enfants", "3", crypto::sha256("m"), 0};
  leaf.purpose = "TREAT";
  leaf.basis = "CASF L.221-4";
  leaf.cfg = crypto::sha256("cfg");
  leaf.ret = "exchange";
  leaf.detail = {{DetailKey::rules, std::vector<std::string>{"CH-CSV-004", "CH-CSV-009"}},
                 {DetailKey::count, std::int64_t{12}},
                 {DetailKey::endpoint, std::string("eo-drop")}};
  return leaf;
}

Leaf subjects_leaf(std::size_t count) {
  Leaf leaf = small_leaf();
  leaf.ev = Event::exchange_subjects;
  leaf.subjects =
      SubjectList{2026, {}, {"identity", "stays"}, {"health"}, "conf/policies/departement.yaml:12"};
  for (std::size_t i = 0; i < count; ++i) {
    crypto::Tag tag{};
    tag[0] = static_cast<std::uint8_t>(i);
    tag[1] = static_cast<std::uint8_t>(i >> 8);
    leaf.subjects->tags.push_back(tag);
  }
  return leaf;
}

void check_sorted(const rapidjson::Value& value) {
  if (value.IsArray())
    for (const auto& item : value.GetArray()) check_sorted(item);
  if (!value.IsObject()) return;
  std::string before;
  for (const auto& member : value.GetObject()) {
    const std::string name = member.name.GetString();
    CHECK(before < name);
    before = name;
    check_sorted(member.value);
  }
}

template <class T>
std::string_view code_of(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

}  // namespace

TEST_CASE("the bytes of a leaf are what RFC 8785 prescribes") {
  CHECK(
      to_canonical_json(small_leaf()).value() ==
      R"({"act":"C","boot":"01900000-0000-7000-8000-000000000002","clock":"synced","ev":"exchange.received",)"
      R"("id":"01900000-0000-7000-8000-000000000001","log":"gw.test/audit","mono_us":123456,"node":"a","out":0,)"
      R"("seq":41,"ts":"2026-05-28T20:26:40.000001Z","v":1})");
  const std::string full = to_canonical_json(full_leaf()).value();
  rapidjson::Document json;
  json.Parse(full.c_str());
  REQUIRE_FALSE(json.HasParseError());
  check_sorted(json);
  CHECK(json.MemberCount() == 30);
  CHECK(full.find(R"("corr":["<a@b>","x\"y"])") != std::string::npos);
  CHECK(full.find(
            R"("detail":{"count":12,"endpoint":"eo-drop","rules":["CH-CSV-004","CH-CSV-009"]})") !=
        std::string::npos);
  CHECK(full.find('\n') == std::string::npos);
}

TEST_CASE("a leaf comes back from its bytes as it was") {
  Leaf leaf = full_leaf();
  std::ranges::sort(leaf.detail, {}, [](const auto& d) { return d.first; });
  CHECK(parse_leaf(to_canonical_json(leaf).value()).value() == leaf);
  CHECK(parse_leaf(to_canonical_json(small_leaf()).value()).value() == small_leaf());
  CHECK(parse_leaf(to_canonical_json(subjects_leaf(3)).value()).value() == subjects_leaf(3));
}

TEST_CASE("every event and every detail has its own name and comes back from it") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < event_count; ++i) {
    const auto event = static_cast<Event>(i);
    CHECK(names.insert(name_of(event)).second);
    CHECK(event_of(name_of(event)) == event);
    Leaf leaf = event == Event::exchange_subjects ? subjects_leaf(1) : small_leaf();
    leaf.ev = event;
    for (std::size_t key = 0; key < detail_count; ++key)
      if (allows(event, static_cast<DetailKey>(key)))
        leaf.detail.emplace_back(static_cast<DetailKey>(key), "x");
    CHECK(parse_leaf(to_canonical_json(leaf).value()).value() == leaf);
  }
  for (std::size_t i = 0; i < detail_count; ++i) {
    const auto key = static_cast<DetailKey>(i);
    CHECK(detail_of(name_of(key)) == key);
  }
  CHECK_FALSE(event_of("exchange.unknown"));
  CHECK_FALSE(detail_of("name"));
}

TEST_CASE("a detail that is foreign to the event, or given twice, is refused") {
  Leaf leaf = small_leaf();
  leaf.detail = {{DetailKey::free_bytes, std::int64_t{1}}};
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-004");
  leaf.detail = {{DetailKey::count, std::int64_t{1}}, {DetailKey::count, std::int64_t{2}}};
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-004");
  leaf = subjects_leaf(1);
  leaf.ev = Event::exchange_received;
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-004");
  leaf = small_leaf();
  leaf.ev = Event::exchange_subjects;
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-004");
}

TEST_CASE("five hundred children fit one leaf, and no more are taken") {
  const auto leaf = to_canonical_json(subjects_leaf(500));
  REQUIRE(leaf);
  CHECK(leaf->size() < leaf_limit);
  CHECK(parse_leaf(*leaf).value() == subjects_leaf(500));
  CHECK(code_of(to_canonical_json(subjects_leaf(501))) == "CH-LEAF-006");
}

TEST_CASE(
    "what a peer sends comes out inert: one line, no control character, no bidi mark, cut at its "
    "limit") {
  const std::string hostile[] = {"a\r\nseq=1",
                                 "\x1b[31mred",
                                 "\u202Eevil",
                                 std::string("nul\0byte", 8),
                                 "bad\xff\xfeutf8",
                                 "sep\u2028line",
                                 std::string(1 << 20, 'x'),
                                 std::string(300, '\x01'),
                                 std::string(197, 'x') + "\u202E\u202E",
                                 std::string(199, 'x') + "é",
                                 "\\u{202e}\"\\"};
  for (const std::string& text : hostile) {
    Leaf leaf = small_leaf();
    leaf.corr = {text};
    const std::string bytes = to_canonical_json(leaf).value();
    CHECK(bytes.size() < 1200);
    for (const char c : bytes) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    CHECK(bytes.find("\u202E") == std::string::npos);
    CHECK(bytes.find("\u2028") == std::string::npos);
    rapidjson::Document json;
    json.Parse<rapidjson::kParseValidateEncodingFlag>(bytes.c_str());
    CHECK_FALSE(json.HasParseError());
    const auto again = parse_leaf(bytes);
    REQUIRE(again);
    CHECK(to_canonical_json(*again).value() == bytes);
  }
}

TEST_CASE("numbers that JSON cannot hold exactly are refused") {
  Leaf leaf = small_leaf();
  leaf.seq = leaf_number_limit;
  CHECK(parse_leaf(to_canonical_json(leaf).value()).value().seq == leaf_number_limit);
  leaf.seq = leaf_number_limit + 1;
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-005");
  leaf = small_leaf();
  leaf.ev = Event::clock_step;
  leaf.detail = {{DetailKey::offset_us, std::int64_t{-5'000'000}}};
  CHECK(parse_leaf(to_canonical_json(leaf).value()).value() == leaf);
  leaf.detail = {{DetailKey::offset_us, std::numeric_limits<std::int64_t>::min()}};
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-005");
}

TEST_CASE("a leaf longer than its limit is refused") {
  Leaf leaf = small_leaf();
  leaf.corr.assign(200, std::string(200, 'x'));
  CHECK(code_of(to_canonical_json(leaf)) == "CH-LEAF-001");
}

TEST_CASE("bytes that we would not have written are no leaf") {
  const std::string good = to_canonical_json(small_leaf()).value();
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
  };
  REQUIRE(parse_leaf(good));
  for (const std::string& bad : {std::string(),
                                 std::string("{}"),
                                 std::string("[1]"),
                                 good + "\n",
                                 " " + good,
                                 good + good,
                                 with("\"act\":\"C\"", "\"act\":\"X\""),
                                 with("\"out\":0", "\"out\":7"),
                                 with("\"out\":0", "\"out\":0.0"),
                                 with("\"seq\":41", "\"seq\":041"),
                                 with("\"seq\":41", "\"seq\":\"41\""),
                                 with("\"seq\":41,", ""),
                                 with("exchange.received", "exchange.unknown"),
                                 with("\"a\"", "\"\\u0061\""),
                                 with("{", "{\"aaa\":1,"),
                                 with(",\"v\":1", ",\"v\":1,\"zzz\":1"),
                                 with("{\"act\":\"C\",", "{\"act\":\"C\",\"act\":\"C\","),
                                 with("20:26:40.000001Z", "22:26:40.000001+02:00"),
                                 with("000000000002", "00000000000G"),
                                 std::string(20'000, '['),
                                 std::string(40'000, ' ')})
    CHECK_MESSAGE(code_of(parse_leaf(bad)) == "CH-LEAF-002", bad.substr(0, 300));
  CHECK(code_of(parse_leaf(with("\"v\":1", "\"v\":2"))) == "CH-LEAF-003");
}
