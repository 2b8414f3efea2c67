// Leaves to bytes, by hand: one is written for every change of state, and keys stand in the order
// of RFC 8785 as written here.
#include <algorithm>
#include <charconv>
#include <chrono>

#include "gateway/base/bytes.h"
#include "gateway/merkle/leaf.h"
#include "gateway/merkle/leaf_names.h"

namespace charmille::merkle {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

template <class Enum, std::size_t N>
std::string_view name_in(const std::string_view (&names)[N], Enum value) {
  return names[std::min(static_cast<std::size_t>(value), N - 1)];
}

bool plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// Appends JSON; remembers the first number that JSON cannot hold exactly.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void open() { out_ += '{'; }
  void close() { out_ += '}'; }
  Writer& key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    last_key_ = name;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return *this;
  }

  /// Text that is known to need no escape.
  void raw(std::string_view text) {
    out_ += '"';
    out_ += text;
    out_ += '"';
  }
  void text(std::string_view text) {
    if (text.size() <= leaf_text_limit && std::ranges::all_of(text, plain)) return raw(text);
    out_ += '"';
    std::string shown = base::printable(text, leaf_text_limit);
    // An escape may stand across the limit: cut again, so that what is read and written again is
    // the same.
    if (shown.size() > leaf_text_limit) shown = base::printable(shown, leaf_text_limit);
    // What is left needs no escape but these two.
    for (const char c : shown) {
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
    }
    out_ += '"';
  }
  void number(std::int64_t value) {
    const std::uint64_t size =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    if (size > leaf_number_limit && overflow_.empty()) overflow_ = last_key_;
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  void number(std::uint64_t value) {
    number(static_cast<std::int64_t>(std::min(value, leaf_number_limit + 1)));
  }
  void hex(std::span<const std::uint8_t> bytes) {
    out_ += '"';
    append_hex(bytes);
    out_ += '"';
  }
  void uuid(const base::Uuid& id) {
    out_ += '"';
    const std::span<const std::uint8_t> bytes(id.bytes);
    append_hex(bytes.first(4));
    for (const std::size_t at : {4U, 6U, 8U}) {
      out_ += '-';
      append_hex(bytes.subspan(at, 2));
    }
    out_ += '-';
    append_hex(bytes.subspan(10));
    out_ += '"';
  }
  void texts(const std::vector<std::string>& items) {
    list(items, [this](const std::string& item) { text(item); });
  }
  void tags(const std::vector<crypto::Tag>& items) {
    list(items, [this](const crypto::Tag& item) { hex(item); });
  }
  template <class Item, class Write>
  void list(const std::vector<Item>& items, Write write) {
    out_ += '[';
    for (const Item& item : items) {
      if (&item != items.data()) out_ += ',';
      write(item);
    }
    out_ += ']';
  }

  // Members that are left out when empty.
  void text_member(std::string_view name, std::string_view value) {
    if (!value.empty()) key(name).text(value);
  }
  template <class T>
  void number_member(std::string_view name, const std::optional<T>& value) {
    if (value) key(name).number(std::uint64_t{*value});
  }
  template <std::size_t N>
  void hex_member(std::string_view name, const std::optional<std::array<std::uint8_t, N>>& value) {
    if (value) key(name).hex(*value);
  }
  void uuid_member(std::string_view name, const std::optional<base::Uuid>& value) {
    if (value) key(name).uuid(*value);
  }

  std::string_view overflow() const { return overflow_; }

 private:
  void append_hex(std::span<const std::uint8_t> bytes) {
    char digits[64];
    std::size_t count = 0;
    for (const std::uint8_t byte : bytes) {
      digits[count++] = hex_digits[byte >> 4];
      digits[count++] = hex_digits[byte & 15];
    }
    out_.append(digits, count);
  }

  std::string& out_;
  std::string_view last_key_;
  std::string_view overflow_;
};

void write(Writer& w, const Agent& agent) {
  w.open();
  w.text_member("assertion", agent.assertion);
  w.text_member("authn", agent.authn);
  w.text_member("id", agent.id);
  w.text_member("kind", agent.kind);
  w.text_member("org", agent.org);
  w.text_member("role", agent.role);
  w.close();
}

void write(Writer& w, const Peer& peer) {
  w.open();
  w.text_member("ip", peer.ip);
  w.text_member("name", peer.name);
  w.number_member("port", peer.port);
  if (peer.tls) {
    w.key("tls").open();
    w.hex_member("cert_sha256", peer.tls->cert_sha256);
    w.text_member("suite", peer.tls->suite);
    w.text_member("version", peer.tls->version);
    w.close();
  }
  w.close();
}

void write(Writer& w, const Object& object) {
  w.open();
  w.text_member("class", object.kind);
  w.hex_member("id_tag", object.id_tag);
  w.text_member("mime", object.mime);
  w.hex_member("sha256_in", object.sha256_in);
  w.hex_member("sha256_out", object.sha256_out);
  w.number_member("size", object.size);
  w.text_member("type", object.type);
  w.close();
}

