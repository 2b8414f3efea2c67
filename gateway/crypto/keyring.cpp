#include "gateway/crypto/keyring.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "gateway/base/bytes.h"

namespace charmille::crypto {
namespace {

constexpr std::array<std::string_view, 4> purpose_names = {"store", "lookup", "digest", "tag"};
constexpr std::size_t epoch_size = 4;

std::string ring_context(Purpose purpose, std::uint32_t epoch) {
  return "keyring|" + std::string(name_of(purpose)) + '|' + std::to_string(epoch);
}

}  // namespace

std::string_view name_of(Purpose purpose) {
  return purpose_names[static_cast<std::size_t>(purpose)];
}

std::optional<Purpose> purpose_of(std::string_view name) {
  const auto at = std::ranges::find(purpose_names, name);
  if (at == purpose_names.end()) return {};
  return static_cast<Purpose>(at - purpose_names.begin());
}

Keyring Keyring::create(std::uint32_t year, base::Random& random) {
  Keyring ring;
  for (const Purpose purpose : {Purpose::store, Purpose::lookup, Purpose::digest})
    ring.add_epoch(purpose, 1, random);
  ring.add_epoch(Purpose::tag, year, random);
  return ring;
}

Result<Keyring> Keyring::open(const MasterKey& master, std::span<const WrappedKey> keys) {
  Keyring ring;
  for (const WrappedKey& item : keys) {
    if (item.master != master.id())
      return fail("CH-KEY-011", {}, {{"wrapped", item.master}, {"given", master.id()}});
    auto key = master.unwrap(base::as_bytes(item.bytes), ring_context(item.purpose, item.epoch));
    if (!key) return fail(key.error());
    if (!ring.keys_.emplace(Name{item.purpose, item.epoch}, std::move(*key)).second)
      return fail(
          "CH-KEY-013", {},
          {{"purpose", std::string(name_of(item.purpose))}, {"epoch", std::to_string(item.epoch)}});
  }
  for (const Purpose purpose : {Purpose::store, Purpose::lookup, Purpose::digest})
    if (ring.epochs(purpose).empty())
      return fail("CH-KEY-012", {}, {{"purpose", std::string(name_of(purpose))}});
  return ring;
}

Result<std::vector<WrappedKey>> Keyring::wrapped(const MasterKey& master,
                                                 base::Random& random) const {
  std::vector<WrappedKey> out;
  for (const auto& [name, key] : keys_) {
    auto bytes = master.wrap(key, ring_context(name.purpose, name.epoch), random);
    if (!bytes) return fail(bytes.error());
    out.push_back({name.purpose, name.epoch, master.id(), std::move(*bytes)});
  }
  return out;
}

bool Keyring::add_epoch(Purpose purpose, std::uint32_t epoch, base::Random& random) {
  if (has(purpose, epoch)) return false;
  keys_.emplace(Name{purpose, epoch}, Key::generate(random));
  return true;
}

std::vector<std::uint32_t> Keyring::epochs(Purpose purpose) const {
  std::vector<std::uint32_t> out;
  for (const auto& [name, key] : keys_)
    if (name.purpose == purpose) out.push_back(name.epoch);
  return out;
}

std::uint32_t Keyring::newest_epoch(Purpose purpose) const {
  return std::prev(keys_.upper_bound({purpose, std::numeric_limits<std::uint32_t>::max()}))
      ->first.epoch;
}

const Key& Keyring::newest(Purpose purpose) const {
  return keys_.at({purpose, newest_epoch(purpose)});
}

DataKey Keyring::new_data_key(std::string_view context, base::Random& random) const {
  const std::uint32_t epoch = newest_epoch(Purpose::store);
  Key key = Key::generate(random);
  std::string wrapped;
  wrapped.reserve(epoch_size + wrapped_size);
  for (int shift = 24; shift >= 0; shift -= 8) wrapped += static_cast<char>(epoch >> shift & 0xFF);
  wrapped += wrap(key, keys_.at({Purpose::store, epoch}), context, random);
  return {std::move(key), std::move(wrapped)};
}

Result<Key> Keyring::open_data_key(Bytes wrapped, std::string_view context) const {
  if (wrapped.size() != epoch_size + wrapped_size) return fail("CH-KEY-010");
  std::uint32_t epoch = 0;
  for (const std::uint8_t byte : wrapped.first(epoch_size)) epoch = epoch << 8 | byte;
  const auto at = keys_.find({Purpose::store, epoch});
  if (at == keys_.end()) return fail("CH-KEY-014", {}, {{"epoch", std::to_string(epoch)}});
  return unwrap(wrapped.subspan(epoch_size), at->second, context);
}

std::optional<Tag> Keyring::tag(std::uint32_t year, const base::Uuid& child) const {
  const auto at = keys_.find({Purpose::tag, year});
  if (at == keys_.end()) return {};
  const Digest digest = hmac(at->second, "charmille/child", Bytes(child.bytes));
  Tag tag;
  std::copy_n(digest.begin(), tag.size(), tag.begin());
  return tag;
}

std::vector<Tag> Keyring::tags(const base::Uuid& child) const {
  std::vector<Tag> all;
  for (const std::uint32_t year : epochs(Purpose::tag))
    if (const auto one = tag(year, child)) all.push_back(*one);
  return all;
}

}  // namespace charmille::crypto
