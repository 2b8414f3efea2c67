#include "adapters/sftp/source.h"

#include <algorithm>
#include <map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/names/stability.h"
#include "adapters/sftp/filing.h"
#include "gateway/base/catalogue.h"
#include "gateway/base/log.h"

namespace charmille::adapters::sftp {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto shortest_pause = std::chrono::seconds(1);
constexpr auto longest_pause = std::chrono::seconds(60);
constexpr std::uint64_t slowest_bytes_per_second = 1024 * 1024;  // of our own disk
constexpr std::string_view accepted_prefix = "accepted/";

/// What the adapter remembers: the versions that are accepted and may still lie in the folder. Each
/// is put in the commit that accepts its payload, and erased once the file is away: a crash in
/// between takes nothing twice, and the next start finishes the move.
class AcceptedFiles {
 public:
  void recall(const Pairs& state) {
    tokens_.clear();
    for (const auto& [key, text] : state) {
      if (!key.starts_with(accepted_prefix)) continue;
      if (auto token = parse_token(text))
        tokens_.emplace(key, std::move(*token));
      else
        away_.push_back(key);
    }
  }

  /// To be committed with the payload: this version, and without those that are away by now.
  AdapterState with(const Token& token) const {
    AdapterState state;
    state.put.emplace_back(key_of(token), to_text(token));
    state.erase = away_;
    return state;
  }
  /// That state is durable.
  void add(const Token& token) {
    away_.clear();
    keep(token);
  }
  /// Accepted, by a commit of an earlier time.
  void keep(const Token& token) { tokens_.insert_or_assign(key_of(token), token); }
  void is_away(const Token& token) {
    tokens_.erase(key_of(token));
    away_.push_back(key_of(token));
  }
  /// What is to be erased though nothing new comes.
  const std::vector<std::string>& away() const { return away_; }
  void forgotten() { away_.clear(); }

  std::vector<Token> all() const {
    std::vector<Token> out;
    for (const auto& [key, token] : tokens_) out.push_back(token);
    return out;
  }
  bool knows(std::string_view name, std::uint64_t size) const {
    return std::ranges::any_of(tokens_, [&](const auto& one) {
      return one.second.name == name && one.second.size == size;
    });
  }
  bool holds(const Token& token) const { return tokens_.contains(key_of(token)); }

 private:
  static std::string key_of(const Token& token) {
    return std::string(accepted_prefix).append(idempotency_key(token));
  }

  std::map<std::string, Token> tokens_;
  std::vector<std::string> away_;
};

class SftpSource final : public Source {
 public:
  explicit SftpSource(SourceSettings settings)
      : filing_(std::move(settings)),
        stability_(filing_.settings().marker.empty() ? filing_.settings().stable
                                                     : std::chrono::microseconds(0)) {}

  Task<void> run(std::shared_ptr<Intake> intake) override {
    // After a fault too: a server that refuses us is not asked again before its time.
    co_await sleep_until(due_);
    const auto state = co_await intake->recall();
    if (!state) co_return fail(state.error());
    accepted_.recall(*state);
    for (;;) {
      due_ = steady_clock::now() + filing_.settings().interval;
      auto done = co_await turn(*intake);
      if (!done) {
        log_fault("sftp.turn", done.error());
        co_return done;
      }
      auto next = due_;
      if (const auto ready = stability_.next_due()) next = std::min(next, *ready);
      co_await sleep_until(next);
    }
  }

  Task<void> settle(Settlement settlement, Deadline deadline) override {
    return filing_.settle(std::move(settlement), deadline);
  }

 private:
  /// One look at the folder and what follows from it. A fault means that the server cannot be
  /// worked with; the faults of one file are its own.
  Task<void> turn(Intake& intake) {
    const auto present = co_await filing_.candidates();
    if (!present) co_return fail(present.error());
    auto moved = co_await finish_moves();
    if (!moved) co_return moved;
    std::erase_if(set_aside_, [&](const Entry& entry) {
      return std::ranges::find(*present, entry) == present->end();
    });
    std::size_t taken = 0;
    for (const Entry& entry : stability_.observe(*present, steady_clock::now())) {
      if (std::ranges::find(set_aside_, entry) != set_aside_.end()) continue;
      if (taken++ == filing_.settings().most_files) break;
      const auto done = co_await take(intake, entry);
      if (done) continue;
      if (done.error().action == base::Action::stop || is_of_the_server(done.error()))
        co_return fail(done.error());
      // The engine is full or its disk is: everything stays in place and is offered again later.
      log_fault("sftp.not-accepted", done.error());
      const auto pause = std::clamp<steady_clock::duration>(filing_.settings().interval,
                                                            shortest_pause, longest_pause);
      due_ = std::min(due_, steady_clock::now() + pause);
      break;
    }
    auto forgotten = co_await forget(intake);
    co_return forgotten;
  }

