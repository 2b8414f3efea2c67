#include "gateway/net/sftp_transfer.h"

#include <algorithm>
#include <initializer_list>

#include <curl/curl.h>

#include "gateway/base/bytes.h"

namespace charmille::net {
namespace {

constexpr std::uint64_t small = 64 * 1024;
constexpr long large_buffer = 256L * 1024L;
/// Seconds after which a kept connection is not trusted: firewalls forget silent ones silently.
constexpr long longest_idle = 30;

static_assert(CURL_ERROR_SIZE <= 256);

/// A line break would end one command and begin another.
bool clean(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

std::string encoded(std::string_view path) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
        c == '.' || c == '_' || c == '/') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

/// libcurl's form: a path from the root begins with "/", one from where the server puts us with
/// "/~/".
std::string url_of(const SftpPeer& peer, std::string_view path) {
  const bool address_v6 = peer.host.find(':') != peer.host.npos;
  std::string out = "sftp://";
  out += address_v6 ? '[' + peer.host + ']' : peer.host;
  out += ':' + std::to_string(peer.port);
  return out + (path.starts_with('/') ? "" : "/~/") + encoded(path);
}

std::string in_quotes(std::string_view path) {
  std::string out = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

std::string command_of(const SftpStep& step) {
  switch (step.verb) {
    case SftpStep::Verb::rename:
      return "rename " + in_quotes(step.path) + ' ' + in_quotes(step.to);
    case SftpStep::Verb::remove:
      return "rm " + in_quotes(step.path);
    case SftpStep::Verb::make_folder:
      return "mkdir " + in_quotes(step.path);
  }
  return {};
}

bool says(std::string_view reason, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [reason](std::string_view word) { return reason.find(word) != reason.npos; });
}

/// A key that was refused and a connection that broke while it was offered have one code: libcurl's
/// remarks alone, which are libssh2's words, tell which it was.
int note_loss(CURL*, curl_infotype type, char* text, std::size_t size, void* lost) {
  const std::string_view remark(text, size);
  if (type == CURLINFO_TEXT && remark.starts_with("SSH public key authentication failed") &&
      says(remark, {"Waiting for", "Unable to send", "disconnect"}))
    *static_cast<bool*>(lost) = true;
  return 0;
}

}  // namespace

SftpTransfer::SftpTransfer(std::shared_ptr<const SftpPeer> peer, SftpCall call)
    : peer_(std::move(peer)), call_(std::move(call)), spool_(call_.spool) {}

Result<void> SftpTransfer::prepare() {
  CURL* e = easy();
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "sftp");
  curl_easy_setopt(e, CURLOPT_PROXY, "");
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, longest_idle);
  curl_easy_setopt(e, CURLOPT_ERRORBUFFER, reason_.data());
  curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, &note_loss);
  curl_easy_setopt(e, CURLOPT_DEBUGDATA, &lost_at_login_);
  curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &SftpTransfer::on_body);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, this);
  set_identity();
  if (auto set = set_times(); !set) return set;
  return set_verb();
}

Result<void> SftpTransfer::set_times() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  CURL* e = easy();
  const auto left = duration_cast<milliseconds>(call_.deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return fail("CH-NET-005", {}, {{"host", peer_->host}});
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(left, peer_->connect_timeout).count()));
  const auto silence = std::chrono::ceil<std::chrono::seconds>(peer_->timeout);
  curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence.count()));
  return {};
}

