// Alarms: a person hears when something is rejected, parked, late or silent. The message names
// partners, endpoints, exchanges and codes, never a child.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "gateway/base/uuid.h"
#include "gateway/exchange/context.h"

namespace charmille::exchange {

struct Alarm {
  enum class Kind : std::uint8_t {
    rejected,
    records_refused,
    parked,
    peer_unreachable,
    silent,
    lot_overdue,
    held
  };
  Kind kind{};
  std::string partner;
  std::string endpoint;
  base::Uuid exchange;  ///< nil when the alarm is about no exchange
  std::string detail;   ///< a fault code, names of missing files, a count
};

std::string_view name_of(Alarm::Kind kind);

/// What a webhook receives, and what a mail says (in the organisation's language).
std::string to_json(const Alarm& alarm, base::Time at, const std::string& organisation);
std::string to_text(const Alarm& alarm, base::Language language);

class Alarms {
 public:
  /// The same alarm (kind, partner, endpoint, detail) is told once in this time.
  static constexpr auto repeat_after = std::chrono::minutes(15);

  explicit Alarms(Context& context) : context_(context) {}

  /// Logs it and sends it, in the background, by the ways that the configuration gives.
  void raise(Alarm alarm);
  /// Watches for partners that are silent for longer than they may be, until cancelled.
  void watch_silence();

 private:
  boost::asio::awaitable<void> send(Alarm alarm);
  boost::asio::awaitable<Result<void>> post(const Alarm& alarm);
  boost::asio::awaitable<Result<void>> mail(const Alarm& alarm);
  boost::asio::awaitable<void> silence_loop();
  bool is_news(const Alarm& alarm);

  Context& context_;
  std::mutex mutex_;
  std::map<std::tuple<Alarm::Kind, std::string, std::string, std::string>, base::Time> told_;
};

}  // namespace charmille::exchange
