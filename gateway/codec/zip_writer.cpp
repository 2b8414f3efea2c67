// Records to a zip archive: each record's document as an entry, and an index that says whose it is.
//
// Entries are stored as they are (PDF and images are compressed already) and have no time of their
// own, so that the same documents give the same bytes with any version of any library. An entry is
// written when its record comes, the index last: nothing but the list of entries is kept.
#include <map>
#include <vector>
#include <zlib.h>

#include "gateway/base/bytes.h"
#include "gateway/codec/archive.h"
#include "gateway/codec/streams.h"
#include "gateway/crypto/digest.h"

namespace charmille::codec {
namespace {

using tree::Node;

/// What the format holds without its extensions, which not everybody reads.
constexpr std::uint64_t largest_archive = 0xFFFFFFFF;
constexpr std::size_t most_entries = 0xFFFF;
constexpr std::size_t longest_name = 200;

/// A name that every system takes, and none misreads: letters and digits of ASCII, ". _ -" and
/// folders.
bool is_safe(std::string_view name) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
  if (name.empty() || name.size() > longest_name) return false;
  if (name.find_first_not_of(letters) != name.npos || name.ends_with('/')) return false;
  while (!name.empty()) {
    const std::string_view step = name.substr(0, name.find('/'));
    if (step.empty() || step.front() == '.') return false;
    name.remove_prefix(std::min(name.size(), step.size() + 1));
  }
  return true;
}

class ZipEncoder final : public Encoder {
 public:
  explicit ZipEncoder(const ZipOutput& options)
      : options_(options), index_encoder_(make_csv_encoder(options.csv)) {}

  Result<void> add(const tree::Document& document, const Node& record, std::string& out) override {
    const base::Place place = document.place_of(record.origin());
    auto entry = entry_of(document, record, place);
    if (!entry) return fail(std::move(entry.error()));
    std::string line;
    tree::Document row(1024);
    if (auto added = index_encoder_->add(document, without_content(row, record), line); !added)
      return added;
    index_ += line;
    // The same document once more, perhaps under another title: a line more, and no entry.
    if (names_.try_emplace(Archive::folded(entry->name), entry->digest).second)
      append(std::move(*entry), out);
    return {};
  }

  Result<void> finish(std::string& out) override {
    if (auto ended = index_encoder_->finish(index_); !ended) return ended;
    if (offset_ + index_.size() > largest_archive) return too_large({});
    append({options_.index, std::move(index_)}, out);
    std::string directory;
    for (const Listed& entry : listed_) add_to_directory(entry, directory);
    const std::uint64_t begin = offset_;
    out += directory;
    number(0x06054b50, 4, out);
    number(0, 4, out);  // one disk
    number(listed_.size(), 2, out);
    number(listed_.size(), 2, out);
    number(directory.size(), 4, out);
    number(begin, 4, out);
    number(0, 2, out);  // no comment
    return {};
  }

  std::vector<Fault> remarks() const override { return index_encoder_->remarks(); }

 private:
  struct Entry {
    std::string name;
    std::string bytes;
    std::string digest = {};  ///< told by the record, and checked; may be empty
  };
  struct Listed {
    std::string name;
    std::uint64_t size = 0;
    std::uint64_t check = 0;
    std::uint64_t offset = 0;
  };

  Result<Entry> entry_of(const tree::Document& document, const Node& record,
                         const base::Place& place) const {
    const Node* const name = record.find(options_.name);
    if (name == nullptr || !is_safe(name->chars()))
      return fail("CH-ZIP-021", place, {{"column", options_.name}});
    Entry entry{std::string(name->chars()), {}};
    const Node* const digest = options_.sha256.empty() ? nullptr : record.find(options_.sha256);
    if (digest != nullptr) entry.digest = digest->chars();
    const auto known = names_.find(Archive::folded(entry.name));
    const bool other =
        known != names_.end() && (entry.digest.empty() || known->second != entry.digest);
    if (other || entry.name == options_.index)
      return fail("CH-ZIP-022", place, {{"column", options_.name}});
    const Node* const content = record.find(options_.as);
    if (content == nullptr || !content->is(tree::Kind::attachment) ||
        content->attachment_index() >= document.attachments().size())
      return fail("CH-ZIP-023", place, {{"column", options_.as}});
    const base::Payload& payload = document.attachments()[content->attachment_index()].bytes;
    if (listed_.size() + 2 > most_entries || offset_ + payload.size() > largest_archive)
      return too_large(place);
    auto bytes = payload.bytes(largest_archive);
    if (!bytes) return fail(std::move(bytes.error()));
    entry.bytes = std::move(*bytes);
    if (options_.sha256.empty()) return entry;
    if (digest == nullptr || digest->chars() != base::to_hex(crypto::sha256(entry.bytes)))
      return fail("CH-ZIP-024", place, {{"column", options_.sha256}});
    return entry;
  }

  static tl::unexpected<Fault> too_large(const base::Place& place) {
    return fail(
        "CH-ZIP-025", place,
        {{"limit", std::to_string(largest_archive)}, {"entries", std::to_string(most_entries)}});
  }

  Node without_content(tree::Document& into, const Node& record) const {
    std::vector<tree::Document::Member> members;
    for (std::size_t i = 0; i < record.items().size(); ++i)
      if (record.key(i) != options_.as) members.emplace_back(record.key(i), record.items()[i]);
    return into.object(members, record.origin());
  }

  static void number(std::uint64_t value, int bytes, std::string& out) {
    for (; bytes > 0; --bytes, value >>= 8) out += static_cast<char>(value & 0xFF);
  }

  /// What the header of an entry and the directory say alike.
  static void describe(const Listed& entry, std::string& out) {
    number(20, 2, out);      // version that opens it
    number(0x0800, 2, out);  // the name is UTF-8
    number(0, 2, out);       // stored
    number(0, 2, out);       // midnight
    number(0x0021, 2, out);  // of 1 January 1980, the first that the format knows
    number(entry.check, 4, out);
    number(entry.size, 4, out);
    number(entry.size, 4, out);
    number(entry.name.size(), 2, out);
    number(0, 2, out);  // nothing more
  }

  void append(Entry entry, std::string& out) {
    Listed listed{std::move(entry.name), entry.bytes.size(), 0, offset_};
    listed.check =
        crc32_z(0, reinterpret_cast<const unsigned char*>(entry.bytes.data()), entry.bytes.size());
    const std::size_t before = out.size();
    number(0x04034b50, 4, out);
    describe(listed, out);
    out += listed.name;
    out += entry.bytes;
    offset_ += out.size() - before;
    listed_.push_back(std::move(listed));
  }

  static void add_to_directory(const Listed& entry, std::string& out) {
    constexpr std::uint64_t unix_file = 0100644;
    number(0x02014b50, 4, out);
    number(3 << 8 | 20, 2, out);  // made on Unix
    describe(entry, out);
    number(0, 2, out);  // no comment
    number(0, 2, out);  // one disk
    number(0, 2, out);  // no text
    number(unix_file << 16, 4, out);
    number(entry.offset, 4, out);
    out += entry.name;
  }

  const ZipOutput options_;
  std::unique_ptr<Encoder> index_encoder_;
  std::string index_;
  std::map<std::string, std::string>
      names_;  ///< folded: what some systems take for the same; their digests
  std::vector<Listed> listed_;
  std::uint64_t offset_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_zip_encoder(const ZipOutput& options) {
  return std::make_unique<ZipEncoder>(options);
}

}  // namespace charmille::codec
