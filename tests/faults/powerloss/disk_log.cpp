#include "tests/faults/powerloss/disk_log.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

namespace charmille::powerloss {
namespace {

namespace fs = std::filesystem;

template <class Integer>
Integer take(const std::string& bytes, std::size_t& at) {
  Integer value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  at += sizeof value;
  return value;
}

void apply(const Note& note, std::string& content) {
  if (note.kind == Kind::truncate) {
    content.resize(note.offset);
    return;
  }
  if (content.size() < note.offset + note.a.size()) content.resize(note.offset + note.a.size());
  content.replace(note.offset, note.a.size(), note.a);
}

/// What a name stands for; folders have the number 0.
using Names = std::map<std::string, std::uint64_t>;

std::string folder_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

struct Disk {
  std::map<std::uint64_t, std::string> durable;            ///< bytes after the last sync
  std::map<std::uint64_t, std::vector<const Note*>> open;  ///< changes since
  Names names;
  Names durable_names;

  void play(const Note& note, const Loss& loss) {
    switch (note.kind) {
      case Kind::create:
        names[note.a] = note.file;
        durable[note.file] = {};  // an inode may come back with another file
        open[note.file].clear();
        break;
      case Kind::write:
      case Kind::truncate:
        open[note.file].push_back(&note);
        break;
      case Kind::rename: {
        const auto found = names.find(note.a);
        if (found == names.end()) break;
        names[note.b] = found->second;
        names.erase(note.a);
        break;
      }
      case Kind::remove:
        names.erase(note.a);
        break;
      case Kind::folder:
        names[note.a] = 0;
        break;
      case Kind::sync_file:
        if (is_deaf(note.file, loss)) break;
        for (const Note* change : open[note.file]) apply(*change, durable[note.file]);
        open[note.file].clear();
        break;
      case Kind::sync_folder:
        if (loss.deaf_folder != note.a) sync_names(note.a);
        break;
      case Kind::mark:
        break;
    }
  }

  bool is_deaf(std::uint64_t file, const Loss& loss) const {
    return loss.deaf_files && std::ranges::any_of(names, [&](const auto& name) {
             return name.second == file && name.first.starts_with(*loss.deaf_files);
           });
  }

  void sync_names(const std::string& folder) {
    std::erase_if(durable_names, [&](const auto& name) { return folder_of(name.first) == folder; });
    for (const auto& [path, file] : names) {
      if (folder_of(path) == folder) durable_names[path] = file;
    }
  }
};

}  // namespace

DiskLog DiskLog::read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  DiskLog log;
  for (std::size_t at = 0; at < bytes.size();) {
    Note note;
    note.kind = static_cast<Kind>(take<std::uint8_t>(bytes, at));
    note.file = take<std::uint64_t>(bytes, at);
    note.offset = take<std::uint64_t>(bytes, at);
    const auto a = take<std::uint32_t>(bytes, at);
    const auto b = take<std::uint32_t>(bytes, at);
    note.a = bytes.substr(at, a);
    note.b = bytes.substr(at + a, b);
    at += a + b;
    log.notes_.push_back(std::move(note));
  }
  return log;
}

std::vector<std::size_t> DiskLog::moments() const {
  std::vector<std::size_t> found = {0};
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    const Kind kind = notes_[i].kind;
    // Also just before: then the sync had been asked for, and marks up to here had been given.
    if (kind == Kind::sync_file || kind == Kind::sync_folder) {
      if (found.back() != i) found.push_back(i);
      found.push_back(i + 1);
    }
  }
  if (found.back() != notes_.size()) found.push_back(notes_.size());
  return found;
}

std::vector<std::string> DiskLog::marks(std::size_t moment) const {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < moment; ++i) {
    if (notes_[i].kind == Kind::mark) found.push_back(notes_[i].a);
  }
  return found;
}

void DiskLog::rebuild(std::size_t moment, const Loss& loss, const fs::path& folder) const {
  Disk disk;
  for (std::size_t i = 0; i < moment; ++i) disk.play(notes_[i], loss);
  std::mt19937_64 random(loss.seed.value_or(0));
  fs::create_directories(folder);
  for (const auto& [path, file] : disk.durable_names) {  // a folder comes before what is in it
    if (!fs::exists((folder / path).parent_path())) continue;
    if (file == 0) {
      fs::create_directory(folder / path);  // also when it is there already
      continue;
    }
    std::string content = disk.durable[file];
    for (const Note* change : disk.open[file]) {
      if (loss.seed && random() % 2 == 0) apply(*change, content);
    }
    std::ofstream(folder / path, std::ios::binary) << content;
  }
}

}  // namespace charmille::powerloss
