#include "adapters/sftp/remote.h"

#include <algorithm>

namespace charmille::adapters::sftp {
namespace {

constexpr std::uint64_t largest_listing = 16ULL << 20;  // about 200,000 files
constexpr std::uint64_t slowest_bytes_per_second = 64 * 1024;

bool is_ambiguous(const Fault& f) {
  return std::ranges::any_of(f.args, [](const auto& arg) { return arg.first == "ambiguous"; });
}

}  // namespace

Deadline Remote::until(Deadline most, std::uint64_t bytes) const {
  const auto patience =
      client_.peer().timeout + std::chrono::seconds(bytes / slowest_bytes_per_second);
  return std::min(most, std::chrono::steady_clock::now() + patience);
}

Fault Remote::unanswered() const {
  return fault("CH-NET-006", {}, {{"host", host()}, {"reason", "no answer"}});
}

Task<Listing> Remote::list(std::string folder, Deadline most) {
  const auto text = co_await client_.list(std::move(folder), largest_listing, until(most));
  if (!text) co_return fail(text.error());
  Listing listing = parse_listing(*text);
  if (listing.lines > 0 && listing.not_understood == listing.lines)
    co_return fail("CH-SFTP-012", {}, {{"count", std::to_string(listing.lines)}});
  co_return listing;
}

Task<std::optional<net::RemoteFile>> Remote::look(std::string path, Deadline most) {
  return client_.look(std::move(path), until(most));
}

Task<net::Fetched> Remote::get(std::string path, std::uint64_t size, std::filesystem::path spool) {
  return client_.get(std::move(path), size, std::move(spool), until(Deadline::max(), size));
}

Task<void> Remote::put(std::string path, base::Payload payload, Deadline most) {
  const Deadline deadline = until(most, payload.size());
  return client_.put(std::move(path), std::move(payload), deadline);
}

Task<void> Remote::remove(std::string path, Deadline most) {
  net::SftpStep step;
  step.verb = net::SftpStep::Verb::remove;
  step.path = std::move(path);
  auto removed = co_await client_.step(step, until(most));
  if (removed || removed.error().code != "CH-SFTP-006") co_return removed;
  const auto there = co_await look(std::move(step.path), most);
  if (!there) co_return fail(there.error());
  if (!*there) co_return Result<void>{};
  co_return fail(unanswered());
}

Task<void> Remote::rename(std::string path, std::string to, Deadline most) {
  net::SftpStep step;
  step.path = std::move(path);
  step.to = std::move(to);
  return client_.step(std::move(step), until(most));
}

boost::asio::awaitable<void> Remote::make_folder(std::string path, Deadline most) {
  net::SftpStep step;
  step.verb = net::SftpStep::Verb::make_folder;
  step.path = std::move(path);
  (void)co_await client_.step(std::move(step), until(most));
}

Task<void> Remote::move(std::string path, std::string folder, std::string name, Deadline most) {
  const std::string to = path_in(folder, name);
  auto moved = co_await rename(path, to, most);
  if (moved || moved.error().code != "CH-SFTP-006") co_return moved;
  co_await make_folder(std::move(folder), most);
  moved = co_await rename(std::move(path), to, most);
  co_return moved;
}

Task<bool> Remote::put_new(std::string folder, std::string name, std::string temporary,
                           base::Payload payload, Deadline most) {
  const std::string path = path_in(folder, name);
  const std::string beside = path_in(folder, temporary);
  const std::uint64_t size = payload.size();
  const auto there = co_await look(path, most);
  if (!there) co_return fail(there.error());
  if (*there && (*there)->size == size) co_return false;
  if (*there)
    co_return fail("CH-SFTP-013", {}, {{"host", host()}, {"size", std::to_string((*there)->size)}});
  const auto written = co_await put(beside, std::move(payload), most);
  if (!written) co_return fail(written.error());
  const auto arrived = co_await look(beside, most);
  if (!arrived) co_return fail(arrived.error());
  const std::uint64_t found = *arrived ? (*arrived)->size : 0;
  if (!*arrived || found != size)
    co_return fail(
        "CH-SFTP-014", {},
        {{"host", host()}, {"size", std::to_string(found)}, {"expected", std::to_string(size)}});
  auto in_place = co_await put_in_place(beside, path, size, most);
  co_return in_place;
}

/// The last step. A server that refuses it may have done it for an attempt before this one.
Task<bool> Remote::put_in_place(std::string temporary, std::string path, std::uint64_t size,
                                Deadline most) {
  const auto renamed = co_await rename(std::move(temporary), path, most);
  if (renamed) co_return true;
  if (is_ambiguous(renamed.error())) co_return fail(renamed.error());
  const auto there = co_await look(std::move(path), most);
  if (there && *there && (*there)->size == size) co_return false;
  // What was there a moment ago: the connection broke.
  if (renamed.error().code == "CH-SFTP-006") co_return fail(unanswered());
  co_return fail(renamed.error());
}

}  // namespace charmille::adapters::sftp
