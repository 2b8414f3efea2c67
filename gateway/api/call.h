// One request as the handlers see it: everything owned, so that work on another thread may outlive
// the connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/api/caller.h"
#include "gateway/base/catalogue.h"
#include "gateway/base/payload.h"
#include "gateway/base/time.h"
#include "gateway/base/uuid.h"
#include "gateway/net/http.h"
#include "gateway/tree/document.h"

namespace charmille::api {

using Reply = net::HttpResponse;

struct Call {
  std::string method;
  std::string target;                                      ///< as it was sent
  std::vector<std::pair<std::string, std::string>> path;   ///< values of the route's {names}
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded
  net::Headers headers;
  base::Payload body;
  std::shared_ptr<const net::Peer> peer;
  Caller caller;
  base::Language language = base::Language::fr;

  /// Of the route's path; the name must be one of its {names}.
  const std::string& part(std::string_view name) const;
  /// A parameter of the query, or nothing.
  std::optional<std::string> parameter(std::string_view name) const;
  std::string_view header(std::string_view name) const;
  /// A part of the path as an id. CH-API-006.
  Result<base::Uuid> id(std::string_view name) const;
  /// A parameter as a number, or `otherwise`. CH-API-006.
  Result<std::uint64_t> number(std::string_view name, std::uint64_t otherwise) const;
  /// A parameter as a time (RFC 3339), or nothing. CH-API-006.
  Result<std::optional<base::Time>> time(std::string_view name) const;
};
/// CH-API-006: a parameter that cannot be read, with an example of one that can.
Fault unreadable(std::string_view name, std::string_view example);
inline constexpr std::string_view id_example = "019f1b7a-2c40-7000-8000-0123456789ab";
inline constexpr std::string_view time_example = "2026-06-30T00:00:00Z";

using CallPtr = std::shared_ptr<const Call>;

/// A request without its place in a route and without its caller.
Call call_of(const net::HttpRequest& request);

/// The body as a JSON object; an empty body is an empty object. CH-API-011, CH-SYS-006 above 64
/// KiB.
Result<tree::Document> json_body(const Call& call);
/// A text field of such a body, or empty.
std::string text_field(const tree::Document& body, std::string_view name);
/// The reason that the person gave. CH-API-009.
Result<std::string> reason_of(const tree::Document& body);

Reply json_reply(int status, const tree::Document& document);
/// {"code", "text", "remedy", "place"} in the caller's language, under the status that fits the
/// fault.
Reply refusal(const Call& call, const Fault& fault);
int status_of(const Fault& fault);

}  // namespace charmille::api
