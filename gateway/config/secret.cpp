#include "gateway/config/secret.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <openssl/crypto.h>

#include "gateway/base/bytes.h"

namespace charmille::config {
namespace {

constexpr std::size_t most_bytes = 64U << 10;

class File {
 public:
  explicit File(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// systemd shows a credential as readable by its group although only the service may enter the
/// folder (systemd.exec(5), LoadCredential=).
bool is_systemd_credential(const std::filesystem::path& file) {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && file.parent_path() == std::filesystem::path(folder);
}

tl::unexpected<Fault> refused(std::string_view code, const SecretReference& reference,
                              base::Args args = {}) {
  args.emplace_back("name", base::printable(reference.file.empty() ? reference.variable
                                                                   : reference.file.string()));
  return fail(code, reference.place, std::move(args));
}

Result<Secret> read_file(const SecretReference& reference) {
  const File file(reference.file);
  struct stat status {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode))
    return refused("CH-CFG-080", reference);
  if ((status.st_mode & 077) != 0 && !is_systemd_credential(reference.file))
    return refused("CH-CFG-081", reference);
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return refused("CH-CFG-082", reference);
  std::string value(most_bytes + 1, '\0');
  std::size_t length = 0;
  while (length < value.size()) {
    const ssize_t count = ::read(file.descriptor(), value.data() + length, value.size() - length);
    if (count < 0) return refused("CH-CFG-080", reference);
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  std::string exact = value.substr(0, length);
  OPENSSL_cleanse(value.data(), value.size());
  if (exact.ends_with('\n')) exact.pop_back();
  if (exact.ends_with('\r')) exact.pop_back();
  Secret secret(std::move(exact));
  if (length == 0 || length > most_bytes || secret.reveal().empty())
    return refused("CH-CFG-083", reference);
  return secret;
}

}  // namespace

Secret::Secret(Secret&& other) noexcept {
  *this = std::move(other);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  // A copy and a wipe: a moved-from short string would keep its characters in place.
  wipe();
  value_ = other.value_;
  other.wipe();
  return *this;
}

void Secret::wipe() noexcept {
  OPENSSL_cleanse(value_.data(), value_.size());
  value_.clear();
}

Result<Secret> read_secret(const SecretReference& reference) {
  if (!reference.file.empty()) return read_file(reference);
  const char* const value = std::getenv(reference.variable.c_str());
  if (value == nullptr || *value == '\0') return refused("CH-CFG-084", reference);
  return Secret(value);
}

}  // namespace charmille::config
