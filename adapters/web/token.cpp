#include "adapters/web/token.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/web/message.h"
#include "adapters/web/status.h"
#include "gateway/base/bytes.h"
#include "gateway/codec/codec.h"

namespace charmille::adapters::web {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t largest_answer = 64 * 1024;
constexpr std::chrono::seconds untold_term = 60s;
constexpr std::chrono::seconds longest_term = 24h;

struct Grant {
  std::string token;
  std::chrono::milliseconds good_for{};
};

std::string_view text_at(const tree::Node& node, std::string_view name) {
  const tree::Node* found = node.find(name);
  return found == nullptr ? std::string_view{} : found->chars();
}

/// Fit to stand in a header (RFC 6750 §2.1 allows less, but servers do as they like).
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// The server's reason when it is one of RFC 6749 §5.2: nothing else of its answer is repeated.
std::string reason_of(const net::HttpAnswer& answer) {
  static constexpr std::array known = {
      std::string_view("invalid_request"), std::string_view("invalid_client"),
      std::string_view("invalid_grant"),   std::string_view("unauthorized_client"),
      std::string_view("invalid_scope"),   std::string_view("unsupported_grant_type")};
  const auto document = codec::read_json(answer.body, "answer");
  if (!document) return "-";
  const auto* found = std::ranges::find(known, text_at(document->root(), "error"));
  return found == known.end() ? "-" : std::string(*found);
}

tl::unexpected<Fault> malformed(std::string_view field) {
  return fail("CH-OAUTH-004", {}, {{"field", std::string(field)}});
}

/// RFC 6749 §5.1. It is asked for anew before its end, so that none ends on its way.
Result<Grant> granted(const net::HttpAnswer& answer) {
  const auto document = codec::read_json(answer.body, "answer");
  if (!document || !document->root().is(tree::Kind::object)) return malformed("JSON");
  const tree::Node& root = document->root();
  Grant grant;
  grant.token = text_at(root, "access_token");
  if (!is_token(grant.token)) return malformed("access_token");
  if (!net::equal_ignoring_case(text_at(root, "token_type"), "Bearer"))
    return malformed("token_type");
  std::chrono::milliseconds term = untold_term;
  if (root.find("expires_in") != nullptr) {
    const auto told = whole_number(text_at(root, "expires_in"));
    if (!told) return malformed("expires_in");
    term = std::chrono::seconds(std::min<std::int64_t>(*told, longest_term.count()));
  }
  grant.good_for = term - std::min<std::chrono::milliseconds>(10s, term / 2);
  return grant;
}

Result<Grant> judge_answer(const net::HttpAnswer& answer, base::Time now) {
  const Verdict verdict = judge(answer.status);
  if (verdict == Verdict::delivered) return granted(answer);
  base::Args args{{"status", std::to_string(answer.status)}};
  if (verdict == Verdict::retry)
    return later("CH-OAUTH-002", std::move(args), answer.header("Retry-After"), now);
  args.emplace_back("reason", reason_of(answer));
  return fail("CH-OAUTH-003", {}, std::move(args));
}

}  // namespace

/// One request and those who wait for its answer.
struct Tokens::Flight {
  std::optional<Result<std::string>> outcome;  ///< nothing: who asked was cancelled
  std::vector<std::weak_ptr<asio::steady_timer>> waiting;
};

/// Ends the flight however its coroutine ends.
class Tokens::Landing {
 public:
  explicit Landing(Tokens& tokens) : tokens_(tokens) {}
  ~Landing() {
    const auto flight = std::exchange(tokens_.flight_, nullptr);
    for (const auto& one : flight->waiting)
      if (const auto timer = one.lock()) timer->cancel();
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

 private:
  Tokens& tokens_;
};

Tokens::Tokens(Connection connection, const asio::any_io_executor& executor,
               const base::Clock& clock)
    : connection_(std::move(connection)),
      strand_(asio::make_strand(executor)),
      client_(executor, 1),
      clock_(clock) {}

Task<std::string> Tokens::current(Deadline deadline) {
  return asio::co_spawn(strand_, obtain(shared_from_this(), deadline), asio::use_awaitable);
}

void Tokens::forget(std::string token) {
  asio::post(strand_, [self = shared_from_this(), token = std::move(token)] {
    if (self->token_ == token) self->token_.clear();
  });
}

Task<std::string> Tokens::obtain(std::shared_ptr<Tokens> self, Deadline deadline) {
  for (;;) {
    if (!self->token_.empty() && self->clock_.steady() < self->until_) co_return self->token_;
    if (!self->flight_) co_return co_await self->ask(deadline);
    const auto flight = self->flight_;
    const auto timer = std::make_shared<asio::steady_timer>(self->strand_, deadline);
    flight->waiting.emplace_back(timer);
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    if (flight->outcome) co_return *flight->outcome;
    if (std::chrono::steady_clock::now() >= deadline) co_return fail("CH-OAUTH-005");
  }
}

Task<std::string> Tokens::ask(Deadline deadline) {
  const auto flight = std::make_shared<Flight>();
  flight_ = flight;
  const Landing landing(*this);
  const auto asked = clock_.steady();
  auto answer = co_await client_.perform(request(deadline));
  if (!answer) {
    std::erase_if(answer.error().args, [](const auto& one) { return one.first == "ambiguous"; });
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() == asio::cancellation_type::none) flight->outcome = fail(answer.error());
    co_return fail(std::move(answer.error()));
  }
  auto grant = judge_answer(*answer, clock_.now());
  if (grant) {
    token_ = grant->token;
    until_ = asked + grant->good_for;
    flight->outcome = std::move(grant->token);
  } else {
    flight->outcome = fail(std::move(grant.error()));
  }
  co_return *flight->outcome;
}

net::HttpCall Tokens::request(Deadline deadline) const {
  const OAuth2& oauth2 = *connection_.oauth2;
  // Both are encoded before they are joined (RFC 6749 §2.3.1).
  const std::string client = percent_encoded(oauth2.client);
  const std::string secret = percent_encoded(oauth2.secret->reveal());
  std::string form = "grant_type=client_credentials";
  if (!oauth2.scope.empty()) form += "&scope=" + percent_encoded(oauth2.scope);
  net::HttpCall call;
  call.url = oauth2.token_url;
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                  {"Accept", "application/json"}};
  if (oauth2.in_body)
    form += "&client_id=" + client + "&client_secret=" + secret;
  else
    call.headers.emplace_back("Authorization",
                              "Basic " + base::to_base64(base::as_bytes(client + ':' + secret)));
  call.body = base::Payload(std::move(form));
  call.tls = connection_.tls;
  call.connect_timeout = connection_.connect_timeout;
  call.deadline = deadline;
  call.answer_limit = largest_answer;
  return call;
}

}  // namespace charmille::adapters::web
