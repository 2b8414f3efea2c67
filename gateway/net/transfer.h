// One piece of work of libcurl's: options in, answer or fault out. Which protocol is the business
// of those who derive from it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "gateway/base/result.h"

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
using List = std::unique_ptr<curl_slist, FreeList>;

class Transfer {
 public:
  Transfer() = default;
  virtual ~Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// `easy` is clean; it belongs to the transfer until `release`.
  void take(Easy easy) { easy_ = std::move(easy); }
  Easy release() { return std::move(easy_); }
  EasyHandle* easy() const { return easy_.get(); }

  /// Sets every option. A fault when the call itself is wrong.
  virtual Result<void> prepare() = 0;
  /// Keeps what became of it, once libcurl is through; `code` is a CURLcode.
  virtual void conclude(int code) = 0;
  /// Keeps that nothing became of it.
  virtual void refuse(Fault fault) = 0;
  /// Hands what was kept to who waits for it. The last call.
  virtual void tell() = 0;

 private:
  Easy easy_;
};

template <class T>
class TransferOf : public Transfer {
 public:
  using Answer = T;
  using Done = std::function<void(Result<T>)>;

  void when_done(Done done) { done_ = std::move(done); }
  void conclude(int code) final { outcome_ = outcome(code); }
  void refuse(Fault fault) final { outcome_ = fail(std::move(fault)); }
  void tell() final { done_(std::move(*outcome_)); }

 protected:
  virtual Result<T> outcome(int code) = 0;

 private:
  Done done_;
  std::optional<Result<T>> outcome_;
};

}  // namespace charmille::net
