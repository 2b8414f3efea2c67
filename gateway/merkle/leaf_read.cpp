// Bytes to leaves, for the follower, the queries and the verifier. Written loosely on purpose: what
// was read is written again and must give the same bytes, so that an unknown member, another order
// or another spelling is found there.
#include <algorithm>
#include <array>
#include <cstddef>

#include <rapidjson/document.h>

#include "gateway/base/bytes.h"
#include "gateway/merkle/leaf.h"
#include "gateway/merkle/leaf_names.h"

namespace charmille::merkle {
namespace {

using Json = rapidjson::Value;

/// The members of one object; a member that is absent or of another type leaves its target as it
/// was.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  const Json* find(const char* name) const {
    const auto at = object_.FindMember(name);
    return at == object_.MemberEnd() ? nullptr : &at->value;
  }
  std::string_view view(const char* name) const {
    const Json* value = find(name);
    return value && value->IsString()
               ? std::string_view(value->GetString(), value->GetStringLength())
               : "";
  }
  void text(const char* name, std::string& to) const { to = view(name); }
  template <class T>
  void number(const char* name, T& to) const {
    if (const Json* value = find(name); value && value->IsUint64())
      to = static_cast<T>(value->GetUint64());
  }
  template <class T>
  void number(const char* name, std::optional<T>& to) const {
    if (const Json* value = find(name); value && value->IsUint64())
      to = static_cast<T>(value->GetUint64());
  }
  template <std::size_t N>
  void hex(const char* name, std::optional<std::array<std::uint8_t, N>>& to) const {
    to = bytes_from<N>(view(name));
  }
  void uuid(const char* name, std::optional<base::Uuid>& to) const {
    to = base::Uuid::parse(view(name));
  }
  void texts(const char* name, std::vector<std::string>& to) const {
    if (const Json* value = find(name)) to = texts_from(*value);
  }
  /// The value whose name stands in `names`; nothing for another.
  template <class Enum, std::size_t N>
  std::optional<Enum> choice(const char* name, const std::string_view (&names)[N]) const {
    const auto* at = std::ranges::find(names, view(name));
    if (at == std::end(names)) return {};
    return static_cast<Enum>(at - names);
  }
  std::optional<Members> object(const char* name) const {
    const Json* value = find(name);
    if (!value || !value->IsObject()) return {};
    return Members(*value);
  }
  const Json& json() const { return object_; }

  template <std::size_t N>
  static std::optional<std::array<std::uint8_t, N>> bytes_from(std::string_view hex) {
    const auto raw = hex.size() == 2 * N ? base::from_hex(hex) : std::nullopt;
    if (!raw) return {};
    std::array<std::uint8_t, N> bytes;
    std::ranges::copy(base::as_bytes(*raw), bytes.begin());
    return bytes;
  }
  static std::vector<std::string> texts_from(const Json& value) {
    std::vector<std::string> texts;
    if (!value.IsArray()) return texts;
    for (const Json& item : value.GetArray())
      if (item.IsString()) texts.emplace_back(item.GetString(), item.GetStringLength());
    return texts;
  }

 private:
  const Json& object_;
};

Agent read_agent(const Members& m) {
  Agent agent;
  m.text("assertion", agent.assertion);
  m.text("authn", agent.authn);
  m.text("id", agent.id);
  m.text("kind", agent.kind);
  m.text("org", agent.org);
  m.text("role", agent.role);
  return agent;
}

Peer read_peer(const Members& m) {
  Peer peer;
  m.text("ip", peer.ip);
  m.text("name", peer.name);
  m.number("port", peer.port);
  if (const auto tls = m.object("tls")) {
    peer.tls.emplace();
    tls->hex("cert_sha256", peer.tls->cert_sha256);
    tls->text("suite", peer.tls->suite);
    tls->text("version", peer.tls->version);
  }
  return peer;
}

Object read_object(const Members& m) {
  Object object;
  m.text("class", object.kind);
  m.hex("id_tag", object.id_tag);
  m.text("mime", object.mime);
  m.hex("sha256_in", object.sha256_in);
  m.hex("sha256_out", object.sha256_out);
  m.number("size", object.size);
  m.text("type", object.type);
  return object;
}

MapUsed read_map(const Members& m) {
  MapUsed map;
  m.hex("config_sha256", map.config_sha256);
  m.text("name", map.name);
  m.text("version", map.version);
  m.number("warnings", map.warnings);
  return map;
}

SubjectList read_subjects(const Members& m) {
  SubjectList list;
  m.number("epoch", list.epoch);
  m.text("policy", list.policy);
  m.texts("sent", list.sent);
  m.texts("withheld", list.withheld);
  std::vector<std::string> tags;
  m.texts("tags", tags);
  for (const std::string& tag : tags)
    list.tags.push_back(Members::bytes_from<16>(tag).value_or(crypto::Tag{}));
  return list;
}