void SftpTransfer::set_identity() {
  CURL* e = easy();
  curl_easy_setopt(e, CURLOPT_SSH_HOSTKEYFUNCTION, &SftpTransfer::on_host_key);
  curl_easy_setopt(e, CURLOPT_SSH_HOSTKEYDATA, this);
  curl_easy_setopt(e, CURLOPT_USERNAME, peer_->user.c_str());
  // Said exactly: libcurl would else look for keys in the home folder, and ask an agent.
  if (peer_->key.empty()) {
    curl_easy_setopt(e, CURLOPT_SSH_AUTH_TYPES,
                     static_cast<long>(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
    if (peer_->password)
      curl_easy_setopt(e, CURLOPT_PASSWORD, std::string(peer_->password->reveal()).c_str());
    return;
  }
  curl_easy_setopt(e, CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PUBLICKEY));
  curl_easy_setopt(e, CURLOPT_SSH_PRIVATE_KEYFILE, peer_->key.c_str());
  if (peer_->passphrase)
    curl_easy_setopt(e, CURLOPT_KEYPASSWD, std::string(peer_->passphrase->reveal()).c_str());
}

Result<void> SftpTransfer::set_verb() {
  CURL* e = easy();
  const bool names_are_clean =
      call_.verb == SftpCall::Verb::step
          ? clean(call_.step.path) &&
                (call_.step.verb != SftpStep::Verb::rename || clean(call_.step.to))
          : clean(call_.path);
  if (!names_are_clean) return fail("CH-SFTP-011");
  switch (call_.verb) {
    case SftpCall::Verb::list:
      curl_easy_setopt(e, CURLOPT_URL, url_of(*peer_, call_.path + '/').c_str());
      return {};
    case SftpCall::Verb::look:
      curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
      [[fallthrough]];
    case SftpCall::Verb::get:
      curl_easy_setopt(e, CURLOPT_URL, url_of(*peer_, call_.path).c_str());
      curl_easy_setopt(e, CURLOPT_FILETIME, 1L);
      // libssh2 asks ahead as far as the buffer reaches.
      curl_easy_setopt(e, CURLOPT_BUFFERSIZE, large_buffer);
      return {};
    case SftpCall::Verb::step:
      commands_.reset(curl_slist_append(nullptr, command_of(call_.step).c_str()));
      curl_easy_setopt(e, CURLOPT_URL, url_of(*peer_, "/").c_str());
      curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
      curl_easy_setopt(e, CURLOPT_QUOTE, commands_.get());
      return {};
    case SftpCall::Verb::put:
      break;
  }
  curl_easy_setopt(e, CURLOPT_URL, url_of(*peer_, call_.path).c_str());
  curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
  if (call_.body.size() > small) curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, large_buffer);
  auto reader = call_.body.open();
  if (!reader) return fail(reader.error());
  reader_ = std::move(*reader);
  curl_easy_setopt(e, CURLOPT_READFUNCTION, &SftpTransfer::on_read);
  curl_easy_setopt(e, CURLOPT_READDATA, this);
  return {};
}

std::size_t SftpTransfer::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<SftpTransfer*>(self);
  auto read = transfer.reader_->read({data, size * count});
  if (read) return *read;
  transfer.own_fault_ = std::move(read.error());
  return CURL_READFUNC_ABORT;
}

std::size_t SftpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<SftpTransfer*>(self)->take({data, size * count});
}

std::size_t SftpTransfer::take(std::string_view bytes) {
  const bool listing = call_.verb == SftpCall::Verb::list;
  const std::uint64_t held = listing ? listing_.size() : spool_.size();
  if (held + bytes.size() > call_.most_bytes) {
    own_fault_ = fault(listing ? "CH-SFTP-009" : "CH-SFTP-010", {},
                       {{"limit", std::to_string(call_.most_bytes)}});
    return 0;
  }
  if (listing) {
    listing_ += bytes;
    return bytes.size();
  }
  if (auto kept = spool_.append(bytes); !kept) {
    own_fault_ = kept.error();
    return 0;
  }
  return bytes.size();
}

int SftpTransfer::on_host_key(void* self, int type, const char* key, std::size_t size) {
  auto& transfer = *static_cast<SftpTransfer*>(self);
  const SftpPeer& peer = *transfer.peer_;
  const std::string shown = fingerprint_of({key, size});
  const base::Args args{{"host", peer.host}, {"fingerprint", shown}};
  if (std::ranges::find(peer.host_keys, shown) == peer.host_keys.end()) {
    transfer.own_fault_ = fault("CH-SFTP-001", {}, args);
    return CURLKHMATCH_MISMATCH;
  }
  // libssh2 1.10 knows RSA host keys with SHA-1 only, which no longer proves anything.
  if (type != CURLKHTYPE_ED25519 && type != CURLKHTYPE_ECDSA) {
    transfer.own_fault_ = fault("CH-SFTP-002", {}, args);
    return CURLKHMATCH_MISMATCH;
  }
  return CURLKHMATCH_OK;
}

