// The one table of what the gateway answers to: dispatch, rights and /openapi.json come from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/api/call.h"
#include "gateway/config/words.h"

namespace charmille::api {

class Api;

enum class Access : std::uint8_t {
  open,     ///< anybody
  near,     ///< the Unix socket, or loopback
  partner,  ///< a partner, authenticated
  person,   ///< the Unix socket, with the route's right
  both,     ///< a partner for its own, a person with the route's right
};

struct Parameter {
  std::string_view name;
  std::string_view meaning;
};

struct Route {
  std::string_view method;
  std::string_view path;  ///< "/v1/exchanges/{exchange}"
  Access access = Access::person;
  std::optional<config::Right> right{};  ///< of persons
  std::string_view summary{};
  std::vector<Parameter> query{};  ///< parameters of the query
  std::vector<Parameter> body{};   ///< fields of the JSON body
  /// One of both: reads the store, on a worker; or acts, as a coroutine on a worker.
  Reply (*read)(Api&, const Call&) = nullptr;
  boost::asio::awaitable<Reply> (*act)(Api&, CallPtr) = nullptr;
  bool here = false;  ///< acts on the connection's thread: nothing in it blocks
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;
  std::vector<std::pair<std::string, std::string>> path;
  std::string allowed;  ///< methods that the path knows, when the asked one is not among them
};
Match match(std::string_view method, std::span<const std::string> segments);

/// OpenAPI 3.1 of the table.
tree::Document openapi();

// The handlers, one file a subject.
Reply get_openapi(Api& api, const Call& call);
Reply get_live(Api& api, const Call& call);
Reply get_ready(Api& api, const Call& call);
Reply get_metrics(Api& api, const Call& call);
boost::asio::awaitable<Reply> hand_over(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_send(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_preview(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_query(Api& api, CallPtr call);
Reply list_exchanges(Api& api, const Call& call);
Reply get_exchange(Api& api, const Call& call);
Reply get_report(Api& api, const Call& call);
boost::asio::awaitable<Reply> post_payload(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_replay(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_release(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_cancel(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_extraction(Api& api, CallPtr call);
Reply list_quarantine(Api& api, const Call& call);
Reply get_quarantine(Api& api, const Call& call);
boost::asio::awaitable<Reply> post_quarantine_close(Api& api, CallPtr call);
Reply list_records(Api& api, const Call& call);
boost::asio::awaitable<Reply> post_record(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_records_check(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_records_transmit(Api& api, CallPtr call);
Reply list_documents(Api& api, const Call& call);
boost::asio::awaitable<Reply> post_document_clear(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_document_withhold(Api& api, CallPtr call);
Reply list_links(Api& api, const Call& call);
boost::asio::awaitable<Reply> post_link_show(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_link_accept(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_link_refuse(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_link_undo(Api& api, CallPtr call);
boost::asio::awaitable<Reply> list_audit(Api& api, CallPtr call);
boost::asio::awaitable<Reply> post_audit_about(Api& api, CallPtr call);
boost::asio::awaitable<Reply> verify_audit(Api& api, CallPtr call);
Reply get_verify_progress(Api& api, const Call& call);

}  // namespace charmille::api