void read_detail(const Members& m, Leaf& leaf) {
  for (const auto& member : m.json().GetObject()) {
    const auto key = detail_of({member.name.GetString(), member.name.GetStringLength()});
    if (!key) continue;
    const Json& value = member.value;
    if (value.IsInt64()) {
      leaf.detail.emplace_back(*key, value.GetInt64());
    } else if (value.IsString()) {
      leaf.detail.emplace_back(*key, std::string(value.GetString(), value.GetStringLength()));
    } else {
      leaf.detail.emplace_back(*key, Members::texts_from(value));
    }
  }
}

void read_head(const Members& m, Leaf& leaf) {
  m.number("seq", leaf.seq);
  m.text("log", leaf.log);
  leaf.id = base::Uuid::parse(m.view("id")).value_or(base::Uuid{});
  if (const auto time = base::parse_rfc3339(m.view("ts"))) leaf.ts = *time;
  m.number("mono_us", leaf.mono_us);
  leaf.boot = base::Uuid::parse(m.view("boot")).value_or(base::Uuid{});
  leaf.clock = m.choice<ClockState>("clock", clock_names).value_or(ClockState::unsynced);
  m.text("node", leaf.node);
  leaf.act = m.choice<Act>("act", act_names).value_or(Act::execute);
  std::uint64_t out = 0;
  m.number("out", out);
  // Another number is not an outcome: left at 0, it is found when the leaf is written again.
  if (out == 4 || out == 8 || out == 12) leaf.out = static_cast<Outcome>(out);
}

void read_body(const Members& m, Leaf& leaf) {
  if (const auto error = m.object("err")) {
    leaf.err.emplace();
    error->text("code", leaf.err->code);
    leaf.err->kind =
        error->choice<FailureClass>("class", failure_names).value_or(FailureClass::permanent);
  }
  m.uuid("xch", leaf.xch);
  m.uuid("flow", leaf.flow);
  m.uuid("cause", leaf.cause);
  m.texts("corr", leaf.corr);
  m.number("attempt", leaf.attempt);
  leaf.dir = m.choice<Direction>("dir", direction_names);
  m.text("chan", leaf.chan);
  if (const auto agent = m.object("agent")) leaf.agent = read_agent(*agent);
  if (const auto peer = m.object("peer")) leaf.peer = read_peer(*peer);
  if (const auto subject = m.object("subj")) {
    leaf.subj.emplace();
    subject->number("epoch", leaf.subj->epoch);
    leaf.subj->tag = Members::bytes_from<16>(subject->view("tag")).value_or(crypto::Tag{});
  }
  if (const Json* objects = m.find("obj"); objects && objects->IsArray())
    for (const Json& object : objects->GetArray())
      if (object.IsObject()) leaf.obj.push_back(read_object(Members(object)));
  if (const auto map = m.object("map")) leaf.map = read_map(*map);
  m.text("purpose", leaf.purpose);
  m.text("basis", leaf.basis);
  m.hex("cfg", leaf.cfg);
  m.text("ret", leaf.ret);
  const auto detail = m.object("detail");
  if (detail && leaf.ev == Event::exchange_subjects) {
    leaf.subjects = read_subjects(*detail);
  } else if (detail) {
    read_detail(*detail, leaf);
  }
}

}  // namespace

Result<Leaf> parse_leaf(std::string_view bytes) {
  if (bytes.size() > leaf_limit) return fail("CH-LEAF-002");
  // A usual leaf fits the stack. Iterative: nesting of any depth must not use up the stack.
  alignas(std::max_align_t) std::array<char, 16 * 1024> memory;
  rapidjson::MemoryPoolAllocator<> pool(memory.data(), memory.size());
  rapidjson::Document json(&pool);
  json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(bytes.data(),
                                                                                     bytes.size());
  if (json.HasParseError() || !json.IsObject()) return fail("CH-LEAF-002");
  const Members members(json);
  std::uint64_t version = 0;
  members.number("v", version);
  if (version == 0) return fail("CH-LEAF-002");
  if (version != 1) return fail("CH-LEAF-003", {}, {{"version", std::to_string(version)}});
  const auto event = event_of(members.view("ev"));
  if (!event) return fail("CH-LEAF-002");
  Leaf leaf;
  leaf.ev = *event;
  read_head(members, leaf);
  read_body(members, leaf);
  const auto again = to_canonical_json(leaf);
  if (!again || *again != bytes) return fail("CH-LEAF-002");
  return leaf;
}

}  // namespace charmille::merkle
