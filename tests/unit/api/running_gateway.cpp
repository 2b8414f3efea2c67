#include "tests/unit/api/running_gateway.h"

#include <stdexcept>
#include <sys/stat.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "gateway/base/log.h"
#include "gateway/codec/codec.h"
#include "gateway/crypto/sheet.h"
#include "gateway/net/initialise.h"

namespace charmille::api::testing {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// Accepts what it is pushed and says which exchange it became.
class Taker final : public adapters::Source {
 public:
  adapters::Task<void> run(std::shared_ptr<adapters::Intake>) override {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return Result<void>{};
  }
  adapters::Task<adapters::Response> handle(std::shared_ptr<adapters::Intake> intake,
                                            adapters::Request request) override {
    adapters::Arrival arrival;
    arrival.payload = request.body;
    arrival.metadata.partner = request.partner;
    arrival.metadata.authentication = request.authentication;
    auto accepted = co_await intake->accept(std::move(arrival), request.deadline);
    if (!accepted) co_return fail(accepted.error());
    adapters::Response response;
    response.status = 202;
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = base::Payload("{\"exchange\": \"" + accepted->exchange.text() + "\"}");
    co_return response;
  }
};

const adapters::Adapter& taker() {
  static const tree::Spec spec{"taker", "prend tout", "takes all", {}};
  static const adapters::Adapter adapter{
      .name = "taker",
      .source = &spec,
      .guarantees_fr = "aucune",
      .guarantees_en = "none",
      .make_source = [](const adapters::Setting&) -> Result<std::unique_ptr<adapters::Source>> {
        return std::make_unique<Taker>();
      }};
  return adapter;
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
  ::chmod(file.c_str(), 0600);
}

fs::path source() {
  const char* named = std::getenv("CHARMILLE_SOURCE");
  return named == nullptr ? fs::current_path() : fs::path(named);
}

constexpr const char* configuration = R"(organisation: {name: Essai, id: essai}
state: state
keys: {master: {file: secrets/master.key}}
PEOPLEpartners:
  un:
    recipient: dui
    finess: ["990042103"]
    identity:
      - token: {file: secrets/un.jeton}
  deux:
    recipient: dui
    finess: ["990042111"]
    identity:
      - token: {file: secrets/deux.jeton}
      - certificate: {issuer: "CN=Autorité", san: deux.invalid}
mappings: [mappings]
endpoints:
  chez-un: {adapter: taker, partner: un, format: json}
  chez-deux: {adapter: taker, partner: deux, format: json}
routes:
  de-un: {from: chez-un, mapping: essai/enfant, to: []}
  de-deux: {from: chez-deux, mapping: essai/enfant, to: []}
)";

constexpr const char* mapping = R"(mapping: essai/enfant
from: json
to: child-record
template:
  ids:
    - {system: "urn:essai", value: "{{ id }}"}
  identity:
    birthName: "{{ nom }}"
)";

std::shared_ptr<const exchange::Site> load(const fs::path& folder) {
  const adapters::Adapter* adapters[] = {&taker()};
  auto loaded = exchange::load_site(folder / "charmille.yaml", source() / "schemas", adapters);
  std::string all;
  for (const Fault& fault : loaded.faults) all += base::describe(fault, base::Language::en) + "\n";
  if (!loaded.site) throw std::runtime_error(all);
  return loaded.site;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(base::describe(result.error(), base::Language::en));
  return std::move(*result);
}

}  // namespace

std::string Answered::text(std::string_view name) const {
  const tree::Node* node = json.root().find(name);
  return node == nullptr ? std::string{} : std::string(node->chars());
}

Gateway::Gateway(const std::string& people) {
  [[maybe_unused]] static const bool once = net::initialise().has_value();
  base::start_log(base::Level::error);
  std::string name = (fs::temp_directory_path() / "charmille-api-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  std::string text = configuration;
  text.replace(text.find("PEOPLE"), 6, people);
  write(folder_ / "charmille.yaml", text);
  write(folder_ / "mappings/essai/enfant.yaml", mapping);
  write(folder_ / "secrets/un.jeton", token_a);
  write(folder_ / "secrets/deux.jeton", token_b);
  (void)must(crypto::create_master(folder_ / "secrets/master.key", base::system_random(),
                                   base::system_clock().now()));
  exchange::EngineOptions options;
  options.site = load(folder_);
  options.clock = &base::system_clock();
  options.random = &base::system_random();
  engine_ = must(exchange::Engine::open(options));
  api_ = must(Api::make(*engine_));
  if (auto started = engine_->start(); !started)
    throw std::runtime_error("the engine does not start");
}

Gateway::~Gateway() {
  api_->stop();
  engine_->stop(std::chrono::seconds(5));
  api_.reset();
  engine_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Answered Gateway::ask(Asking asking, net::Peer peer) {
  net::HttpRequest request;
  request.method = asking.method;
  request.target = asking.target;
  const auto target = net::split_target(asking.target);
  if (!target) throw std::runtime_error("no target");
  request.segments = target->segments;
  request.query = target->query;
  for (const auto& [name, value] : asking.headers) request.headers.emplace_back(name, value);
  request.body = base::Payload(asking.body);
  request.peer = std::make_shared<net::Peer>(std::move(peer));
  const asio::any_io_executor io = engine_->context().io;
  auto answering = api_->handle(request);
  auto reply = asio::co_spawn(io, std::move(answering), asio::use_future).get();
  Answered answered;
  answered.status = reply.status;
  answered.headers = reply.headers;
  answered.body = must(reply.body.bytes(1 << 20));
  if (auto json = codec::read_json(answered.body, "")) answered.json = std::move(*json);
  return answered;
}

Answered Gateway::partner(Asking asking, const std::string& token, const std::string& address) {
  if (!token.empty()) asking.headers.emplace_back("Authorization", "Bearer " + token);
  net::Peer peer;
  peer.address = address;
  peer.tls = true;
  return ask(std::move(asking), std::move(peer));
}

Answered Gateway::certificate(Asking asking, net::Certificate shown) {
  net::Peer peer;
  peer.address = "192.0.2.7";
  peer.tls = true;
  peer.certificate = std::move(shown);
  return ask(std::move(asking), std::move(peer));
}

Answered Gateway::person(Asking asking, const std::string& login, uid_t uid) {
  net::Peer peer;
  peer.login = net::Login{uid, 1, login};
  return ask(std::move(asking), std::move(peer));
}

std::string Gateway::push(const std::string& body) {
  const Answered answered = partner({.method = "POST",
                                     .target = "/v1/endpoints/chez-un",
                                     .body = body,
                                     .headers = {{"Content-Type", "application/json"}}},
                                    token_a);
  if (answered.status != 202) throw std::runtime_error("not accepted: " + answered.body);
  return answered.text("exchange");
}

std::size_t Gateway::leaves(merkle::Event event) {
  std::size_t n = 0;
  for (const store::LeafRow& row : must(engine_->context().store.leaves(0, 10'000)))
    if (must(merkle::parse_leaf(row.record)).ev == event) ++n;
  return n;
}

}  // namespace charmille::api::testing
