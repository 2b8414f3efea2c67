// What is sealed and how it is named: payloads under a key of their own, statements under the
// child's key, and the keyed digests by which the gateway recognises without reading.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/payload.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/keyring.h"
#include "gateway/store/store.h"

namespace charmille::exchange {

class Vault {
 public:
  using KeyPtr = std::shared_ptr<const crypto::Key>;

  /// Opens the keyring that the store keeps, or creates it in an empty store. A store that holds
  /// anything but no keyring is refused (CH-EXC-002).
  static Result<std::unique_ptr<Vault>> open(store::Store& store, const crypto::MasterKey& master,
                                             const base::Clock& clock, base::Random& random);

  // Payloads
  struct Sealed {
    store::PayloadRow row;
    KeyPtr key;
  };
  /// Seals what is written to it under a new key: up to 64 KiB into the row, more into a durable
  /// file of the store.
  class Builder;
  std::unique_ptr<Builder> builder() const;
  Result<Sealed> seal_payload(const base::Payload& payload) const;
  Result<base::Payload> open_payload(const store::PayloadRow& row) const;
  Result<KeyPtr> payload_key(const store::PayloadRow& row) const;
  /// A payload that nobody opens without the child's key as well: it goes when the child goes.
  Result<Sealed> seal_document(const crypto::Key& child_key, const base::Uuid& child,
                               const base::Payload& content) const;
  Result<base::Payload> open_document(const crypto::Key& child_key, const base::Uuid& child,
                                      store::PayloadRow row) const;
  /// Small data beside a payload (name, prepared ids, report), under the payload's key. `field`
  /// keeps two apart.
  std::string seal_beside(const crypto::Key& key, const base::Uuid& payload, std::string_view field,
                          std::string_view text) const;
  Result<std::string> open_beside(const crypto::Key& key, const base::Uuid& payload,
                                  std::string_view field, std::string_view sealed) const;

  // Children
  struct NewChild {
    store::ChildRow row;
    KeyPtr key;
  };
  NewChild new_child(const std::string& organisation) const;
  Result<KeyPtr> child_key(const store::ChildRow& row) const;
  std::string seal_statement(const crypto::Key& key, const base::Uuid& child,
                             std::string_view section, std::string_view body) const;
  Result<std::string> open_statement(const crypto::Key& key, const base::Uuid& child,
                                     std::string_view section, std::string_view sealed) const;
  std::string tag_of(const base::Uuid& child) const;  ///< this year's, 16 bytes
  std::uint32_t tag_epoch() const;
  std::vector<crypto::Tag> tags_of(const base::Uuid& child) const { return keys_.tags(child); }

  /// A small text under a key of its own, kept with it.
  std::string seal_alone(std::string_view context, std::string_view text) const;
  Result<std::string> open_alone(std::string_view context, std::string_view sealed) const;

  // Names without reading
  std::string lookup(const std::string& organisation, std::string_view system,
                     std::string_view value) const;
  std::string digest(std::string_view domain, std::string_view data) const;

 private:
  Vault(crypto::Keyring keys, store::Store& store, const base::Clock& clock, base::Random& random);

  crypto::Keyring keys_;
  store::Store& store_;
  const base::Clock& clock_;
  base::Random& random_;

  /// Keys of children lately worked on: unwrapping is a derivation and a decryption each time.
  struct Cached {
    base::Uuid child;
    std::string wrapped;
    KeyPtr key;
  };
  static constexpr std::size_t cache_size = 4096;
  mutable std::mutex cache_mutex_;
  mutable std::list<Cached> cache_;
  mutable std::unordered_map<base::Uuid, std::list<Cached>::iterator> cached_;
};

/// One payload on its way into the store. Dropped before `finish`, it leaves nothing behind.
class Vault::Builder {
 public:
  explicit Builder(const Vault& vault);
  ~Builder();
  Result<void> write(std::string_view piece);
  Result<Sealed> finish();

 private:
  Result<void> move_to_file();

  const Vault& vault_;
  Sealed sealed_;
  crypto::Sha256 hash_;
  std::string small_;
  struct InFile;
  std::unique_ptr<InFile> file_;
};

}  // namespace charmille::exchange
