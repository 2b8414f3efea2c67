#include "gateway/crypto/master.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"

namespace charmille::crypto {
namespace {

constexpr std::string_view file_mark = "charmille-master-key-1 ";

class HeldMaster final : public MasterKey {
 public:
  explicit HeldMaster(Key key) : key_(std::move(key)) {}
  std::string id() const override { return master_id(key_); }
  Result<std::string> wrap(const Key& key, std::string_view context,
                           base::Random& random) const override {
    return crypto::wrap(key, key_, context, random);
  }
  Result<Key> unwrap(Bytes wrapped, std::string_view context) const override {
    return crypto::unwrap(wrapped, key_, context);
  }

 private:
  Key key_;
};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

base::Args about(const std::filesystem::path& path) {
  return {{"path", path.string()}};
}
base::Args failed(const std::filesystem::path& path) {
  return {{"path", path.string()}, {"reason", std::strerror(errno)}};
}

Result<void> check_protection(const struct stat& info, const std::filesystem::path& path,
                              mode_t forbidden) {
  if (!S_ISREG(info.st_mode)) return fail("CH-KEY-004", {}, about(path));
  if (info.st_uid != 0 && info.st_uid != ::geteuid())
    return fail("CH-KEY-003", {}, {{"path", path.string()}, {"uid", std::to_string(info.st_uid)}});
  if ((info.st_mode & forbidden) != 0)
    return fail("CH-KEY-002", {},
                {{"path", path.string()}, {"mode", fmt::format("{:04o}", info.st_mode & 07777)}});
  return {};
}

std::optional<Key> parse_master(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (!text.starts_with(file_mark)) return {};
  auto raw = base::from_base64(text.substr(file_mark.size()));
  if (!raw) return {};
  std::optional<Key> key;
  if (raw->size() == Key::size) key = Key::from_bytes(base::as_bytes(*raw).first<Key::size>());
  wipe(*raw);
  return key;
}

Result<std::unique_ptr<MasterKey>> read_master(const std::filesystem::path& path,
                                               mode_t forbidden) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ELOOP) return fail("CH-KEY-004", {}, about(path));
    return fail("CH-KEY-001", {}, failed(path));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return fail("CH-KEY-001", {}, failed(path));
  if (auto ok = check_protection(info, path, forbidden); !ok) return fail(ok.error());
  std::array<std::uint8_t, 256> buffer{};
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  if (count < 0) return fail("CH-KEY-001", {}, failed(path));
  auto key = parse_master(base::as_text(std::span(buffer).first(static_cast<std::size_t>(count))));
  wipe(buffer);
  if (!key) return fail("CH-KEY-005", {}, about(path));
  return master_of(std::move(*key));
}

/// Writes and syncs a new file that only the service may read.
Result<void> write_private(const std::filesystem::path& path, std::string_view text) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400));
  if (file.get() < 0) return fail("CH-KEY-007", {}, failed(path));
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("CH-KEY-007", {}, failed(path));
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fchmod(file.get(), 0400) != 0 || ::fsync(file.get()) != 0)
    return fail("CH-KEY-007", {}, failed(path));
  return {};
}

/// Gives the written file its name, refusing to replace one, and makes the name durable.
Result<void> publish(const std::filesystem::path& draft, const std::filesystem::path& path) {
  if (::link(draft.c_str(), path.c_str()) != 0)
    return errno == EEXIST ? fail("CH-KEY-006", {}, about(path))
                           : fail("CH-KEY-007", {}, failed(path));
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return fail("CH-KEY-007", {}, failed(path));
  return {};
}

}  // namespace

std::unique_ptr<MasterKey> master_of(Key key) {
  return std::make_unique<HeldMaster>(std::move(key));
}

std::string master_id(const Key& key) {
  return base::to_hex(Bytes(hmac(key, "charmille/master-id", std::string_view{})).first(4));
}

Result<std::unique_ptr<MasterKey>> open_master_file(const std::filesystem::path& path) {
  return read_master(path, 07177);
}

Result<std::unique_ptr<MasterKey>> open_master_credential(std::string_view name,
                                                          const std::filesystem::path& folder) {
  if (name.empty() || name.find('/') != name.npos || name == "." || name == "..")
    return fail("CH-KEY-009", {}, {{"name", std::string(name)}});
  std::filesystem::path from = folder;
  if (const char* given = std::getenv("CREDENTIALS_DIRECTORY"); from.empty() && given != nullptr)
    from = given;
  if (from.empty()) return fail("CH-KEY-008", {}, {{"name", std::string(name)}});
  return read_master(from / name, 07137);
}

Result<void> write_master_file(const std::filesystem::path& path, const Key& key) {
  std::string encoded = base::to_base64(key.reveal());
  std::string text;
  text.reserve(file_mark.size() + encoded.size() + 1);
  text.append(file_mark).append(encoded) += '\n';
  wipe(encoded);
  std::filesystem::path draft = path;
  draft += ".new";
  ::unlink(draft.c_str());  // left by an attempt that was interrupted; never the key itself
  auto done = write_private(draft, text);
  wipe(text);
  if (done) done = publish(draft, path);
  ::unlink(draft.c_str());
  return done;
}

}  // namespace charmille::crypto
