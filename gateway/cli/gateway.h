// The gateway as a command sees it: requests and answers, whether a daemon serves them or this
// process does.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/payload.h"
#include "gateway/base/result.h"
#include "gateway/config/site.h"
#include "gateway/tree/document.h"

namespace charmille::cli {

struct Question {
  std::string method = "GET";
  std::string target;  ///< path and query
  std::vector<std::pair<std::string, std::string>> headers;
  base::Payload body;
  std::chrono::seconds at_most{60};
};

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
};

class Gateway {
 public:
  virtual ~Gateway() = default;
  virtual Result<Answer> call(Question question) = 0;
  /// Whether a daemon answers.
  virtual bool is_daemon() const = 0;
};

/// A daemon at its Unix socket; nullptr when nobody listens there.
Result<std::unique_ptr<Gateway>> gateway_at_socket(const std::filesystem::path& socket);
/// The store, opened by this process under its lock; the person is the login of the process.
Result<std::unique_ptr<Gateway>> gateway_in_process(const std::filesystem::path& configuration);

/// The body of an answer in JSON.
Result<tree::Document> read_answer(const Answer& answer);

/// Percent-encoding of one value of a query (RFC 3986 §2.1).
std::string encoded(std::string_view text);

}  // namespace charmille::cli
