// libzip appears in this file only.
#include "gateway/codec/archive.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <zip.h>

#include <utf8proc.h>

#include "gateway/codec/blocks.h"

namespace charmille::codec {
namespace {

/// What a directory may take for each entry; a name has up to 64 KiB.
constexpr std::uint64_t directory_bytes = 1024;
/// libzip looks for the end of the directory in so many bytes.
constexpr std::uint64_t end_bytes = 2 * 66 * 1024;
constexpr std::uint64_t small_size = 1024 * 1024;

std::string mapped(const std::string& name, utf8proc_option_t how) {
  utf8proc_uint8_t* out = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(name.data()),
                                 static_cast<utf8proc_ssize_t>(name.size()), &out, how);
  if (size < 0) return name;
  std::string text(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  std::free(out);
  return text;
}

/// Whether a name would lead out of the folder that it is put into, on any system.
bool leads_out(std::string_view name) {
  if (name.starts_with('/') || name.find('\\') != name.npos) return true;
  if (name.size() >= 2 && name[1] == ':') return true;
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    if (name.substr(0, slash) == "..") return true;
    name.remove_prefix(slash == name.npos ? name.size() : slash + 1);
  }
  return false;
}

struct Discard {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};

}  // namespace

/// The payload as libzip reads it, and handles that are not in use: opening one parses the whole
/// directory.
class Archive::Inside {
 public:
  Inside(const base::Payload& payload, std::string name, std::uint64_t budget)
      : blocks_(payload), name_(std::move(name)), budget_(budget) {}

  struct Source;
  struct Handle {
    std::unique_ptr<zip_t, Discard> zip;
    Source* source = nullptr;  ///< lives as long as `zip`
  };

