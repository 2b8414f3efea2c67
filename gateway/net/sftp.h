// Outbound SFTP: libcurl's multi interface (libssh2) driven by Asio, connections kept and used
// again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/config/secret.h"

namespace charmille::net {

class Multi;

/// A server and who we are there. Host keys are pinned: no known_hosts is ever read or written.
struct SftpPeer {
  std::string host;  ///< name or address
  std::uint16_t port = 22;
  std::string user;
  /// "SHA256:" and 43 characters, as `ssh-keygen -lf` prints them; one of them must match.
  std::vector<std::string> host_keys;
  std::filesystem::path key;  ///< our private key; empty: by password
  std::shared_ptr<const config::Secret> passphrase;
  std::shared_ptr<const config::Secret> password;
  std::chrono::milliseconds connect_timeout{10'000};  ///< keys and login included
  std::chrono::milliseconds timeout{60'000};  ///< of a call, besides its bytes; longest silence
  std::size_t connections = 1;                ///< at once, at most
};

/// What a look at a remote file sees.
struct RemoteFile {
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< seconds since 1970

  bool operator==(const RemoteFile&) const = default;
};

struct Fetched {
  RemoteFile file;  ///< as it was before its bytes were read
  base::Payload payload;
};

/// One step on the server's names. Paths start at the root when they start with '/', else at the
/// folder in which the server puts us.
struct SftpStep {
  enum class Verb : std::uint8_t { rename, remove, make_folder };
  Verb verb = Verb::rename;
  std::string path;
  std::string to;  ///< of a rename
};

/// Faults of every call: CH-NET-002 to -008 (the connection), CH-SFTP-001 to -004 (who is who),
/// CH-SFTP-005 (rights), -006 (no such path), -007 (no room), -008 (anything else the server says).
/// Those that leave open whether the server acted carry the argument `ambiguous`.
class SftpClient {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  template <class T>
  using Awaited = boost::asio::awaitable<Result<T>>;

  explicit SftpClient(SftpPeer peer);
  /// Calls under way end with a fault.
  ~SftpClient();
  SftpClient(const SftpClient&) = delete;
  SftpClient& operator=(const SftpClient&) = delete;

  const SftpPeer& peer() const { return *peer_; }

  /// The lines of a folder in the server's long form ("ls -l"). Fault CH-SFTP-009: more than
  /// `most_bytes` of them.
  Awaited<std::string> list(std::string folder, std::uint64_t most_bytes, Deadline deadline);
  /// Nothing when there is no such file. Links are followed: look only at what a listing showed, or
  /// at names of our own.
  Awaited<std::optional<RemoteFile>> look(std::string path, Deadline deadline);
  /// The bytes, kept in memory while they are few, else in a file without a name in `spool`. Fault
  /// CH-SFTP-010: more than `most_bytes`.
  Awaited<Fetched> get(std::string path, std::uint64_t most_bytes, std::filesystem::path spool,
                       Deadline deadline);
  /// Writes a file, over one that is there.
  Awaited<void> put(std::string path, base::Payload payload, Deadline deadline);
  /// Fault CH-SFTP-008 when the server refuses, for example because the name is taken. CH-SFTP-006
  /// may also be a connection that broke: a look tells.
  Awaited<void> step(SftpStep step, Deadline deadline);

 private:
  std::shared_ptr<const SftpPeer> peer_;
  // Of its own: libssh2 computes, reads our key and says goodbye without giving up its thread.
  std::shared_ptr<boost::asio::thread_pool> thread_ = std::make_shared<boost::asio::thread_pool>(1);
  std::shared_ptr<Multi> multi_;
};

/// "SHA256:..." of a host key as the server sends it.
std::string fingerprint_of(std::string_view host_key);
/// Whether a text is such a fingerprint.
bool is_fingerprint(std::string_view text);

}  // namespace charmille::net
