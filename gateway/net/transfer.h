// One call of the client as libcurl sees it: options in, answer and fault out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "gateway/net/client.h"

namespace charmille::net {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

class Transfer {
 public:
  /// `easy` is clean; it belongs to the transfer until `release`.
  Transfer(Easy easy, HttpCall call);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Sets every option. A fault when the call itself is wrong.
  Result<void> prepare();
  /// What became of it, once libcurl is through.
  Result<HttpAnswer> finish(CURLcode code);

  CURL* easy() const { return easy_.get(); }
  Easy release() { return std::move(easy_); }
  const HttpCall& call() const { return call_; }

 private:
  Result<void> set_body();
  void set_tls();
  Fault fault_of(CURLcode code) const;
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);

  Easy easy_;
  HttpCall call_;
  std::string host_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::unique_ptr<base::Reader> reader_;
  bool started_ = false;            ///< libcurl has taken bytes of the body
  std::optional<Fault> own_fault_;  ///< of our callbacks: wins over libcurl's
  HttpAnswer answer_;
  std::size_t header_bytes_ = 0;
};

}  // namespace charmille::net