void write(Writer& w, const MapUsed& map) {
  w.open();
  w.hex_member("config_sha256", map.config_sha256);
  w.text_member("name", map.name);
  w.text_member("version", map.version);
  w.number_member("warnings", map.warnings);
  w.close();
}

void write(Writer& w, const LeafError& error) {
  w.open();
  w.key("class").raw(name_in(failure_names, error.kind));
  w.text_member("code", error.code);
  w.close();
}

void write(Writer& w, const SubjectList& list) {
  w.open();
  w.key("epoch").number(std::uint64_t{list.epoch});
  w.text_member("policy", list.policy);
  if (!list.sent.empty()) w.key("sent").texts(list.sent);
  w.key("tags").tags(list.tags);
  if (!list.withheld.empty()) w.key("withheld").texts(list.withheld);
  w.close();
}

void write(Writer& w, const DetailValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    w.number(*number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    w.text(*text);
  } else {
    w.texts(std::get<std::vector<std::string>>(value));
  }
}

void write_detail(Writer& w, const Leaf& leaf) {
  if (leaf.subjects) return write(w.key("detail"), *leaf.subjects);
  if (leaf.detail.empty()) return;
  w.key("detail").open();
  // The caller's order does not matter; a leaf has few details.
  for (std::size_t i = 0; i < detail_count; ++i)
    for (const auto& [key, value] : leaf.detail)
      if (static_cast<std::size_t>(key) == i) write(w.key(name_of(key)), value);
  w.close();
}

void write(Writer& w, const Leaf& leaf) {
  w.open();
  w.key("act").raw(name_in(act_names, leaf.act));
  if (leaf.agent) write(w.key("agent"), *leaf.agent);
  w.number_member("attempt", leaf.attempt);
  w.text_member("basis", leaf.basis);
  w.key("boot").uuid(leaf.boot);
  w.uuid_member("cause", leaf.cause);
  w.hex_member("cfg", leaf.cfg);
  w.text_member("chan", leaf.chan);
  w.key("clock").raw(name_in(clock_names, leaf.clock));
  if (!leaf.corr.empty()) w.key("corr").texts(leaf.corr);
  write_detail(w, leaf);
  if (leaf.dir) w.key("dir").raw(name_in(direction_names, *leaf.dir));
  if (leaf.err) write(w.key("err"), *leaf.err);
  w.key("ev").raw(name_of(leaf.ev));
  w.uuid_member("flow", leaf.flow);
  w.key("id").uuid(leaf.id);
  w.text_member("log", leaf.log);
  if (leaf.map) write(w.key("map"), *leaf.map);
  w.key("mono_us").number(leaf.mono_us);
  w.text_member("node", leaf.node);
  if (!leaf.obj.empty())
    w.key("obj").list(leaf.obj, [&w](const Object& object) { write(w, object); });
  w.key("out").number(std::uint64_t{static_cast<std::uint8_t>(leaf.out)});
  if (leaf.peer) write(w.key("peer"), *leaf.peer);
  w.text_member("purpose", leaf.purpose);
  w.text_member("ret", leaf.ret);
  w.key("seq").number(leaf.seq);
  if (leaf.subj) {
    w.key("subj").open();
    w.key("epoch").number(std::uint64_t{leaf.subj->epoch});
    w.key("tag").hex(leaf.subj->tag);
    w.close();
  }
  w.key("ts").raw(base::to_rfc3339(leaf.ts));
  w.key("v").number(std::uint64_t{1});
  w.uuid_member("xch", leaf.xch);
  w.close();
}

Result<void> foreign(std::string_view key, Event event) {
  return fail("CH-LEAF-004", {},
              {{"key", std::string(key)}, {"event", std::string(name_of(event))}});
}

Result<void> check_detail(const Leaf& leaf) {
  if (leaf.subjects.has_value() != (leaf.ev == Event::exchange_subjects))
    return foreign("tags", leaf.ev);
  if (leaf.subjects && leaf.subjects->tags.size() > leaf_subject_limit)
    return fail("CH-LEAF-006", {},
                {{"count", std::to_string(leaf.subjects->tags.size())},
                 {"limit", std::to_string(leaf_subject_limit)}});
  std::uint64_t seen = 0;
  for (const auto& [key, value] : leaf.detail) {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(key);
    if (!allows(leaf.ev, key) || (seen & bit) != 0) return foreign(name_of(key), leaf.ev);
    seen |= bit;
  }
  return {};
}

}  // namespace

Result<std::string> to_canonical_json(const Leaf& leaf) {
  if (auto ok = check_detail(leaf); !ok) return fail(ok.error());
  std::string out;
  out.reserve(1024 + (leaf.subjects ? leaf.subjects->tags.size() * 35 : 0));
  Writer writer(out);
  write(writer, leaf);
  if (!writer.overflow().empty())
    return fail("CH-LEAF-005", {}, {{"field", std::string(writer.overflow())}});
  if (out.size() > leaf_limit)
    return fail("CH-LEAF-001", {},
                {{"size", std::to_string(out.size())}, {"limit", std::to_string(leaf_limit)}});
  return out;
}

}  // namespace charmille::merkle
