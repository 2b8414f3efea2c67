#include "gateway/net/http_transfer.h"

#include <algorithm>

#include <curl/curl.h>
#include <fmt/format.h>

namespace charmille::net {
namespace {

constexpr std::uint64_t small = 64 * 1024;
constexpr std::size_t answer_header_limit = 64 * 1024;

bool clean(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Host and port of a URL, for fault texts: never the path or the credentials.
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t at = url.rfind('@');
  return std::string(at == url.npos ? url : url.substr(at + 1));
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

bool is_ambiguous(const Fault& fault) {
  return std::ranges::any_of(fault.args, [](const auto& arg) { return arg.first == "ambiguous"; });
}

HttpTransfer::HttpTransfer(HttpCall call) : call_(std::move(call)), host_(host_of(call_.url)) {}

Result<void> HttpTransfer::prepare() {
  const std::string_view url = call_.url;
  const bool secure = url.starts_with("https://");
  if ((!secure && !url.starts_with("http://")) || host_.empty() || !clean(url))
    return fail("CH-NET-007");
  if (secure && call_.tls.ca.empty() && !call_.tls.system_store) return fail("CH-TLS-015");
  const auto add_header = [this](const char* line) {
    headers_.reset(curl_slist_append(headers_.release(), line));
  };
  for (const auto& [name, value] : call_.headers) {
    if (!clean(name) || !clean(value)) return fail("CH-NET-013", {}, {{"field", name}});
    add_header(fmt::format("{}: {}", name, value).c_str());
  }
  // Waiting for "100 Continue" costs a round trip or a second of silence; the size limit of the
  // peer costs one body.
  add_header("Expect:");

  CURL* e = easy();
  curl_easy_setopt(e, CURLOPT_URL, call_.url.c_str());
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(e, CURLOPT_PROXY, "");
  if (!call_.unix_socket.empty())
    curl_easy_setopt(e, CURLOPT_UNIX_SOCKET_PATH, call_.unix_socket.c_str());
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, call_.method.c_str());
  if (call_.method == "HEAD") curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, &HttpTransfer::on_header);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(e, CURLOPT_PRIVATE, this);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      call_.deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return fail("CH-NET-005", {}, {{"host", host_}});
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(left, call_.connect_timeout).count()));
  if (secure) set_tls();
  return set_body();
}

void HttpTransfer::set_tls() {
  CURL* e = easy();
  curl_easy_setopt(e, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(e, CURLOPT_SSL_CIPHER_LIST, tls12_suites);
  curl_easy_setopt(e, CURLOPT_TLS13_CIPHERS, tls13_suites);
  curl_easy_setopt(e, CURLOPT_SSL_EC_CURVES, tls_groups);
  curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
  // libcurl was built with the system's store as its default: it is taken away unless it was asked
  // for.
  if (!call_.tls.system_store) curl_easy_setopt(e, CURLOPT_CAPATH, nullptr);
  if (!call_.tls.ca.empty()) curl_easy_setopt(e, CURLOPT_CAINFO, call_.tls.ca.c_str());
  if (!call_.tls.crl.empty()) curl_easy_setopt(e, CURLOPT_CRLFILE, call_.tls.crl.c_str());
  if (call_.tls.certificate.empty()) return;
  curl_easy_setopt(e, CURLOPT_SSLCERT, call_.tls.certificate.c_str());
  curl_easy_setopt(e, CURLOPT_SSLKEY, call_.tls.key.c_str());
}

Result<void> HttpTransfer::set_body() {
  CURL* e = easy();
  const bool bodiless = call_.method == "GET" || call_.method == "HEAD" || call_.method == "DELETE";
  if (bodiless && call_.body.size() == 0) return {};
  curl_easy_setopt(e, CURLOPT_POST, 1L);
  curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
  auto reader = call_.body.open();
  if (!reader) return fail(reader.error());
  reader_ = std::move(*reader);
  curl_easy_setopt(e, CURLOPT_READFUNCTION, &HttpTransfer::on_read);
  curl_easy_setopt(e, CURLOPT_READDATA, this);
  curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, &HttpTransfer::on_seek);
  curl_easy_setopt(e, CURLOPT_SEEKDATA, this);
  if (call_.body.size() > small) curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024L);
  return {};
}