  /// What was accepted and lies there still: a crash came in between, or the server did not let us.
  Task<void> finish_moves() {
    bool told = false;
    for (const Token& token : accepted_.all()) {
      const auto away = co_await filing_.file_away(token);
      if (away) {
        accepted_.is_away(token);
        continue;
      }
      if (is_of_the_server(away.error())) co_return fail(away.error());
      if (!told) log_fault("sftp.not-filed", away.error());
      told = true;
    }
    co_return Result<void>{};
  }

  Task<void> forget(Intake& intake) {
    if (accepted_.away().empty()) co_return Result<void>{};
    AdapterState state;
    state.erase = accepted_.away();
    const auto remembered =
        co_await intake.remember(std::move(state), steady_clock::now() + longest_pause);
    if (!remembered) co_return fail(remembered.error());
    accepted_.forgotten();
    co_return Result<void>{};
  }

  /// Offers one file and files it away. A file that is wrong by itself is dealt with here.
  Task<void> take(Intake& intake, Entry entry) {
    if (entry.size > filing_.settings().largest) {
      const Fault reason =
          fault("CH-SFTP-010", {}, {{"limit", std::to_string(filing_.settings().largest)}});
      auto refused = co_await refuse(entry, reason);
      co_return refused;
    }
    if (accepted_.knows(entry.name, entry.size)) {
      const auto version = co_await filing_.version(entry.name);
      if (!version) co_return fail(version.error());
      if (*version && accepted_.holds(**version)) co_return Result<void>{};
    }
    auto caught = co_await filing_.fetch(entry);
    if (!caught) {
      if (is_of_the_server(caught.error())) co_return fail(caught.error());
      // Gone, changed or closed to us: its own affair, the others go on.
      log_fault("sftp.not-read", caught.error());
      co_return Result<void>{};
    }
    auto offered = co_await offer(intake, std::move(*caught), std::move(entry));
    co_return offered;
  }

  Task<void> offer(Intake& intake, Catch caught, Entry entry) {
    const Token token = caught.token;
    const auto patience = std::chrono::seconds(60 + token.size / slowest_bytes_per_second);
    Arrival arrival = arrival_of(std::move(caught));
    const auto accepted =
        co_await intake.accept(std::move(arrival), steady_clock::now() + patience);
    if (!accepted && accepted.error().action == base::Action::reject) {
      auto refused = co_await refuse(std::move(entry), accepted.error());
      co_return refused;
    }
    if (!accepted) co_return fail(accepted.error());
    if (accepted->already)
      accepted_.keep(token);
    else
      accepted_.add(token);
    const auto away = co_await filing_.file_away(token);
    if (away) accepted_.is_away(token);
    // It is safe; where it lies is put right at the next turn.
    if (!away) log_fault("sftp.not-filed", away.error());
    co_return Result<void>{};
  }

  Task<void> refuse(Entry entry, Fault reason) {
    log_fault("sftp.refused", reason);
    const auto version = co_await filing_.version(entry.name);
    if (!version) co_return fail(version.error());
    if (!*version) co_return Result<void>{};
    const auto refused = co_await filing_.refuse(**version, std::move(reason));
    if (refused) co_return Result<void>{};
    if (is_of_the_server(refused.error())) co_return fail(refused.error());
    // Not looked at again as long as it stays as it is.
    log_fault("sftp.not-filed", refused.error());
    set_aside_.push_back(std::move(entry));
    co_return Result<void>{};
  }

  Arrival arrival_of(Catch caught) const {
    Arrival arrival;
    arrival.payload = std::move(caught.payload);
    arrival.state = accepted_.with(caught.token);
    arrival.metadata.authentication = "host-key";
    arrival.metadata.peer_address = filing_.settings().peer.host;
    arrival.metadata.idempotency_key = idempotency_key(caught.token);
    arrival.metadata.reference = to_text(caught.token);
    arrival.metadata.name = std::move(caught.token.name);
    return arrival;
  }

  /// The connection or who is who: what holds for every file.
  static bool is_of_the_server(const Fault& f) {
    return f.code.starts_with("CH-NET-") || f.code == "CH-SFTP-001" || f.code == "CH-SFTP-002" ||
           f.code == "CH-SFTP-003" || f.code == "CH-SFTP-004";
  }

  /// Without the file's name: it may be a person's.
  void log_fault(std::string_view event, const Fault& f) const {
    if (f.code == "CH-NET-008") return;  // we are stopping
    base::log(base::Level::warning, event,
              {{"endpoint", filing_.settings().endpoint},
               {"code", std::string(f.code)},
               {"text", base::text_of(f, base::Language::en)}});
  }

  static asio::awaitable<void> sleep_until(steady_clock::time_point when) {
    asio::steady_timer timer(co_await asio::this_coro::executor, when);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  Filing filing_;
  names::Stability<Entry> stability_;
  AcceptedFiles accepted_;
  std::vector<Entry> set_aside_;  ///< refused, and could not be moved
  steady_clock::time_point due_;
};

}  // namespace

std::unique_ptr<Source> make_source(SourceSettings settings) {
  return std::make_unique<SftpSource>(std::move(settings));
}

}  // namespace charmille::adapters::sftp
