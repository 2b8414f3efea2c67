// Zip archives (office documents too): names, comments and each member as a document.
#include <memory>
#include <optional>
#include <zip.h>

#include "gateway/codec/blocks.h"
#include "gateway/policy/scan/walk.h"

namespace charmille::policy {
namespace {

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using File = std::unique_ptr<zip_file_t, CloseFile>;
using Archive = std::unique_ptr<zip_t, CloseArchive>;

/// A payload as libzip reads it. It lives as long as the archive.
struct Input {
  explicit Input(const base::Payload& payload) : blocks(payload) {}

  codec::Blocks blocks;
  std::uint64_t offset = 0;
  zip_error_t error{};
  std::optional<Fault> broken;  ///< of the payload, not of the archive

  static zip_int64_t call(void* state, void* data, zip_uint64_t size, zip_source_cmd_t command) {
    Input& input = *static_cast<Input*>(state);
    switch (command) {
      case ZIP_SOURCE_OPEN:
        input.offset = 0;
        return 0;
      case ZIP_SOURCE_READ: {
        const auto count = input.blocks.read(input.offset, {static_cast<char*>(data), size});
        if (!count) {
          input.broken = count.error();
          return zip_error_set(&input.error, ZIP_ER_READ, 0), -1;
        }
        input.offset += *count;
        return static_cast<zip_int64_t>(*count);
      }
      case ZIP_SOURCE_SEEK: {
        const zip_int64_t to = zip_source_seek_compute_offset(input.offset, input.blocks.size(),
                                                              data, size, &input.error);
        if (to < 0) return -1;
        input.offset = static_cast<std::uint64_t>(to);
        return 0;
      }
      case ZIP_SOURCE_TELL:
        return static_cast<zip_int64_t>(input.offset);
      case ZIP_SOURCE_STAT: {
        auto* const stat = static_cast<zip_stat_t*>(data);
        zip_stat_init(stat);
        stat->size = input.blocks.size();
        stat->valid = ZIP_STAT_SIZE;
        return sizeof *stat;
      }
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&input.error, data, size);
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_SEEK,
                                              ZIP_SOURCE_TELL, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
                                              ZIP_SOURCE_CLOSE, ZIP_SOURCE_FREE, -1);
      default:
        return 0;
    }
  }
};

Archive open_archive(Input& input) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_function_create(&Input::call, &input, &error);
  Archive archive(source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!archive && source != nullptr) zip_source_free(source);
  zip_error_fini(&error);
  return archive;
}

class ZipReading {
 public:
  ZipReading(Walk& walk, zip_t& archive, const Spot& spot)
      : walk_(walk), archive_(archive), spot_(spot) {}

  void read() {
    const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(&archive_, 0));
    int length = 0;
    const char* const comment = zip_get_archive_comment(&archive_, &length, ZIP_FL_ENC_RAW);
    if (comment != nullptr)
      walk_.name({comment, static_cast<std::size_t>(length)},
                 spot_.part("zip").as(Carrier::metadata));
    for (zip_uint64_t i = 0; i < count; ++i) {
      const std::string place = "zip[" + std::to_string(i + 1) + ']';
      if (i >= walk_.limits().members)
        return walk_.obstacle(Obstacle::too_large, spot_.part(place));
      describe(i, spot_.part(place));
      member(i, spot_.inside(place));
    }
  }

 private:
  void describe(zip_uint64_t index, const Spot& spot) {
    if (const char* const name = zip_get_name(&archive_, index, ZIP_FL_ENC_RAW))
      walk_.name(name, spot.as(Carrier::name));
    zip_uint32_t length = 0;
    if (const char* const text = zip_file_get_comment(&archive_, index, &length, ZIP_FL_ENC_RAW))
      walk_.name({text, length}, spot.as(Carrier::metadata));
  }

  void member(zip_uint64_t index, const Spot& spot) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(&archive_, index, 0, &stat) != 0)
      return walk_.obstacle(Obstacle::damaged, spot);
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
      return walk_.obstacle(Obstacle::encrypted, spot);
    const std::uint64_t limit = walk_.limits().document;
    if ((stat.valid & ZIP_STAT_SIZE) != 0 && stat.size > limit)
      return walk_.obstacle(Obstacle::too_large, spot);
    if (spot.depth > walk_.limits().depth) return walk_.obstacle(Obstacle::too_deep, spot);
    const File file(zip_fopen_index(&archive_, index, 0));
    if (!file) return walk_.obstacle(Obstacle::damaged, spot);
    std::string bytes;
    std::string buffer(64 * 1024, '\0');
    for (;;) {
      const zip_int64_t count = zip_fread(file.get(), buffer.data(), buffer.size());
      // A wrong checksum is told at the end.
      if (count < 0) return walk_.obstacle(Obstacle::damaged, spot);
      if (count == 0) break;
      if (!walk_.spend(static_cast<std::uint64_t>(count), spot)) return;
      bytes.append(buffer, 0, static_cast<std::size_t>(count));
      if (bytes.size() > limit) return walk_.obstacle(Obstacle::too_large, spot);
    }
    walk_.content(base::Payload(std::move(bytes)), {}, spot);
  }

  Walk& walk_;
  zip_t& archive_;
  const Spot& spot_;
};

}  // namespace

void read_zip(Walk& walk, const base::Payload& payload, const Spot& spot) {
  Input input(payload);
  const Archive archive = open_archive(input);
  if (archive) {
    ZipReading(walk, *archive, spot).read();
  } else if (!input.broken) {
    walk.obstacle(Obstacle::damaged, spot);
  }
  if (input.broken) walk.broken(std::move(*input.broken));
}

}  // namespace charmille::policy
