#include "gateway/net/initialise.h"

#include <csignal>

#include <curl/curl.h>

namespace charmille::net {

Result<void> initialise() {
  (void)std::signal(SIGPIPE, SIG_IGN);  // fails only for what is no signal
  const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) return fail("CH-SYS-001", {}, {{"what", curl_easy_strerror(code)}});
  return {};
}

}  // namespace charmille::net