std::size_t HttpTransfer::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  transfer.started_ = true;
  auto read = transfer.reader_->read({data, size * count});
  if (read) return *read;
  transfer.own_fault_ = std::move(read.error());
  return CURL_READFUNC_ABORT;
}

/// libcurl wants to send again by itself when a kept connection dies before any answer. Once bytes
/// of the body have left, the peer may have acted: that is for the engine to ask about, so the
/// answer is no.
int HttpTransfer::on_seek(void* self, std::int64_t offset, int origin) {
  const auto& transfer = *static_cast<HttpTransfer*>(self);
  const bool untouched = !transfer.started_ && offset == 0 && origin == SEEK_SET;
  return untouched ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

std::size_t HttpTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  std::string_view line(data, size * count);
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > answer_header_limit) {
    transfer.own_fault_ =
        fault("CH-NET-009", {},
              {{"host", transfer.host_}, {"limit", std::to_string(answer_header_limit)}});
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // also after an interim answer: the last one counts
    transfer.answer_.headers.clear();
    return line.size();
  }
  line = line.substr(0, line.find_last_not_of("\r\n") + 1);
  const std::size_t colon = line.find(':');
  if (colon != line.npos)
    transfer.answer_.headers.emplace_back(trimmed(line.substr(0, colon)),
                                          trimmed(line.substr(colon + 1)));
  return size * count;
}

std::size_t HttpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::uint64_t limit = transfer.call_.answer_limit;
  if (transfer.answer_.body.size() + size * count > limit) {
    transfer.own_fault_ =
        fault("CH-NET-009", {}, {{"host", transfer.host_}, {"limit", std::to_string(limit)}});
    return 0;
  }
  transfer.answer_.body.append(data, size * count);
  return size * count;
}

Result<HttpAnswer> HttpTransfer::outcome(int code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    return std::move(answer_);
  }
  Fault f = own_fault_ ? std::move(*own_fault_) : fault_of(code);
  // Once a byte of the request has left, the peer may have acted on it. Said rather too often than
  // too rarely.
  long sent = 0;
  curl_easy_getinfo(easy(), CURLINFO_REQUEST_SIZE, &sent);
  if (sent > 0) f.args.emplace_back("ambiguous", "yes");
  return fail(std::move(f));
}

Fault HttpTransfer::fault_of(int code) const {
  const std::string reason = curl_easy_strerror(static_cast<CURLcode>(code));
  base::Args host{{"host", host_}};
  base::Args with_reason{{"host", host_}, {"reason", reason}};
  long verified = 0;
  double connected = 0;
  curl_easy_getinfo(easy(), CURLINFO_SSL_VERIFYRESULT, &verified);
  curl_easy_getinfo(easy(), CURLINFO_PRETRANSFER_TIME, &connected);
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return fault("CH-NET-007");
    case CURLE_COULDNT_RESOLVE_HOST:
      return fault("CH-NET-003", {}, host);
    case CURLE_OPERATION_TIMEDOUT:
      return fault(connected > 0 ? "CH-NET-005" : "CH-NET-004", {}, host);
    case CURLE_COULDNT_CONNECT:
      return fault("CH-NET-002", {}, with_reason);
    case CURLE_PEER_FAILED_VERIFICATION:
      return verification_fault(verified, host_);
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
      return fault("CH-TLS-004", {}, with_reason);
    case CURLE_SSL_CERTPROBLEM: {
      if (call_.tls.certificate.empty()) return fault("CH-TLS-012", {}, host);
      auto own = check_key(call_.tls.certificate, call_.tls.key);
      return own ? fault("CH-TLS-012", {}, host) : own.error();
    }
    case CURLE_SSL_CONNECT_ERROR:
      return fault("CH-TLS-011", {}, with_reason);
    case CURLE_UNSUPPORTED_PROTOCOL:  // the scheme was checked before: this is an answer without a
                                      // status line
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return fault("CH-NET-010", {}, with_reason);
    default:
      return fault("CH-NET-006", {}, with_reason);
  }
}

}  // namespace charmille::net
