#include "adapters/directory/destination.h"

#include <algorithm>

#include <boost/asio/thread_pool.hpp>

#include "adapters/directory/answer.h"
#include "adapters/directory/cache.h"
#include "adapters/directory/inquiry.h"
#include "gateway/base/log.h"
#include "gateway/net/offload.h"

namespace charmille::adapters::directory {
namespace {

/// Of a fault that says nothing of the question or of our key: an earlier answer may stand in.
bool may_stand_in(const Fault& fault) {
  return fault.code != "CH-DIR-005" && fault.code != "CH-DIR-007";
}

class DirectoryDestination final : public Destination {
 public:
  DirectoryDestination(DestinationSettings settings, Cache cache,
                       boost::asio::any_io_executor executor, const base::Clock& clock)
      : settings_(std::make_shared<const DestinationSettings>(std::move(settings))),
        cache_(std::make_shared<Cache>(std::move(cache))),
        client_(std::move(executor), settings_->connection.connections),
        clock_(clock) {}

  Result<Prepared> prepare(Outbound) override { return fail("CH-DIR-012"); }
  Task<Delivered> send(Envelope, Deadline) override { co_return fail("CH-DIR-012"); }

  Task<Response> query(Query query, Deadline deadline) override {
    const auto question = question_of(query);
    if (!question) co_return fail(question.error());
    const std::string digest = question->digest();
    std::optional<Kept> kept = co_await look(digest);
    const base::Time now = clock_.now();
    if (kept && kept->answered + settings_->keep < now) kept.reset();
    if (kept && kept->answered + settings_->fresh > now && kept->answered <= now)
      co_return told(*question, *kept, true, {});
    Inquiry inquiry(settings_, client_, clock_);
    inquiry.until = std::min(deadline, clock_.steady() + settings_->connection.timeout);
    // A clock that was set back makes nothing of "since then".
    const bool delta = kept && kept->whole + settings_->whole > now && kept->answered <= now;
    if (delta) inquiry.known = *kept;
    auto answered = co_await inquiry.ask(*question);
    if (answered) {
      if (delta) answered->whole = kept->whole;
      co_await keep(digest, *answered);
      co_return told(*question, *answered, false, {});
    }
    if (kept && may_stand_in(answered.error()))
      co_return told(*question, *kept, true, answered.error().code);
    co_return fail(answered.error());
  }

 private:
  static Response told(const Question& question, const Kept& kept, bool cached,
                       std::string_view why) {
    const Found found{kept.entries, kept.answered, cached, why, kept.complete};
    Response response;
    response.headers.emplace_back("Content-Type", "application/json");
    response.headers.emplace_back(std::string(answered_from), cached ? "cache" : "peer");
    response.body = base::Payload(answer_of(question, found));
    return response;
  }

  /// A cache that cannot be read or written is no cache: the directory is asked all the same.
  boost::asio::awaitable<std::optional<Kept>> look(std::string digest) {
    auto work = [cache = cache_, digest = std::move(digest)] { return cache->find(digest); };
    Result<std::optional<Kept>> found =
        co_await net::offload(pool_.get_executor(), std::move(work));
    if (found) co_return std::move(*found);
    note(found.error());
    co_return std::nullopt;
  }

  boost::asio::awaitable<void> keep(std::string digest, Kept kept) {
    const base::Time forget = clock_.now() - settings_->keep;
    auto work = [cache = cache_, digest = std::move(digest), kept = std::move(kept), forget] {
      return cache->put(digest, kept, forget);
    };
    const Result<void> done = co_await net::offload(pool_.get_executor(), std::move(work));
    if (!done) note(done.error());
  }

  void note(const Fault& fault) const {
    base::log(base::Level::warning, "directory.cache",
              {{"file", settings_->cache.filename().string()}, {"code", std::string(fault.code)}});
  }

  std::shared_ptr<const DestinationSettings> settings_;
  std::shared_ptr<Cache> cache_;
  net::Client client_;
  const base::Clock& clock_;
  boost::asio::thread_pool pool_{1};  // SQLite blocks; one thread at a time in the cache
};

}  // namespace

Result<std::unique_ptr<Destination>> make_destination(DestinationSettings settings,
                                                      boost::asio::any_io_executor executor,
                                                      const base::Clock& clock) {
  auto cache = Cache::open(settings.cache, settings.base);
  if (!cache) return fail(cache.error());
  return std::make_unique<DirectoryDestination>(std::move(settings), std::move(*cache),
                                                std::move(executor), clock);
}

}  // namespace charmille::adapters::directory
