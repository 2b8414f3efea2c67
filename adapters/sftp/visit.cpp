#include "adapters/sftp/visit.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "adapters/sftp/remote.h"
#include "adapters/sftp/wire.h"

namespace charmille::adapters::sftp {

std::vector<base::Fault> visit(net::SftpPeer peer, std::string folder) {
  boost::asio::io_context io;
  Remote remote(std::move(peer));
  auto listed = boost::asio::co_spawn(io, remote.list(std::move(folder)), boost::asio::use_future);
  io.run();
  const auto listing = listed.get();
  if (!listing) return {listing.error()};
  return {};
}

}  // namespace charmille::adapters::sftp
