#include "gateway/exchange/alarms.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "gateway/base/log.h"
#include "gateway/codec/codec.h"
#include "gateway/exchange/rest.h"
#include "gateway/net/client.h"
#include "gateway/net/smtp.h"

namespace charmille::exchange {

namespace asio = boost::asio;

namespace {

constexpr int most_tries = 5;
constexpr auto pause_between = std::chrono::seconds(10);
constexpr auto send_deadline = std::chrono::seconds(30);
constexpr auto silence_look = std::chrono::minutes(1);

struct Sentence {
  std::string_view fr;
  std::string_view en;
};

Sentence sentence(Alarm::Kind kind) {
  switch (kind) {
    case Alarm::Kind::rejected:
      return {"Un envoi de {} sur {} est refusé ({}).", "A payload of {} on {} is rejected ({})."};
    case Alarm::Kind::records_refused:
      return {"Des enregistrements de {} sur {} sont en quarantaine ({}).",
              "Records of {} on {} are in quarantine ({})."};
    case Alarm::Kind::parked:
      return {"Un échange avec {} sur {} attend une personne ({}).",
              "An exchange with {} on {} waits for a person ({})."};
    case Alarm::Kind::peer_unreachable:
      return {"{} ne répond pas sur {} ({}).", "{} does not answer on {} ({})."};
    case Alarm::Kind::silent:
      return {"{} est silencieux depuis trop longtemps sur {} ({}).",
              "{} has been silent for too long on {} ({})."};
    case Alarm::Kind::lot_overdue:
      return {"Un lot de {} sur {} reste incomplet ; il manque : {}.",
              "A lot of {} on {} stays incomplete; missing: {}."};
    case Alarm::Kind::held:
      return {"Des envois vers {} sur {} sont retenus ({}).",
              "Deliveries to {} on {} are held ({})."};
  }
  return {"{} {} {}", "{} {} {}"};
}

}  // namespace

std::string_view name_of(Alarm::Kind kind) {
  switch (kind) {
    case Alarm::Kind::rejected:
      return "rejected";
    case Alarm::Kind::records_refused:
      return "records-refused";
    case Alarm::Kind::parked:
      return "parked";
    case Alarm::Kind::peer_unreachable:
      return "peer-unreachable";
    case Alarm::Kind::silent:
      return "silent";
    case Alarm::Kind::lot_overdue:
      return "lot-overdue";
    case Alarm::Kind::held:
      return "held";
  }
  return "unknown";
}

std::string to_text(const Alarm& alarm, base::Language language) {
  const Sentence words = sentence(alarm.kind);
  return fmt::format(fmt::runtime(language == base::Language::fr ? words.fr : words.en),
                     alarm.partner, alarm.endpoint, alarm.detail);
}

std::string to_json(const Alarm& alarm, base::Time at, const std::string& organisation) {
  tree::Document doc(1024);
  std::vector<tree::Document::Member> members{
      {"alarm", doc.text(name_of(alarm.kind))},
      {"at", doc.text(base::to_rfc3339(at))},
      {"organisation", doc.text(organisation)},
      {"partner", doc.text(alarm.partner)},
      {"endpoint", doc.text(alarm.endpoint)},
      {"detail", doc.text(alarm.detail)},
      {"text", doc.text(to_text(alarm, base::Language::fr))}};
  if (!alarm.exchange.is_nil()) members.emplace_back("exchange", doc.text(alarm.exchange.text()));
  return codec::write_json(doc.object(members));
}

bool Alarms::is_news(const Alarm& alarm) {
  const base::Time now = context_.clock.now();
  const std::lock_guard lock(mutex_);
  auto& told = told_[{alarm.kind, alarm.partner, alarm.endpoint, alarm.detail}];
  if (told != base::Time{} && now - told < repeat_after) return false;
  told = now;
  return true;
}

void Alarms::raise(Alarm alarm) {
  if (!is_news(alarm)) return;
  base::log(base::Level::warning, "alarm",
            {{"kind", std::string(name_of(alarm.kind))},
             {"partner", alarm.partner},
             {"endpoint", alarm.endpoint},
             {"detail", alarm.detail}});
  const config::Alarms& ways = context_.site->config->alarms;
  if (ways.webhook || ways.mail)
    context_.work.spawn_brief(context_.io, "alarm", send(std::move(alarm)));
}

asio::awaitable<Result<void>> Alarms::post(const Alarm& alarm) {
  const config::Webhook& webhook = *context_.site->config->alarms.webhook;
  net::HttpCall call;
  call.method = "POST";
  call.url = webhook.url;
  call.headers.emplace_back("Content-Type", "application/json");
  if (webhook.token) {
    auto token = config::read_secret(*webhook.token);
    if (!token) co_return fail(token.error());
    call.headers.emplace_back("Authorization", "Bearer " + std::string(token->reveal()));
  }
  call.body =
      base::Payload(to_json(alarm, context_.clock.now(), context_.site->config->organisation.id));
  call.deadline = context_.clock.steady() + send_deadline;
  auto answer = co_await context_.http.perform(std::move(call));
  if (!answer) co_return fail(answer.error());
  if (answer->status >= 300)
    co_return fail("CH-EXC-009", {}, {{"status", std::to_string(answer->status)}});
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Alarms::mail(const Alarm& alarm) {
  const config::Mail& way = *context_.site->config->alarms.mail;
  net::Mail mail;
  mail.from = way.from;
  mail.to = way.to;
  mail.subject = "[Charmille] " + std::string(name_of(alarm.kind)) + " " + alarm.partner;
  mail.text = to_text(alarm, context_.site->config->organisation.language) + "\n";
  if (!alarm.exchange.is_nil()) mail.text += "\n" + alarm.exchange.text() + "\n";
  net::SmtpServer server;
  server.host = way.server.host;
  server.port = way.server.port;
  // A relay on the same machine speaks plainly; anything farther away must protect what it carries.
  server.starttls = way.server.is_loopback() ? net::SmtpServer::StartTls::never
                                             : net::SmtpServer::StartTls::required;
  server.tls.system_store = true;
  mail.date = context_.clock.now();
  mail.message_id = base::uuid_v7(mail.date, context_.random).text() + "@" +
                    context_.site->config->organisation.id + ".charmille";
  auto sent = co_await net::send_mail(std::move(server), std::move(mail),
                                      context_.clock.steady() + send_deadline);
  co_return sent;
}

asio::awaitable<void> Alarms::send(Alarm alarm) {
  const config::Alarms& ways = context_.site->config->alarms;
  bool to_post = ways.webhook.has_value();
  bool to_mail = ways.mail.has_value();
  for (int attempt = 1; attempt <= most_tries; ++attempt) {
    if (to_post) {
      auto posted = co_await post(alarm);
      if (posted) to_post = false;
    }
    if (to_mail) {
      auto mailed = co_await mail(alarm);
      if (mailed) to_mail = false;
    }
    if (!to_post && !to_mail) co_return;
    const bool goes_on = co_await rest(context_, pause_between * attempt);
    if (!goes_on) break;  // the gateway stops
  }
  base::log(base::Level::error, "alarm.unsent", {{"kind", std::string(name_of(alarm.kind))}});
}

void Alarms::watch_silence() {
  context_.tasks.spawn(context_.io, "silence", silence_loop());
}

asio::awaitable<void> Alarms::silence_loop() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const base::Time started = context_.clock.now();
  for (;;) {
    const base::Time now = context_.clock.now();
    for (const auto& [name, partner] : context_.site->config->partners) {
      if (!partner.silence) continue;
      auto last = context_.store.last_arrival(name);
      if (!last) continue;
      // Nobody is late before the gateway could hear.
      const base::Time since = *last ? std::max(**last, started - *partner.silence) : started;
      if (now - since > *partner.silence)
        raise({Alarm::Kind::silent, name, "-", {}, base::to_text(*partner.silence)});
    }
    timer.expires_after(silence_look);
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return;
  }
}

}  // namespace charmille::exchange
