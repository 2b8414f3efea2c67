#include "gateway/net/sftp.h"

#include <algorithm>
#include <array>

#include <openssl/sha.h>

#include "gateway/base/bytes.h"
#include "gateway/net/multi.h"
#include "gateway/net/sftp_transfer.h"

namespace charmille::net {

namespace asio = boost::asio;

namespace {

constexpr std::string_view prefix = "SHA256:";
constexpr std::size_t digits = 43;  // base64 of 32 bytes, without its padding

/// On the connections of `multi`, which may be gone when it starts.
SftpClient::Awaited<SftpAnswer> run(std::weak_ptr<Multi> multi,
                                    std::shared_ptr<const SftpPeer> peer, SftpCall call) {
  return perform<SftpAnswer>(std::move(multi),
                             std::make_unique<SftpTransfer>(std::move(peer), std::move(call)));
}

/// libcurl tells a connection that breaks by the last word of the server that libssh2 remembers:
/// "no such file" may be the answer to an earlier question. On the connection that follows it is
/// not.
bool is_doubtful(const Result<SftpAnswer>& answer, SftpCall::Verb verb) {
  if (answer) return verb == SftpCall::Verb::look && !answer->file;
  return answer.error().code == "CH-NET-006" || answer.error().code == "CH-SFTP-006";
}

/// A question may be put twice.
SftpClient::Awaited<SftpAnswer> ask(std::weak_ptr<Multi> multi,
                                    std::shared_ptr<const SftpPeer> peer, SftpCall call) {
  auto answer = co_await run(multi, peer, call);
  if (!is_doubtful(answer, call.verb)) co_return answer;
  answer = co_await run(std::move(multi), std::move(peer), std::move(call));
  co_return answer;
}

}  // namespace

SftpClient::SftpClient(SftpPeer peer)
    : peer_(std::make_shared<const SftpPeer>(std::move(peer))),
      multi_(Multi::make(thread_->get_executor(), peer_->connections, 1, thread_)) {}

SftpClient::~SftpClient() {
  asio::post(multi_->strand(), [multi = multi_] { multi->stop(); });
  thread_->join();
}

SftpClient::Awaited<std::string> SftpClient::list(std::string folder, std::uint64_t most_bytes,
                                                  Deadline deadline) {
  SftpCall call;
  call.verb = SftpCall::Verb::list;
  call.path = std::move(folder);
  call.most_bytes = most_bytes;
  call.deadline = deadline;
  auto answer = co_await ask(multi_, peer_, std::move(call));
  if (!answer) co_return fail(answer.error());
  co_return std::move(answer->listing);
}

SftpClient::Awaited<std::optional<RemoteFile>> SftpClient::look(std::string path,
                                                                Deadline deadline) {
  SftpCall call;
  call.path = std::move(path);
  call.deadline = deadline;
  for (int round = 0; round < 2; ++round) {
    call.verb = SftpCall::Verb::look;
    const auto seen = co_await ask(multi_, peer_, call);
    if (!seen) co_return fail(seen.error());
    if (!seen->file || seen->size_is_known) co_return seen->file;
    // Empty, or the connection broke when the size was asked, which libcurl does not tell: an
    // empty file can be read to its end.
    call.verb = SftpCall::Verb::get;
    const auto read = co_await ask(multi_, peer_, call);
    if (read) co_return read->file;
    if (read.error().code != "CH-SFTP-010") co_return fail(read.error());
  }
  co_return fail("CH-NET-006", {}, {{"host", peer_->host}, {"reason", "size not told"}});
}

SftpClient::Awaited<Fetched> SftpClient::get(std::string path, std::uint64_t most_bytes,
                                             std::filesystem::path spool, Deadline deadline) {
  SftpCall call;
  call.verb = SftpCall::Verb::get;
  call.path = std::move(path);
  call.most_bytes = most_bytes;
  call.spool = std::move(spool);
  call.deadline = deadline;
  auto answer = co_await ask(multi_, peer_, std::move(call));
  if (!answer) co_return fail(answer.error());
  Fetched fetched;
  fetched.file = *answer->file;
  fetched.payload = std::move(answer->payload);
  co_return fetched;
}

SftpClient::Awaited<void> SftpClient::put(std::string path, base::Payload payload,
                                          Deadline deadline) {
  SftpCall call;
  call.verb = SftpCall::Verb::put;
  call.path = std::move(path);
  call.body = std::move(payload);
  call.deadline = deadline;
  const auto answer = co_await run(multi_, peer_, std::move(call));
  if (!answer) co_return fail(answer.error());
  co_return Result<void>{};
}

SftpClient::Awaited<void> SftpClient::step(SftpStep step, Deadline deadline) {
  SftpCall call;
  call.verb = SftpCall::Verb::step;
  call.step = std::move(step);
  call.deadline = deadline;
  const auto answer = co_await run(multi_, peer_, std::move(call));
  if (!answer) co_return fail(answer.error());
  co_return Result<void>{};
}

std::string fingerprint_of(std::string_view host_key) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(host_key.data()), host_key.size(), digest.data());
  return std::string(prefix) + base::to_base64(digest).substr(0, digits);
}

bool is_fingerprint(std::string_view text) {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + digits) return false;
  return base::from_base64(std::string(text.substr(prefix.size())) + '=').has_value();
}

}  // namespace charmille::net
