#include "adapters/file/destination.h"

#include <algorithm>

#include <boost/asio/thread_pool.hpp>

#include "adapters/file/folder.h"
#include "gateway/net/offload.h"

namespace charmille::adapters::file {
namespace {

std::string id_of(const Prepared& prepared, std::string_view key) {
  const auto at = std::ranges::find(prepared.ids, key, [](const auto& pair) { return pair.first; });
  return at == prepared.ids.end() ? std::string{} : at->second;
}

Result<Delivered> deliver(const DestinationSettings& settings, const Envelope& envelope) {
  const std::string name = id_of(envelope.prepared, "file");
  auto folder = Folder::open(settings.folder);
  if (!folder) return fail(folder.error());
  const std::string temporary = std::string(".").append(envelope.delivery.text()).append(".part");
  auto written = folder->put(name, temporary, envelope.prepared.payload, settings.mode);
  if (!written) return fail(written.error());
  if (!*written) {
    auto same = folder->holds(name, envelope.prepared.payload);
    if (!same) return fail(same.error());
    if (!*same) return fail("CH-FILE-007", {name, 0, 0, {}});
  }
  if (!settings.marker.empty()) {
    auto marked = folder->put(names::marker_name(settings.marker, name), temporary, base::Payload{},
                              settings.mode);
    if (!marked) return fail(marked.error());
  }
  Delivered delivered;
  delivered.correlation.emplace_back("file", name);
  delivered.duplicate = !*written;
  return delivered;
}

Result<Probe> look(const DestinationSettings& settings, const Envelope& envelope) {
  auto folder = Folder::open(settings.folder);
  if (!folder) return fail(folder.error());
  const std::string name = id_of(envelope.prepared, "file");
  if (!folder->exists(name)) return Probe::absent;
  auto same = folder->holds(name, envelope.prepared.payload);
  if (!same) return fail(same.error());
  if (!*same) return Probe::absent;
  // Who put it there may have stopped before its name was durable.
  if (auto synced = folder->sync(); !synced) return fail(synced.error());
  return Probe::there;
}

class FileDestination final : public Destination {
 public:
  explicit FileDestination(DestinationSettings settings)
      : settings_(std::make_shared<const DestinationSettings>(std::move(settings))) {}

  Result<Prepared> prepare(Outbound outbound) override {
    auto name = settings_->name.name_of(outbound);
    if (!name) return fail(name.error());
    Pairs ids{{"file", std::move(*name)}};
    return Prepared{std::move(outbound.payload), std::move(ids), std::move(outbound.content_type)};
  }

  Task<Delivered> send(Envelope envelope, Deadline) override {
    auto work = [settings = settings_, envelope = std::move(envelope)] {
      return deliver(*settings, envelope);
    };
    co_return co_await net::offload(pool_.get_executor(), std::move(work));
  }

  Task<Probe> probe(Envelope envelope, Deadline) override {
    auto work = [settings = settings_, envelope = std::move(envelope)] {
      return look(*settings, envelope);
    };
    co_return co_await net::offload(pool_.get_executor(), std::move(work));
  }

 private:
  std::shared_ptr<const DestinationSettings> settings_;
  boost::asio::thread_pool pool_{
      1};  // of its own: a network drive that hangs holds up nothing else
};

}  // namespace

std::unique_ptr<Destination> make_destination(DestinationSettings settings) {
  return std::make_unique<FileDestination>(std::move(settings));
}

}  // namespace charmille::adapters::file
