// The head of an HTTP/1.1 answer as bytes (RFC 9112 §4).
#pragma once

#include <string>

#include "gateway/net/http.h"

namespace charmille::net {

struct ResponseFrame {
  bool keep_alive = true;
  bool head = false;  ///< answers a HEAD request: no body follows
  unsigned version = 11;
};

/// Appends status line and headers, with Date, Content-Length and Connection. Header values lose
/// their control characters: nothing that a handler passes on can start a header of its own.
void write_header(std::string& out, const ResponseFrame& frame, const HttpResponse& response);

bool may_have_body(int status);

/// "Not Found"; "Status" for a number that has no name.
std::string_view reason_phrase(int status);

}  // namespace charmille::net
