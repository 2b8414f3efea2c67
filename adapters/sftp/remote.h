// A server as both directions use it: every call has a deadline of its own, and what a call means
// for files is told here.
#pragma once

#include <optional>
#include <string>

#include "adapters/adapter.h"
#include "adapters/sftp/wire.h"
#include "gateway/net/sftp.h"

namespace charmille::adapters::sftp {

class Remote {
 public:
  explicit Remote(net::SftpPeer peer) : client_(std::move(peer)) {}

  const std::string& host() const { return client_.peer().host; }

  // Each ends at `most` at the latest. Paths as in net/sftp.h.
  /// Fault CH-SFTP-012 when no line of the listing is understood.
  Task<Listing> list(std::string folder, Deadline most = Deadline::max());
  Task<std::optional<net::RemoteFile>> look(std::string path, Deadline most = Deadline::max());
  /// A file of which `size` bytes are expected; not one more is read.
  Task<net::Fetched> get(std::string path, std::uint64_t size, std::filesystem::path spool);
  Task<void> put(std::string path, base::Payload payload, Deadline most = Deadline::max());
  /// Gone already is as good.
  Task<void> remove(std::string path, Deadline most = Deadline::max());
  Task<void> rename(std::string path, std::string to, Deadline most = Deadline::max());
  /// Whether it was there before or cannot be made shows when it is used.
  boost::asio::awaitable<void> make_folder(std::string path, Deadline most = Deadline::max());
  /// As `rename`, into a folder that is made when it is not there.
  Task<void> move(std::string path, std::string folder, std::string name,
                  Deadline most = Deadline::max());

  /// Makes a file appear whole: under `temporary` first, its size checked, then renamed. False when
  /// it was there with that size. Faults CH-SFTP-013: there with another size; -014: cut short.
  Task<bool> put_new(std::string folder, std::string name, std::string temporary,
                     base::Payload payload, Deadline most = Deadline::max());

 private:
  Deadline until(Deadline most, std::uint64_t bytes = 0) const;
  Fault unanswered() const;
  Task<bool> put_in_place(std::string temporary, std::string path, std::uint64_t size,
                          Deadline most);

  net::SftpClient client_;
};

}  // namespace charmille::adapters::sftp
