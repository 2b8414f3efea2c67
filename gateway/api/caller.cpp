#include "gateway/api/caller.h"

#include <algorithm>
#include <unistd.h>

namespace charmille::api {
namespace {

constexpr std::string_view scheme = "Bearer ";

bool is_loopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

bool matches(const config::CertificateIdentity& wanted, const net::Certificate& shown) {
  if (!wanted.issuer.empty() && wanted.issuer != shown.issuer) return false;
  if (!wanted.subject.empty() && wanted.subject != shown.subject) return false;
  if (wanted.san.empty()) return !wanted.issuer.empty() || !wanted.subject.empty();
  return std::ranges::any_of(shown.names, [&](std::string_view name) {
    const std::size_t colon = name.find(':');
    return name == wanted.san || (colon != name.npos && name.substr(colon + 1) == wanted.san);
  });
}

}  // namespace

Result<Callers> Callers::read(std::shared_ptr<const config::Site> site) {
  Callers callers;
  for (const auto& [name, partner] : site->partners)
    for (const config::Identity& identity : partner.identities) {
      const auto* reference = std::get_if<config::SecretReference>(&identity);
      if (reference == nullptr) continue;
      const auto secret = config::read_secret(*reference);
      if (!secret) return fail(secret.error());
      callers.tokens_.push_back({name, crypto::sha256(secret->reveal())});
    }
  callers.site_ = std::move(site);
  return callers;
}

Caller Callers::identify(const net::Peer& peer, std::string_view authorization) const {
  Caller caller;
  if (peer.login) {
    caller.kind = Caller::Kind::person;
    caller.name = peer.login->name;
    caller.authentication = "login";
    caller.rights = rights_of(*peer.login);
    caller.near = true;
    return caller;
  }
  caller.near = is_loopback(peer.address);
  const std::string* partner = nullptr;
  if (net::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
    partner = partner_of_token(authorization.substr(scheme.size()));
    caller.authentication = "token";
  } else if (authorization.empty() && peer.certificate) {
    partner = partner_of_certificate(*peer.certificate);
    caller.authentication = "certificate";
  }
  if (partner == nullptr) return caller;
  caller.kind = Caller::Kind::partner;
  caller.name = *partner;
  return caller;
}

/// Every token is compared, whichever fits: the time says nothing.
const std::string* Callers::partner_of_token(std::string_view token) const {
  const crypto::Digest digest = crypto::sha256(token);
  const std::string* found = nullptr;
  for (const Token& known : tokens_)
    if (crypto::same_secret(known.digest, digest)) found = &known.partner;
  return found;
}

const std::string* Callers::partner_of_certificate(const net::Certificate& certificate) const {
  for (const auto& [name, partner] : site_->partners)
    for (const config::Identity& identity : partner.identities) {
      const auto* wanted = std::get_if<config::CertificateIdentity>(&identity);
      if (wanted != nullptr && matches(*wanted, certificate)) return &name;
    }
  return nullptr;
}

/// Nothing is allowed that is not written. While nobody is written at all, root and the gateway's
/// own account may run it and read the audit log, and see no content: else nobody could look at a
/// first installation.
std::set<config::Right> Callers::rights_of(const net::Login& login) const {
  if (site_->people.empty()) {
    if (login.uid != 0 && login.uid != ::geteuid()) return {};
    return {config::Right::operate, config::Right::audit_read};
  }
  const auto at = site_->people.find(login.name);
  return at == site_->people.end() ? std::set<config::Right>{} : at->second;
}

}  // namespace charmille::api
