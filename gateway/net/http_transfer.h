// One call over HTTP as libcurl sees it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gateway/net/client.h"
#include "gateway/net/transfer.h"

namespace charmille::net {

class HttpTransfer final : public TransferOf<HttpAnswer> {
 public:
  explicit HttpTransfer(HttpCall call);

  Result<void> prepare() override;

 private:
  Result<HttpAnswer> outcome(int code) override;
  Result<void> set_body();
  void set_tls();
  Fault fault_of(int code) const;
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, std::int64_t offset, int origin);

  HttpCall call_;
  std::string host_;
  List headers_;
  std::unique_ptr<base::Reader> reader_;
  bool started_ = false;            ///< libcurl has taken bytes of the body
  std::optional<Fault> own_fault_;  ///< of our callbacks: wins over libcurl's
  HttpAnswer answer_;
  std::size_t header_bytes_ = 0;
};

}  // namespace charmille::net
