// One call of the client as libcurl sees it: options in, answer and fault out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gateway/net/client.h"

struct curl_slist;

namespace charmille::net {

/// libcurl's easy handle, which its own header calls CURL: that header stays out of ours.
using EasyHandle = void;

struct FreeEasy {
  void operator()(EasyHandle* easy) const;
};
struct FreeList {
  void operator()(curl_slist* list) const;
};
using Easy = std::unique_ptr<EasyHandle, FreeEasy>;

class Transfer {
 public:
  /// `easy` is clean; it belongs to the transfer until `release`.
  Transfer(Easy easy, HttpCall call);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Sets every option. A fault when the call itself is wrong.
  Result<void> prepare();
  /// What became of it, once libcurl is through; `code` is a CURLcode.
  Result<HttpAnswer> finish(int code);

  EasyHandle* easy() const { return easy_.get(); }
  Easy release() { return std::move(easy_); }
  const HttpCall& call() const { return call_; }

 private:
  Result<void> set_body();
  void set_tls();
  Fault fault_of(int code) const;
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, std::int64_t offset, int origin);

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