  Result<Handle> take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Handle handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return open();
  }
  void give_back(Handle handle) const {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  base::Place place() const { return {name_, 0, 0, {}}; }
  /// What went wrong below libzip, or else the entry itself.
  Fault why(const Handle& handle, std::uint64_t number) const {
    if (handle.source->fault) return *handle.source->fault;
    return fault("CH-ZIP-019", place(), {{"entry", std::to_string(number)}});
  }

  /// One opening of the payload by libzip.
  struct Source {
    const Inside* inside;
    std::uint64_t offset = 0;
    std::uint64_t left;  ///< bytes that it may read before the directory must be there
    bool opened = false;
    bool over_budget = false;
    std::optional<Fault> fault;
    zip_error_t error{};
  };

 private:
  Result<Handle> open() const {
    auto source = std::make_unique<Source>(Source{this, 0, budget_, false, false, {}, {}});
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const made = zip_source_function_create(answer, source.get(), &error);
    if (made == nullptr) return fail("CH-SYS-001", {}, {{"what", "libzip"}});
    Source* const kept = source.release();  // freed by libzip's last word to it
    zip_source_keep(made);                  // so that it outlives a failure
    Handle handle;
    handle.zip.reset(zip_open_from_source(made, ZIP_RDONLY, &error));
    handle.source = kept;
    zip_error_fini(&error);
    const bool opened = handle.zip != nullptr;
    Result<Handle> result = std::move(handle);
    if (!opened) {
      if (kept->fault)
        result = fail(*kept->fault);
      else
        result = fail(kept->over_budget ? "CH-ZIP-002" : "CH-ZIP-001", place(),
                      {{"limit", std::to_string(entry_limit())}});
      zip_source_free(made);  // libzip did not take it
    }
    kept->opened = true;
    zip_source_free(made);
    return result;
  }
  std::uint64_t entry_limit() const { return (budget_ - end_bytes) / directory_bytes; }

  static zip_int64_t answer(void* user, void* data, zip_uint64_t size,
                            zip_source_cmd_t command) noexcept {
    auto& source = *static_cast<Source*>(user);
    switch (command) {
      case ZIP_SOURCE_OPEN:
        source.offset = 0;
        return 0;
      case ZIP_SOURCE_CLOSE:
        return 0;
      case ZIP_SOURCE_READ:
        return read(source, {static_cast<char*>(data), size});
      case ZIP_SOURCE_SEEK: {
        const auto to = zip_source_seek_compute_offset(source.offset, source.inside->blocks_.size(),
                                                       data, size, &source.error);
        if (to < 0) return -1;
        source.offset = static_cast<std::uint64_t>(to);
        return 0;
      }
      case ZIP_SOURCE_TELL:
        return static_cast<zip_int64_t>(source.offset);
      case ZIP_SOURCE_STAT: {
        auto& info = *static_cast<zip_stat_t*>(data);
        zip_stat_init(&info);
        info.size = source.inside->blocks_.size();
        info.valid |= ZIP_STAT_SIZE;
        return sizeof info;
      }
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&source.error, data, size);
      case ZIP_SOURCE_FREE:
        delete &source;
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
      default:
        zip_error_set(&source.error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  static zip_int64_t read(Source& source, std::span<char> buffer) {
    if (!source.opened) {
      source.over_budget = source.over_budget || buffer.size() > source.left;
      if (source.over_budget) {
        zip_error_set(&source.error, ZIP_ER_READ, 0);
        return -1;
      }
      source.left -= buffer.size();
    }
    const auto count = source.inside->blocks_.read(source.offset, buffer);
    if (!count) {
      source.fault = count.error();
      zip_error_set(&source.error, ZIP_ER_READ, 0);
      return -1;
    }
    source.offset += *count;
    return static_cast<zip_int64_t>(*count);
  }

  mutable Blocks blocks_;
  const std::string name_;
  const std::uint64_t budget_;
  mutable std::mutex mutex_;
  mutable std::vector<Handle> idle_;
};

class Archive::EntryReader final : public base::Reader {
 public:
  static Result<std::unique_ptr<base::Reader>> open(std::shared_ptr<const Archive> archive,
                                                    const Entry& entry) {
    auto zip = archive->inside_->take();
    if (!zip) return fail(std::move(zip.error()));
    zip_file_t* const file = zip_fopen_index(zip->zip.get(), entry.number - 1, 0);
    std::unique_ptr<EntryReader> reader(
        new EntryReader(std::move(archive), entry, std::move(*zip)));
    reader->file_ = file;
    if (file == nullptr) return fail(reader->why());
    return reader;
  }
  EntryReader(const EntryReader&) = delete;
  EntryReader& operator=(const EntryReader&) = delete;
  ~EntryReader() override {
    if (file_ != nullptr) zip_fclose(file_);
    archive_->inside_->give_back(std::move(zip_));
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    const zip_int64_t count = zip_fread(file_, buffer.data(), buffer.size());
    taken_ += count > 0 ? static_cast<std::uint64_t>(count) : 0;
    // The end counts only when it comes where the directory says, with the right check sum.
    const bool early = count == 0 && !buffer.empty() && taken_ != size_;
    if (count < 0 || taken_ > size_ || early) return fail(why());
    return static_cast<std::size_t>(count);
  }

 private:
  EntryReader(std::shared_ptr<const Archive> archive, const Entry& entry, Inside::Handle zip)
      : archive_(std::move(archive)),
        number_(entry.number),
        size_(entry.size),
        zip_(std::move(zip)) {}

  Fault why() const { return archive_->inside_->why(zip_, number_); }

  std::shared_ptr<const Archive> archive_;
  const std::uint64_t number_;
  const std::uint64_t size_;
  Inside::Handle zip_;
  zip_file_t* file_ = nullptr;
  std::uint64_t taken_ = 0;
};

namespace {

/// Reads and checks the directory, an entry after the other.
class Directory {
 public:
  Directory(zip_t* zip, base::Place place, Encoding names, const ArchiveLimits& limits)
      : zip_(zip), place_(std::move(place)), names_(names), limits_(limits) {}

  Result<std::vector<Archive::Entry>> read() {
    const auto count = static_cast<std::uint64_t>(zip_get_num_entries(zip_, 0));
    if (count > limits_.entries)
      return fail("CH-ZIP-002", place_, {{"limit", std::to_string(limits_.entries)}});
    std::vector<Archive::Entry> entries;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto entry = read(i);
      if (!entry) return fail(std::move(entry.error()));
      if (!entry->name.ends_with('/')) entries.push_back(std::move(*entry));
    }
    return entries;
  }

 private:
  Result<Archive::Entry> read(std::uint64_t i) {
    zip_stat_t info;
    zip_stat_init(&info);
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(zip_, i, 0, &info) != 0 || (info.valid & needed) != needed)
      return fail("CH-ZIP-001", place_);
    auto name = read_name(i);
    if (!name) return fail(std::move(name.error()));
    if (leads_out(*name)) return refuse("CH-ZIP-006", i);
    if (is_special(i)) return refuse("CH-ZIP-007", i);
    if (info.size > limits_.size - total_)
      return fail("CH-ZIP-003", place_, {{"limit", std::to_string(limits_.size)}});
    total_ += info.size;
    if (info.size > small_size && info.size / limits_.ratio > info.comp_size)
      return refuse("CH-ZIP-005", i, {{"limit", std::to_string(limits_.ratio)}});
    return Archive::Entry{Archive::composed(*name), i + 1, info.size,
                          info.encryption_method != ZIP_EM_NONE};
  }

  /// An entry that says that it is UTF-8 has a name which libzip leaves as it is; it takes any
  /// other for CP437.
  Result<std::string> read_name(std::uint64_t i) {
    const char* const raw = zip_get_name(zip_, i, ZIP_FL_ENC_RAW);
    const char* const strict = zip_get_name(zip_, i, ZIP_FL_ENC_STRICT);
    std::string name;
    const bool utf8 = raw != nullptr && strict != nullptr && std::strcmp(raw, strict) == 0;
    const Encoding encoding = utf8 ? Encoding::utf8 : names_;
    if (raw == nullptr || TextDecoder(encoding).add(raw, true, name))
      return refuse("CH-ZIP-009", i, {{"encoding", std::string(name_of(encoding))}});
    return name;
  }

  /// A link, a device, a pipe: anything that Unix does not call a file or a folder.
  bool is_special(std::uint64_t i) const {
    zip_uint8_t system = ZIP_OPSYS_UNIX;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(zip_, i, 0, &system, &attributes) != 0) return true;
    const mode_t kind = (attributes >> 16) & S_IFMT;
    const bool unix_like = system == ZIP_OPSYS_UNIX || system == ZIP_OPSYS_OS_X;
    return unix_like && kind != 0 && kind != S_IFREG && kind != S_IFDIR;
  }

  tl::unexpected<Fault> refuse(std::string_view code, std::uint64_t i, base::Args args = {}) {
    args.emplace_back("entry", std::to_string(i + 1));
    return fail(code, place_, std::move(args));
  }

  zip_t* const zip_;
  const base::Place place_;
  const Encoding names_;
  const ArchiveLimits& limits_;
  std::uint64_t total_ = 0;
};

}  // namespace

