// A gateway in a folder of its own: two partners that push, one that receives, three persons, and
// an adapter whose source takes whatever it is given.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gateway/api/api.h"
#include "gateway/tree/document.h"

namespace charmille::api::testing {

struct Asking {
  std::string method = "GET";
  std::string target{};
  std::string body{};
  net::Headers headers{};
};

struct Answered {
  int status = 0;
  std::string body;
  net::Headers headers;
  tree::Document json;  ///< null when the body is none

  std::string text(std::string_view name) const;
};

class Gateway {
 public:
  /// `people` is the block of that name, or empty for none.
  explicit Gateway(const std::string& people = default_people);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Over TCP from `address`, with that token when there is one.
  Answered partner(Asking asking, const std::string& token = {},
                   const std::string& address = "192.0.2.7");
  /// Over TCP with a verified client certificate.
  Answered certificate(Asking asking, net::Certificate shown);
  /// Over the Unix socket as that login.
  Answered person(Asking asking, const std::string& login, uid_t uid = 4242);

  /// Pushes a payload as the first partner; the id of its exchange.
  std::string push(const std::string& body);
  /// Leaves of that event in the audit log.
  std::size_t leaves(merkle::Event event);

  Api& api() { return *api_; }

  static constexpr const char* default_people =
      "people: {anne: [operate], bruno: [content.read], chloe: [audit.read]}\n";
  static constexpr const char* token_a = "jeton-du-premier-partenaire-0001";
  static constexpr const char* token_b = "jeton-du-second-partenaire-00002";

 private:
  Answered ask(Asking asking, net::Peer peer);

  std::filesystem::path folder_;
  std::unique_ptr<exchange::Engine> engine_;
  std::unique_ptr<Api> api_;
};

}  // namespace charmille::api::testing
