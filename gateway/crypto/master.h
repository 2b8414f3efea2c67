// The master key: the one secret that is not in the store. It opens the keyring once, at start.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/time.h"
#include "gateway/crypto/key.h"

namespace charmille::crypto {

/// Wraps and unwraps the keys of the keyring; a file or a credential today, a PKCS#11 token later.
class MasterKey {
 public:
  virtual ~MasterKey() = default;
  /// Eight hexadecimal digits that name the key and tell nothing of it.
  virtual std::string id() const = 0;
  virtual Result<std::string> wrap(const Key& key, std::string_view context,
                                   base::Random& random) const = 0;
  virtual Result<Key> unwrap(Bytes wrapped, std::string_view context) const = 0;
};

/// A master key held in memory.
std::unique_ptr<MasterKey> master_of(Key key);
std::string master_id(const Key& key);

/// Reads the file; refuses one that is not regular, not owned by root or by the service, or whose
/// mode is not 0400 or 0600.
Result<std::unique_ptr<MasterKey>> open_master_file(const std::filesystem::path& path);

/// Reads the systemd credential `name` (LoadCredential=, systemd.exec(5)) from `folder`, or, when
/// that is empty, from $CREDENTIALS_DIRECTORY. The folder protects it: since systemd grants access
/// by an ACL, the mode may show 0440.
Result<std::unique_ptr<MasterKey>> open_master_credential(std::string_view name,
                                                          const std::filesystem::path& folder = {});

/// Writes the key to `path`, mode 0400, durably; never over a file that exists (CH-KEY-006).
Result<void> write_master_file(const std::filesystem::path& path, const Key& key);

}  // namespace charmille::crypto
