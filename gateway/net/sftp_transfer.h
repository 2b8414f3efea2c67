// One call over SFTP as libcurl sees it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "gateway/net/sftp.h"
#include "gateway/net/spool.h"
#include "gateway/net/transfer.h"

namespace charmille::net {

struct SftpCall {
  enum class Verb : std::uint8_t { list, look, get, put, step };
  Verb verb = Verb::look;
  std::string path;  ///< of list, look, get, put
  SftpStep step;
  base::Payload body;  ///< of put
  std::uint64_t most_bytes = 0;
  std::filesystem::path spool;
  std::chrono::steady_clock::time_point deadline;
};

/// What of it is filled depends on the verb.
struct SftpAnswer {
  std::string listing;
  std::optional<RemoteFile> file;
  bool size_is_known =
      false;  ///< libcurl gives none for an empty file, or when the question failed
  base::Payload payload;
};

class SftpTransfer final : public TransferOf<SftpAnswer> {
 public:
  SftpTransfer(std::shared_ptr<const SftpPeer> peer, SftpCall call);

  Result<void> prepare() override;

 private:
  Result<SftpAnswer> outcome(int code) override;
  Result<void> set_times();
  void set_identity();
  Result<void> set_verb();
  Result<SftpAnswer> answer();
  bool is_connected() const;
  Fault fault_of(int code) const;
  std::size_t take(std::string_view bytes);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static int on_host_key(void* self, int type, const char* key, std::size_t size);

  std::shared_ptr<const SftpPeer> peer_;
  SftpCall call_;
  List commands_;
  std::unique_ptr<base::Reader> reader_;
  std::string listing_;
  Spool spool_;
  std::optional<Fault> own_fault_;  ///< of our callbacks: wins over libcurl's
  bool lost_at_login_ = false;
  std::array<char, 256> reason_{};  ///< libcurl's words; of fixed texts, never a path
};

}  // namespace charmille::net
