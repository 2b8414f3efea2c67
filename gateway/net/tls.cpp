#include "gateway/net/tls.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace charmille::net {
namespace {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* p) const {
    free_function(p);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;

base::Place place_of(const std::filesystem::path& file) {
  return {file.string(), 0, 0, {}};
}

/// The reason why a file cannot be used: the system's when it cannot be read, OpenSSL's otherwise.
std::string reason_for(const std::filesystem::path& file) {
  std::string tls = last_tls_error();
  std::FILE* opened = std::fopen(file.c_str(), "re");
  if (opened == nullptr) return std::strerror(errno);
  (void)std::fclose(opened);  // nothing was written
  return tls.empty() ? "not a PEM file of that kind" : tls;
}

Result<void> private_mode(const std::filesystem::path& key) {
  struct stat info {};
  if (::stat(key.c_str(), &info) != 0)
    return fail("CH-TLS-002", place_of(key), {{"reason", std::strerror(errno)}});
  if ((info.st_mode & (S_IROTH | S_IWOTH)) != 0) return fail("CH-TLS-014", place_of(key));
  return {};
}

Result<TlsContext> new_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), Free<SSL_CTX_free>{});
  if (!context) return fail("CH-TLS-013", {}, {{"reason", last_tls_error()}});
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(
      ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(ctx, tls12_suites) != 1 ||
      SSL_CTX_set_ciphersuites(ctx, tls13_suites) != 1 ||
      SSL_CTX_set1_groups_list(ctx, tls_groups) != 1)
    return fail("CH-TLS-013", {}, {{"reason", last_tls_error()}});
  return context;
}

Result<void> use_own(SSL_CTX* ctx, const std::filesystem::path& certificate,
                     const std::filesystem::path& key) {
  if (auto mode = private_mode(key); !mode) return mode;
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(ctx, certificate.c_str()) != 1)
    return fail("CH-TLS-001", place_of(certificate), {{"reason", reason_for(certificate)}});
  if (SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH) {
      ERR_clear_error();
      return fail("CH-TLS-003", place_of(key), {{"certificate", certificate.string()}});
    }
    return fail("CH-TLS-002", place_of(key), {{"reason", reason_for(key)}});
  }
  if (SSL_CTX_check_private_key(ctx) != 1) {
    ERR_clear_error();
    return fail("CH-TLS-003", place_of(key), {{"certificate", certificate.string()}});
  }
  return {};
}

Result<void> trust(SSL_CTX* ctx, const std::filesystem::path& ca,
                   const std::filesystem::path& crl) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(ctx, ca.c_str()) != 1)
    return fail("CH-TLS-004", place_of(ca), {{"reason", reason_for(ca)}});
  if (crl.empty()) return {};
  X509_STORE* store = SSL_CTX_get_cert_store(ctx);
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (lookup == nullptr || X509_load_crl_file(lookup, crl.c_str(), X509_FILETYPE_PEM) < 1)
    return fail("CH-TLS-004", place_of(crl), {{"reason", reason_for(crl)}});
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

std::string name_text(const X509_NAME* name) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

base::Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return base::Time(std::chrono::seconds(::timegm(&parts)));
}

std::vector<std::string> alternative_names(x509_st& certificate) {
  std::vector<std::string> out;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    const auto text = [](const ASN1_STRING* s) {
      return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
                         static_cast<std::size_t>(ASN1_STRING_length(s)));
    };
    if (name->type == GEN_DNS) out.push_back("DNS:" + text(name->d.dNSName));
    if (name->type == GEN_EMAIL) out.push_back("email:" + text(name->d.rfc822Name));
    if (name->type == GEN_URI) out.push_back("URI:" + text(name->d.uniformResourceIdentifier));
    if (name->type == GEN_IPADD) {
      const std::string bytes = text(name->d.iPAddress);
      if (bytes.size() != 4) continue;
      std::string dotted;
      for (const char b : bytes) {
        if (!dotted.empty()) dotted += '.';
        dotted += std::to_string(static_cast<unsigned char>(b));
      }
      out.push_back("IP:" + dotted);
    }
  }
  GENERAL_NAMES_free(names);
  return out;
}

}  // namespace

std::string last_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return {};
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(ERR_GET_REASON(code));
}

Result<TlsContext> server_context(const ServerTls& files) {
  auto context = new_context(TLS_server_method());
  if (!context) return context;
  if (auto own = use_own(context->get(), files.certificate, files.key); !own)
    return fail(own.error());
  // Resumption would skip the look at the client's certificate; full handshakes keep identity
  // simple.
  SSL_CTX_set_session_cache_mode(context->get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context->get(), SSL_OP_NO_TICKET);
  if (!files.client_ca.empty()) {
    if (auto ca = trust(context->get(), files.client_ca, files.client_crl); !ca)
      return fail(ca.error());
    SSL_CTX_set_client_CA_list(context->get(), SSL_load_client_CA_file(files.client_ca.c_str()));
    SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  }
  return context;
}

Result<TlsContext> client_context(const ClientTls& files) {
  auto context = new_context(TLS_client_method());
  if (!context) return context;
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  if (files.ca.empty() && !files.system_store) return fail("CH-TLS-015");
  if (!files.ca.empty())
    if (auto ca = trust(context->get(), files.ca, files.crl); !ca) return fail(ca.error());
  if (files.system_store) SSL_CTX_set_default_verify_paths(context->get());
  if (!files.certificate.empty())
    if (auto own = use_own(context->get(), files.certificate, files.key); !own)
      return fail(own.error());
  return context;
}

Certificate describe(x509_st& certificate) {
  return {name_text(X509_get_issuer_name(&certificate)),
          name_text(X509_get_subject_name(&certificate)), alternative_names(certificate),
          time_of(X509_get0_notBefore(&certificate)), time_of(X509_get0_notAfter(&certificate))};
}

Result<Certificate> read_certificate(const std::filesystem::path& file) {
  ERR_clear_error();
  const Bio bio(BIO_new_file(file.c_str(), "r"));
  const X509Ptr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                : nullptr);
  if (!certificate) return fail("CH-TLS-001", place_of(file), {{"reason", reason_for(file)}});
  return describe(*certificate);
}

Result<void> check_key(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  const TlsContext context(SSL_CTX_new(TLS_method()), Free<SSL_CTX_free>{});
  return use_own(context.get(), certificate, key);
}

Fault verification_fault(long verify_result, const std::string& host) {
  const base::Args args{{"host", host}};
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fault("CH-TLS-005", {}, args);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fault("CH-TLS-006", {}, args);
    case X509_V_OK:               // the chain is right: what is left is the name
    case X509_V_ERR_UNSPECIFIED:  // libcurl compares the name before it notes the result of the
                                  // chain
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fault("CH-TLS-007", {}, args);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fault("CH-TLS-008", {}, args);
    case X509_V_ERR_INVALID_PURPOSE:
      return fault("CH-TLS-009", {}, args);
    case X509_V_ERR_CERT_REVOKED:
      return fault("CH-TLS-010", {}, args);
    default:
      return fault("CH-TLS-013", {},
                   {{"host", host}, {"reason", X509_verify_cert_error_string(verify_result)}});
  }
}

}  // namespace charmille::net