Result<SftpAnswer> SftpTransfer::outcome(int code) {
  if (code == CURLE_OK) return answer();
  const bool absent = code == CURLE_REMOTE_FILE_NOT_FOUND && call_.verb == SftpCall::Verb::look;
  if (absent) return SftpAnswer{};
  Fault f = own_fault_ ? std::move(*own_fault_) : fault_of(code);
  const bool before_login = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                            code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_LOGIN_DENIED ||
                            code == CURLE_FAILED_INIT;
  const bool answered = code == CURLE_QUOTE_ERROR && f.code != "CH-NET-006";
  if (call_.verb == SftpCall::Verb::step && !before_login && !answered)
    f.args.emplace_back("ambiguous", "yes");
  return fail(std::move(f));
}

Result<SftpAnswer> SftpTransfer::answer() {
  SftpAnswer out;
  out.listing = std::move(listing_);
  if (call_.verb != SftpCall::Verb::look && call_.verb != SftpCall::Verb::get) return out;
  curl_off_t size = 0;
  curl_off_t modified = 0;
  curl_easy_getinfo(easy(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
  curl_easy_getinfo(easy(), CURLINFO_FILETIME_T, &modified);
  out.size_is_known = size >= 0;
  out.file = RemoteFile{size < 0 ? spool_.size() : static_cast<std::uint64_t>(size), modified};
  out.payload = std::move(spool_).finish();
  return out;
}

/// By this call, or by one before it whose connection was used again.
bool SftpTransfer::is_connected() const {
  long made = 0;
  curl_off_t time = 0;
  curl_easy_getinfo(easy(), CURLINFO_NUM_CONNECTS, &made);
  curl_easy_getinfo(easy(), CURLINFO_CONNECT_TIME_T, &time);
  return made == 0 || time > 0;
}

Fault SftpTransfer::fault_of(int code) const {
  std::string_view reason = reason_.data();
  if (reason.empty()) reason = curl_easy_strerror(static_cast<CURLcode>(code));
  base::Args host{{"host", peer_->host}};
  base::Args with_reason{{"host", peer_->host}, {"reason", base::printable(reason)}};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return fault("CH-NET-003", {}, std::move(host));
    case CURLE_OPERATION_TIMEDOUT:
      return fault(is_connected() ? "CH-NET-005" : "CH-NET-004", {}, std::move(host));
    case CURLE_COULDNT_CONNECT:
      return fault("CH-NET-002", {}, std::move(with_reason));
    case CURLE_LOGIN_DENIED:
      if (lost_at_login_) return fault("CH-NET-006", {}, std::move(with_reason));
      return fault("CH-SFTP-003", {}, {{"host", peer_->host}, {"user", peer_->user}});
    case CURLE_FAILED_INIT:
      return fault("CH-SFTP-004", {}, std::move(with_reason));
    case CURLE_REMOTE_ACCESS_DENIED:
      return fault("CH-SFTP-005", {}, std::move(host));
    case CURLE_REMOTE_FILE_NOT_FOUND:
      return fault("CH-SFTP-006", {}, std::move(host));
    case CURLE_REMOTE_DISK_FULL:
      return fault("CH-SFTP-007", {}, std::move(host));
    case CURLE_SSH:
    case CURLE_REMOTE_FILE_EXISTS:
    case CURLE_QUOTE_ERROR:
      break;
    default:
      return fault("CH-NET-006", {}, std::move(with_reason));
  }
  // What the server answered, or that it did not, is in libcurl's words alone.
  if (says(reason, {"Permission denied", "write protected"}))
    return fault("CH-SFTP-005", {}, std::move(host));
  if (says(reason, {"No such file", "not found"})) return fault("CH-SFTP-006", {}, std::move(host));
  if (says(reason, {"Disk full", "quota"})) return fault("CH-SFTP-007", {}, std::move(host));
  const bool told_nothing = reason_.front() == '\0';
  if (told_nothing || says(reason, {"Unknown error", "lost", "Not connected"}))
    return fault("CH-NET-006", {}, std::move(with_reason));
  return fault("CH-SFTP-008", {}, std::move(with_reason));
}

}  // namespace charmille::net
