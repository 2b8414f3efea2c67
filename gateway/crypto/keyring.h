// The keys of the gateway, unwrapped once at start: random, one for each purpose, kept in the store
// in wrapped form.
#pragma once

#include <compare>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/uuid.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/master.h"

namespace charmille::crypto {

enum class Purpose : std::uint8_t {
  store,   ///< wraps the keys of payloads and children
  lookup,  ///< HMAC of identifiers, to find a child
  digest,  ///< keyed digests of statements and projections: what changed
  tag,     ///< pseudonyms of children in the audit log, one key a year
};

std::string_view name_of(Purpose purpose);
std::optional<Purpose> purpose_of(std::string_view name);

/// One key of the ring as the store keeps it.
struct WrappedKey {
  Purpose purpose{};
  std::uint32_t epoch = 1;  ///< generation; for `tag`, the year
  std::string master;       ///< id of the master key that wrapped it
  std::string bytes;

  bool operator==(const WrappedKey&) const = default;
};

/// A fresh key and its wrapped form, for the row of a payload or of a child. Destroying every copy
/// of `wrapped` erases what the key sealed.
struct DataKey {
  Key key;
  std::string wrapped;
};

/// Size of DataKey::wrapped: the generation of the store key, then the wrapped key.
inline constexpr std::size_t wrapped_data_key_size = 4 + wrapped_size;

/// Immutable once shared between threads, but for `add_epoch`, which belongs to the start and to
/// the turn of the year.
class Keyring {
 public:
  /// New keys: store, lookup and digest of generation 1, and the tag key of `year`.
  static Keyring create(std::uint32_t year, base::Random& random);
  /// CH-KEY-011 when another master key wrapped them, CH-KEY-010 when one does not open, CH-KEY-012
  /// when one lacks.
  static Result<Keyring> open(const MasterKey& master, std::span<const WrappedKey> keys);

  /// All keys wrapped under `master`, in order: what the store keeps. Under a new master key this
  /// is its rotation: the keys themselves stay.
  Result<std::vector<WrappedKey>> wrapped(const MasterKey& master, base::Random& random) const;

  /// Adds a key: the tag key of a new year, or a new generation of the store key. False when it
  /// exists already.
  bool add_epoch(Purpose purpose, std::uint32_t epoch, base::Random& random);
  bool has(Purpose purpose, std::uint32_t epoch) const { return keys_.contains({purpose, epoch}); }
  /// The epochs of a purpose, oldest first: a search computes the tag of a child under each.
  std::vector<std::uint32_t> epochs(Purpose purpose) const;

  const Key& lookup() const { return newest(Purpose::lookup); }
  const Key& digest() const { return newest(Purpose::digest); }

  /// A random key wrapped under the newest store key for `context` ("payload|<uuid>",
  /// "child|<uuid>").
  DataKey new_data_key(std::string_view context, base::Random& random) const;
  /// CH-KEY-014 when the generation of the store key is gone, CH-KEY-010 when the bytes do not
  /// open.
  Result<Key> open_data_key(Bytes wrapped, std::string_view context) const;

  /// The pseudonym of the gateway's own child id in `year`; nothing when that year's key does not
  /// exist or was destroyed.
  std::optional<Tag> tag(std::uint32_t year, const base::Uuid& child) const;
  /// Its pseudonyms of every year whose key exists: what a search in the log asks for.
  std::vector<Tag> tags(const base::Uuid& child) const;

 private:
  struct Name {
    Purpose purpose;
    std::uint32_t epoch;
    // NOLINTNEXTLINE(modernize-use-nullptr): the 0 that clang itself writes here is no pointer
    auto operator<=>(const Name&) const = default;
  };

  Keyring() = default;
  const Key& newest(Purpose purpose) const;
  std::uint32_t newest_epoch(Purpose purpose) const;

  std::map<Name, Key> keys_;
};

}  // namespace charmille::crypto
