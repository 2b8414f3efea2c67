// Who asks: a partner over TCP (token or client certificate), a person over the Unix socket (the
// login of the peer).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/site.h"
#include "gateway/crypto/digest.h"
#include "gateway/net/http.h"

namespace charmille::api {

struct Caller {
  enum class Kind : std::uint8_t { nobody, partner, person };
  Kind kind = Kind::nobody;
  std::string name;                ///< of the partner, or the login
  std::string authentication;      ///< "token", "certificate", "login"
  std::set<config::Right> rights;  ///< of a person
  bool near = false;               ///< on the Unix socket or on loopback
};

/// The identities that the configuration gives, with the digests of the tokens, read once at start.
class Callers {
 public:
  /// Reads every token. Faults: those of `config::read_secret`.
  static Result<Callers> read(std::shared_ptr<const config::Site> site);

  /// `authorization` is the header of that name. An unknown token or certificate makes a nobody.
  Caller identify(const net::Peer& peer, std::string_view authorization) const;

 private:
  struct Token {
    std::string partner;
    crypto::Digest digest{};
  };

  const std::string* partner_of_token(std::string_view token) const;
  const std::string* partner_of_certificate(const net::Certificate& certificate) const;
  std::set<config::Right> rights_of(const net::Login& login) const;

  std::shared_ptr<const config::Site> site_;
  std::vector<Token> tokens_;
};

}  // namespace charmille::api