Archive::Archive(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Archive::~Archive() = default;

Result<std::shared_ptr<const Archive>> Archive::open(const base::Payload& payload,
                                                     const std::string& name, Encoding names,
                                                     const ArchiveLimits& limits) {
  if (payload.size() == 0) return fail("CH-ZIP-001", {name, 0, 0, {}});
  const std::uint64_t budget = end_bytes + limits.entries * directory_bytes;
  const std::shared_ptr<Archive> archive(
      new Archive(std::make_unique<Inside>(payload, name, budget)));
  auto zip = archive->inside_->take();
  if (!zip) return fail(std::move(zip.error()));
  auto entries = Directory(zip->zip.get(), archive->inside_->place(), names, limits).read();
  if (!entries) return fail(std::move(entries.error()));
  archive->entries_ = std::move(*entries);
  archive->inside_->give_back(std::move(*zip));
  return archive;
}

base::Payload Archive::content(const std::shared_ptr<const Archive>& archive, const Entry& entry) {
  return base::Payload(entry.size, [archive, entry] { return EntryReader::open(archive, entry); });
}

std::string Archive::folded(const std::string& name) {
  return mapped(name, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                                     UTF8PROC_COMPAT | UTF8PROC_CASEFOLD));
}

std::string Archive::composed(const std::string& name) {
  return mapped(name, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

}  // namespace charmille::codec
