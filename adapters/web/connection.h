// How the adapters that speak HTTP reach their peer: the settings of a connection, and a call by
// them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "gateway/config/secret.h"
#include "gateway/net/client.h"
#include "gateway/net/tls.h"

namespace charmille::adapters::web {

/// Where a token is to be had with our own credentials (RFC 6749 §4.4).
struct OAuth2 {
  std::string token_url;
  std::string client;
  std::shared_ptr<const config::Secret> secret;
  std::string scope;     ///< empty: what the server gives
  bool in_body = false;  ///< client_secret_post instead of client_secret_basic
};

struct Connection {
  Pairs headers;
  std::shared_ptr<const config::Secret> token;
  std::optional<OAuth2> oauth2;  ///< never with `token`
  net::ClientTls tls;
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds connect_timeout{};
  std::uint64_t largest_answer = 0;
  std::size_t connections = 0;

  net::HttpCall call(std::string url, std::string method, Deadline deadline) const;
};

/// An item of a list, a value of a map: a text.
tree::Field text_field();
/// The texts of that list; none when it is absent.
std::vector<std::string> texts_of(const tree::Node& node, std::string_view name);

/// The secret that a field of the endpoint refers to; nullptr when it is absent.
Result<std::shared_ptr<const config::Secret>> read_secret(const Setting& setting,
                                                          std::string_view name);

/// token, oauth2, certificate, key, ca, system-ca, timeout, connect-timeout, max-answer,
/// connections.
std::vector<tree::Field> connection_fields();
/// Reads the secrets as well; a fault when one cannot be read, when there are two, or when nothing
/// says whom to trust at `url` or where tokens are given. `spec` has the fields above.
Result<Connection> read_connection(const Setting& setting, const tree::Spec& spec,
                                   const std::string& url);
/// Whether its certificates can be used.
Result<void> check_certificates(const Connection& connection, const std::string& url);

/// Reading one checked object by the names of its fields.
class View {
 public:
  View(const Setting& setting, const tree::Spec& spec) : setting_(setting), spec_(spec) {}
  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::filesystem::path path(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;

 private:
  const tree::Field& field(std::string_view name) const;
  const Setting& setting_;
  const tree::Spec& spec_;
};

}  // namespace charmille::adapters::web
