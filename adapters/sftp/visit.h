// The look at a server that `charmille check --world` takes.
#pragma once

#include <string>
#include <vector>

#include "gateway/net/sftp.h"

namespace charmille::adapters::sftp {

/// Logs in and lists the folder: wrong keys, rights and names are told before the first payload.
/// Blocks, for the time of one call at most.
std::vector<base::Fault> visit(net::SftpPeer peer, std::string folder);

}  // namespace charmille::adapters::sftp
