#include "adapters/sftp/destination.h"

#include <algorithm>

#include "adapters/sftp/remote.h"

namespace charmille::adapters::sftp {
namespace {

std::string id_of(const Prepared& prepared, std::string_view key) {
  const auto at = std::ranges::find(prepared.ids, key, [](const auto& pair) { return pair.first; });
  return at == prepared.ids.end() ? std::string{} : at->second;
}

class SftpDestination final : public Destination {
 public:
  explicit SftpDestination(DestinationSettings settings)
      : remote_(settings.peer), settings_(std::move(settings)) {}

  Result<Prepared> prepare(Outbound outbound) override {
    auto name = settings_.name.name_of(outbound);
    if (!name) return fail(name.error());
    Pairs ids{{"file", std::move(*name)}};
    return Prepared{std::move(outbound.payload), std::move(ids), std::move(outbound.content_type)};
  }

  Task<Delivered> send(Envelope envelope, Deadline deadline) override {
    const std::string name = id_of(envelope.prepared, "file");
    const std::string temporary = "." + envelope.delivery.text() + ".part";
    const auto written = co_await remote_.put_new(settings_.folder, name, temporary,
                                                  std::move(envelope.prepared.payload), deadline);
    if (!written) co_return fail(written.error());
    if (!settings_.marker.empty()) {
      // Empty, so that it cannot be seen half written; written again without harm.
      const std::string marker = names::marker_name(settings_.marker, name);
      base::Payload empty;
      const auto marked = co_await remote_.put(path_of(marker), std::move(empty), deadline);
      if (!marked) co_return fail(marked.error());
    }
    Delivered delivered;
    delivered.correlation.emplace_back("file", name);
    delivered.duplicate = !*written;
    co_return delivered;
  }

  Task<Probe> probe(Envelope envelope, Deadline deadline) override {
    const std::string name = id_of(envelope.prepared, "file");
    const auto there = co_await remote_.look(path_of(name), deadline);
    if (!there) co_return fail(there.error());
    if (!*there || (*there)->size != envelope.prepared.payload.size()) co_return Probe::absent;
    if (settings_.marker.empty()) co_return Probe::there;
    // Without its marker the partner does not see it: what is missing is sent.
    const std::string marker = names::marker_name(settings_.marker, name);
    const auto marked = co_await remote_.look(path_of(marker), deadline);
    if (!marked) co_return fail(marked.error());
    co_return *marked ? Probe::there : Probe::absent;
  }

 private:
  std::string path_of(std::string_view name) const { return path_in(settings_.folder, name); }

  Remote remote_;
  DestinationSettings settings_;
};

}  // namespace

std::unique_ptr<Destination> make_destination(DestinationSettings settings) {
  return std::make_unique<SftpDestination>(std::move(settings));
}

}  // namespace charmille::adapters::sftp
