// TLS contexts: versions, suites and groups of ANSSI's TLS guide v1.2 (SDE-NT-35), loading faults
// that name the file.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/time.h"

extern "C" {
struct ssl_ctx_st;
struct ssl_st;
struct x509_st;
}

namespace charmille::net {

/// OpenSSL's SSL_CTX, counted; connections made with it keep it alive.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

/// TLS 1.2: forward secrecy and AEAD only. TLS 1.3: the same.
inline constexpr const char* tls12_suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
inline constexpr const char* tls13_suites =
    "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_"
    "SHA256";
inline constexpr const char* tls_groups = "X25519:P-256:P-384:P-521";

/// PEM files of a listener.
struct ServerTls {
  std::filesystem::path certificate;  ///< the leaf, then its intermediates
  std::filesystem::path key;
  std::filesystem::path client_ca;   ///< empty: no client certificate is asked for
  std::filesystem::path client_crl;  ///< empty: revocation is not checked
};

/// PEM files of an outbound connection.
struct ClientTls {
  std::filesystem::path ca;  ///< who may have signed the server; empty only with `system_store`
  std::filesystem::path certificate;  ///< our own, or empty
  std::filesystem::path key;
  std::filesystem::path crl;  ///< empty: revocation is not checked
  bool system_store = false;  ///< also trust what the system trusts

  bool operator==(const ClientTls&) const = default;
};

/// A certificate is asked for when `client_ca` is set and, when one comes, verified; none is
/// required, because a caller may show a token instead.
Result<TlsContext> server_context(const ServerTls& files);
Result<TlsContext> client_context(const ClientTls& files);

/// What a certificate says. Names are RFC 4514 strings ("CN=x,O=y,C=FR"); `names` are its subject
/// alternative names with their kind: "DNS:a.example", "email:b@c", "URI:...", "IP:127.0.0.1".
struct Certificate {
  std::string issuer;
  std::string subject;
  std::vector<std::string> names;
  base::Time not_before;
  base::Time not_after;
};

Certificate describe(x509_st& certificate);
/// The first certificate of a PEM file: for warnings about its end.
Result<Certificate> read_certificate(const std::filesystem::path& file);
/// Reads a PEM private key and checks that it belongs to the certificate and that others cannot
/// read it.
Result<void> check_key(const std::filesystem::path& certificate, const std::filesystem::path& key);

/// The fault of a failed verification of a peer's certificate, from OpenSSL's X509_V_ERR_...
/// number.
Fault verification_fault(long verify_result, const std::string& host);

/// The text of OpenSSL's oldest queued error; empties the queue.
std::string last_tls_error();

}  // namespace charmille::net
