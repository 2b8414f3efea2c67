#include "gateway/exchange/vault.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/stream.h"
#include "gateway/store/payload_file.h"

namespace charmille::exchange {
namespace {

constexpr std::uint64_t in_row_limit = 64 * 1024;
/// Bytes of a look-up key: 128 bits tell all the identifiers of the world apart.
constexpr std::size_t lookup_size = 16;

std::string text_of(const crypto::Digest& digest) {
  return std::string(base::as_text(digest));
}

std::string payload_context(const base::Uuid& id) {
  return "payload|" + id.text();
}
std::string child_context(const base::Uuid& id) {
  return "child|" + id.text();
}

std::string document_context(const base::Uuid& child, const base::Uuid& payload) {
  return child_context(child) + "|document|" + payload.text();
}

std::uint32_t year_of(base::Time now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  return static_cast<std::uint32_t>(static_cast<int>(today.year()));
}

std::string setting_name(const crypto::WrappedKey& key) {
  return "key/" + std::string(name_of(key.purpose)) + "/" + std::to_string(key.epoch);
}

/// The names of the keys in the store are listed in one setting, so that no scan is needed:
/// "store/1 lookup/1 ...".
constexpr const char* ring_setting = "keyring";

Result<void> save(store::Store& store, const std::vector<crypto::WrappedKey>& keys) {
  store::Unit unit;
  std::string list;
  for (const crypto::WrappedKey& key : keys) {
    list += std::string(name_of(key.purpose)) + '/' + std::to_string(key.epoch) + '/' + key.master +
            '\n';
    unit.writes.emplace_back(store::PutSetting{setting_name(key), key.bytes});
  }
  unit.writes.emplace_back(store::PutSetting{ring_setting, list});
  if (auto done = store.commit_and_wait(std::move(unit)); !done) return fail(done.error());
  return {};
}

Result<std::vector<crypto::WrappedKey>> load(store::Store& store, std::string_view list) {
  std::vector<crypto::WrappedKey> keys;
  while (!list.empty()) {
    const std::string_view line = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    const std::size_t first = line.find('/');
    const std::size_t second = line.find('/', first + 1);
    crypto::WrappedKey key;
    const auto purpose = crypto::purpose_of(line.substr(0, first));
    if (!purpose || second == line.npos) return fail("CH-EXC-002");
    key.purpose = *purpose;
    key.epoch = static_cast<std::uint32_t>(
        std::stoul(std::string(line.substr(first + 1, second - first - 1))));
    key.master = line.substr(second + 1);
    auto bytes = store.setting(setting_name(key));
    if (!bytes) return fail(bytes.error());
    if (!*bytes) return fail("CH-EXC-002");
    key.bytes = std::move(**bytes);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

Vault::Vault(crypto::Keyring keys, store::Store& store, const base::Clock& clock,
             base::Random& random)
    : keys_(std::move(keys)), store_(store), clock_(clock), random_(random) {}

Result<std::unique_ptr<Vault>> Vault::open(store::Store& store, const crypto::MasterKey& master,
                                           const base::Clock& clock, base::Random& random) {
  const std::uint32_t year = year_of(clock.now());
  auto list = store.setting(ring_setting);
  if (!list) return fail(list.error());
  if (!*list) {
    const auto counts = store.counts();
    if (!counts) return fail(counts.error());
    if (!counts->exchanges.empty() || counts->children != 0) return fail("CH-EXC-002");
    crypto::Keyring keys = crypto::Keyring::create(year, random);
    auto wrapped = keys.wrapped(master, random);
    if (!wrapped) return fail(wrapped.error());
    if (auto saved = save(store, *wrapped); !saved) return fail(saved.error());
    return std::unique_ptr<Vault>(new Vault(std::move(keys), store, clock, random));
  }
  const auto wrapped = load(store, **list);
  if (!wrapped) return fail(wrapped.error());
  auto keys = crypto::Keyring::open(master, *wrapped);
  if (!keys) return fail(keys.error());
  if (keys->add_epoch(crypto::Purpose::tag, year, random)) {
    auto more = keys->wrapped(master, random);
    if (!more) return fail(more.error());
    if (auto saved = save(store, *more); !saved) return fail(saved.error());
  }
  return std::unique_ptr<Vault>(new Vault(std::move(*keys), store, clock, random));
}

struct Vault::Builder::InFile {
  InFile(store::PayloadFile opened, const crypto::Key& key, const base::Uuid& id,
         base::Random& random)
      : file(std::move(opened)),
        writer(
            key, payload_context(id), [this](crypto::Bytes bytes) { return file.write(bytes); },
            random) {}
  store::PayloadFile file;
  crypto::SealingWriter writer;
};

Vault::Builder::Builder(const Vault& vault) : vault_(vault) {
  sealed_.row.created = vault.clock_.now();
  sealed_.row.id = base::uuid_v7(sealed_.row.created, vault.random_);
  crypto::DataKey key = vault.keys_.new_data_key(payload_context(sealed_.row.id), vault.random_);
  sealed_.row.key = std::move(key.wrapped);
  sealed_.key = std::make_shared<const crypto::Key>(std::move(key.key));
}

Vault::Builder::~Builder() = default;

Result<void> Vault::Builder::write(std::string_view piece) {
  hash_.update(piece);
  sealed_.row.size += piece.size();
  if (!file_ && small_.size() + piece.size() <= in_row_limit) {
    small_ += piece;
    return {};
  }
  if (!file_)
    if (auto moved = move_to_file(); !moved) return moved;
  return file_->writer.write(piece);
}

Result<void> Vault::Builder::move_to_file() {
  auto file = store::PayloadFile::create(vault_.store_.payload_path(sealed_.row.id));
  if (!file) return fail(file.error());
  file_ = std::make_unique<InFile>(std::move(*file), *sealed_.key, sealed_.row.id, vault_.random_);
  sealed_.row.in_file = true;
  auto written = file_->writer.write(small_);
  small_.clear();
  return written;
}

Result<Vault::Sealed> Vault::Builder::finish() {
  sealed_.row.sha256 = text_of(hash_.finish());
  if (!file_) {
    sealed_.row.body =
        crypto::seal(small_, *sealed_.key, payload_context(sealed_.row.id), vault_.random_);
    return std::move(sealed_);
  }
  if (auto finished = file_->writer.finish(); !finished) return fail(finished.error());
  if (auto durable = file_->file.make_durable(); !durable) return fail(durable.error());
  return std::move(sealed_);
}

std::unique_ptr<Vault::Builder> Vault::builder() const {
  return std::make_unique<Builder>(*this);
}

Result<Vault::Sealed> Vault::seal_payload(const base::Payload& payload) const {
  auto reader = payload.open();
  if (!reader) return fail(reader.error());
  Builder builder(*this);
  std::string buffer(std::min<std::uint64_t>(payload.size() + 1, in_row_limit), '\0');
  for (;;) {
    const auto count = (*reader)->read(buffer);
    if (!count) return fail(count.error());
    if (*count == 0) return builder.finish();
    if (auto written = builder.write(std::string_view(buffer).substr(0, *count)); !written)
      return fail(written.error());
  }
}

Result<Vault::Sealed> Vault::seal_document(const crypto::Key& child_key, const base::Uuid& child,
                                           const base::Payload& content) const {
  auto sealed = seal_payload(content);
  if (!sealed) return sealed;
  const std::string context = document_context(child, sealed->row.id);
  sealed->row.key = crypto::seal(sealed->row.key, child_key, context, random_);
  return sealed;
}

Result<base::Payload> Vault::open_document(const crypto::Key& child_key, const base::Uuid& child,
                                           store::PayloadRow row) const {
  auto key = crypto::open_sealed(row.key, child_key, document_context(child, row.id));
  if (!key) return fail(key.error());
  row.key = std::move(*key);
  return open_payload(row);
}

Result<Vault::KeyPtr> Vault::payload_key(const store::PayloadRow& row) const {
  auto key = keys_.open_data_key(base::as_bytes(row.key), payload_context(row.id));
  if (!key) return fail(key.error());
  return std::make_shared<const crypto::Key>(std::move(*key));
}

Result<base::Payload> Vault::open_payload(const store::PayloadRow& row) const {
  auto key = payload_key(row);
  if (!key) return fail(key.error());
  if (row.in_file) {
    auto sealed = base::Payload::from_file(store_.payload_path(row.id));
    if (!sealed) return fail(sealed.error());
    return crypto::open_payload(std::move(*sealed), row.size, *key, payload_context(row.id));
  }
  auto bytes = crypto::open_sealed(row.body, **key, payload_context(row.id));
  if (!bytes) return fail(bytes.error());
  return base::Payload(std::move(*bytes));
}

std::string Vault::seal_beside(const crypto::Key& key, const base::Uuid& payload,
                               std::string_view field, std::string_view text) const {
  return crypto::seal(text, key, std::string(field) + '|' + payload.text(), random_);
}

Result<std::string> Vault::open_beside(const crypto::Key& key, const base::Uuid& payload,
                                       std::string_view field, std::string_view sealed) const {
  return crypto::open_sealed(sealed, key, std::string(field) + '|' + payload.text());
}

Vault::NewChild Vault::new_child(const std::string& organisation) const {
  NewChild child;
  child.row.id = base::uuid_v7(clock_.now(), random_);
  child.row.organisation = organisation;
  crypto::DataKey key = keys_.new_data_key(child_context(child.row.id), random_);
  child.row.key = std::move(key.wrapped);
  child.row.tag = tag_of(child.row.id);
  child.key = std::make_shared<const crypto::Key>(std::move(key.key));
  return child;
}

Result<Vault::KeyPtr> Vault::child_key(const store::ChildRow& row) const {
  {
    const std::lock_guard lock(cache_mutex_);
    const auto known = cached_.find(row.id);
    if (known != cached_.end() && known->second->wrapped == row.key) {
      cache_.splice(cache_.begin(), cache_, known->second);
      return known->second->key;
    }
  }
  auto opened = keys_.open_data_key(base::as_bytes(row.key), child_context(row.id));
  if (!opened) return fail(opened.error());
  auto key = std::make_shared<const crypto::Key>(std::move(*opened));
  const std::lock_guard lock(cache_mutex_);
  if (const auto known = cached_.find(row.id); known != cached_.end()) {
    cache_.erase(known->second);
    cached_.erase(known);
  }
  cache_.push_front({row.id, row.key, key});
  cached_[row.id] = cache_.begin();
  if (cache_.size() > cache_size) {
    cached_.erase(cache_.back().child);
    cache_.pop_back();
  }
  return key;
}

std::string Vault::seal_statement(const crypto::Key& key, const base::Uuid& child,
                                  std::string_view section, std::string_view body) const {
  return crypto::seal(body, key, child_context(child) + '|' + std::string(section), random_);
}

Result<std::string> Vault::open_statement(const crypto::Key& key, const base::Uuid& child,
                                          std::string_view section, std::string_view sealed) const {
  return crypto::open_sealed(sealed, key, child_context(child) + '|' + std::string(section));
}

std::string Vault::seal_alone(std::string_view context, std::string_view text) const {
  const crypto::DataKey key = keys_.new_data_key(context, random_);
  return key.wrapped + crypto::seal(text, key.key, context, random_);
}

Result<std::string> Vault::open_alone(std::string_view context, std::string_view sealed) const {
  const std::size_t size = crypto::wrapped_data_key_size;
  if (sealed.size() < size) return fail("CH-SEAL-001");
  auto key = keys_.open_data_key(base::as_bytes(sealed.substr(0, size)), context);
  if (!key) return fail(key.error());
  return crypto::open_sealed(sealed.substr(size), *key, context);
}

std::uint32_t Vault::tag_epoch() const {
  // The turn of the year is taken at the next start: a process that runs through it goes on under
  // the year it knows.
  return keys_.epochs(crypto::Purpose::tag).back();
}

std::string Vault::tag_of(const base::Uuid& child) const {
  const auto tag = keys_.tag(tag_epoch(), child);
  return tag ? std::string(base::as_text(*tag)) : std::string{};
}

std::string Vault::lookup(const std::string& organisation, std::string_view system,
                          std::string_view value) const {
  return text_of(crypto::hmac_parts(keys_.lookup(), "identifier", {organisation, system, value}))
      .substr(0, lookup_size);
}

std::string Vault::digest(std::string_view domain, std::string_view data) const {
  return text_of(crypto::hmac(keys_.digest(), domain, data));
}

}  // namespace charmille::exchange
