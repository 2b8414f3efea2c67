#include "gateway/store/sqlite/folder.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "gateway/store/payload_file.h"

namespace charmille::store::sqlite {
namespace {

namespace fs = std::filesystem;

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

tl::unexpected<Fault> folder_fault(int error) {
  return fail("CH-STO-007", {}, {{"reason", reason_of(error)}});
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Folder> Folder::open(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path / "payloads", error);
  if (error) return folder_fault(error.value());
  fs::permissions(path, fs::perms::owner_all, error);
  if (error) return folder_fault(error.value());
  Descriptor lock(::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) return folder_fault(errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? fail("CH-STO-001") : folder_fault(errno);
  }
  const fs::path parent = fs::absolute(path).lexically_normal();
  if (auto done =
          sync_folder((parent.has_filename() ? parent : parent.parent_path()).parent_path());
      !done) {
    return fail(done.error());
  }
  return Folder(path, std::move(lock));
}

void Folder::remove(const Uuid& id) const {
  ::unlink(payload(id).c_str());
}

Result<void> Folder::remove_orphans(const std::function<Result<bool>(const Uuid&)>& wanted) const {
  std::error_code error;
  std::vector<fs::path> orphans;
  for (const auto& entry : fs::directory_iterator(path_ / "payloads", error)) {
    const auto id = Uuid::parse(entry.path().filename().string());
    if (id) {
      auto known = wanted(*id);
      if (!known) return fail(known.error());
      if (*known) continue;
    }
    orphans.push_back(entry.path());
  }
  for (const fs::path& orphan : orphans) fs::remove(orphan, error);
  if (error) return folder_fault(error.value());
  return {};
}

bool Folder::has_reserve() const {
  std::error_code error;
  return fs::exists(path_ / "reserve", error);
}

bool Folder::make_reserve(std::uint64_t bytes) const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error || space.available < 2 * bytes) return false;
  const Descriptor file(::open((path_ / "reserve").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) return false;
  if (::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)) == 0) return true;
  free_reserve();
  return false;
}

void Folder::free_reserve() const {
  ::unlink((path_ / "reserve").c_str());
}

}  // namespace charmille::store::sqlite
