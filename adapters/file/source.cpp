#include "adapters/file/source.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/file/filing.h"
#include "adapters/file/watcher.h"
#include "adapters/names/stability.h"
#include "gateway/base/catalogue.h"
#include "gateway/base/log.h"
#include "gateway/net/offload.h"

namespace charmille::adapters::file {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto first_pause = std::chrono::seconds(1);
constexpr auto longest_pause = std::chrono::seconds(60);
constexpr std::uint64_t slowest_bytes_per_second = 1024 * 1024;

class FileSource final : public Source {
 public:
  FileSource(SourceSettings settings, const asio::any_io_executor& executor)
      : strand_(asio::make_strand(executor)),
        filing_(std::make_shared<const Filing>(std::move(settings))),
        stability_(filing_->settings().marker.empty() ? filing_->settings().stable
                                                      : std::chrono::microseconds(0)) {}

  Task<void> run(std::shared_ptr<Intake> intake) override {
    // On a strand: the signal of the watcher and the loop meet only here.
    co_return co_await asio::co_spawn(strand_, loop(std::move(intake)), asio::use_awaitable);
  }

  Task<void> settle(Settlement settlement, Deadline) override {
    auto work = [filing = filing_, settlement = std::move(settlement)] {
      return filing->settle(settlement);
    };
    co_return co_await net::offload(pool_.get_executor(), std::move(work));
  }

 private:
  Task<void> loop(std::shared_ptr<Intake> intake) {
    auto prepare = [filing = filing_] { return filing->make_folders(); };
    auto ready = co_await net::offload(pool_.get_executor(), std::move(prepare));
    if (!ready) co_return ready;
    const Watcher watcher(strand_, filing_->settings().folder);
    auto pause = steady_clock::duration::zero();
    for (;;) {
      auto scan = [filing = filing_] { return filing->candidates(); };
      const auto present = co_await net::offload(pool_.get_executor(), std::move(scan));
      if (!present) co_return fail(present.error());
      const auto complete = stability_.observe(*present, steady_clock::now());
      bool refused_for_now = false;
      for (const Token& token : complete) {
        const auto taken = co_await take(*intake, token);
        if (!taken && taken.error().action == base::Action::stop) co_return fail(taken.error());
        // The engine is full or its disk is: everything stays in place and is offered again later.
        refused_for_now = !taken;
        if (refused_for_now) break;
      }
      if (refused_for_now) {
        pause = std::min<steady_clock::duration>(
            std::max<steady_clock::duration>(pause * 2, first_pause), longest_pause);
        co_await sleep(pause);
        continue;
      }
      pause = steady_clock::duration::zero();
      auto due = steady_clock::now() + filing_->settings().rescan;
      if (const auto next = stability_.next_due()) due = std::min(due, *next);
      co_await watcher.wait_until(due);
    }
  }

  /// Offers one file and files it away. A fault means: not now; a file that is wrong by itself is
  /// dealt with here.
  Task<void> take(Intake& intake, Token token) {
    auto open = [filing = filing_, token] { return filing->open(token); };
    auto payload = co_await net::offload(pool_.get_executor(), std::move(open));
    if (!payload && payload.error().action == base::Action::reject)
      co_return co_await refuse(token, payload.error());
    if (!payload) {
      // Gone, changed or unreadable: its own affair, the others go on.
      log_fault("file.unreadable", payload.error());
      co_return Result<void>{};
    }
    const auto patience = std::chrono::seconds(60 + token.size / slowest_bytes_per_second);
    Arrival arrival = arrival_of(token, std::move(*payload));
    const auto accepted =
        co_await intake.accept(std::move(arrival), steady_clock::now() + patience);
    if (!accepted && accepted.error().action == base::Action::reject)
      co_return co_await refuse(token, accepted.error());
    if (!accepted) {
      log_fault("file.not_accepted", accepted.error());
      co_return fail(accepted.error());
    }
    auto store = [filing = filing_, token] { return filing->archive(token); };
    const auto archived = co_await net::offload(pool_.get_executor(), std::move(store));
    // It is safe; where it lies is put right at the next scan, when the engine says "already".
    if (!archived) log_fault("file.not_archived", archived.error());
    co_return Result<void>{};
  }

  Task<void> refuse(Token token, Fault reason) {
    log_fault("file.refused", reason);
    auto work = [filing = filing_, token = std::move(token), reason = std::move(reason)] {
      return filing->refuse(token, reason);
    };
    co_return co_await net::offload(pool_.get_executor(), std::move(work));
  }

  static Arrival arrival_of(const Token& token, base::Payload payload) {
    Arrival arrival;
    arrival.payload = std::move(payload);
    arrival.metadata.name = token.name;
    arrival.metadata.authentication = "folder";
    arrival.metadata.idempotency_key = idempotency_key(token);
    arrival.metadata.reference = to_text(token);
    return arrival;
  }

  /// Without the file's name: it may be a person's.
  static void log_fault(std::string_view event, const Fault& f) {
    base::log(base::Level::warning, event,
              {{"code", std::string(f.code)}, {"text", base::text_of(f, base::Language::en)}});
  }

  asio::awaitable<void> sleep(steady_clock::duration pause) {
    asio::steady_timer timer(strand_, pause);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  asio::any_io_executor strand_;
  std::shared_ptr<const Filing> filing_;
  names::Stability<Token> stability_;
  asio::thread_pool pool_{1};  // of its own: a network drive that hangs holds up nothing else
};

}  // namespace

std::unique_ptr<Source> make_source(SourceSettings settings,
                                    boost::asio::any_io_executor executor) {
  return std::make_unique<FileSource>(std::move(settings), executor);
}

}  // namespace charmille::adapters::file
