// The store in one SQLite file. The committer writes; reads borrow connections of their own.
#pragma once

#include <memory>

#include "gateway/store/sqlite/committer.h"
#include "gateway/store/sqlite/folder.h"
#include "gateway/store/sqlite/readers.h"
#include "gateway/store/store.h"

namespace charmille::store::sqlite {

class SqliteStore final : public Store {
 public:
  /// Takes what `open_sqlite` has checked.
  SqliteStore(std::unique_ptr<Folder> folder, std::unique_ptr<Readers> readers,
              std::unique_ptr<Committer> committer)
      : folder_(std::move(folder)),
        readers_(std::move(readers)),
        committer_(std::move(committer)) {}
  ~SqliteStore() override { SqliteStore::close(); }

  void commit(Unit unit, Done done) override {
    committer_->commit(std::move(unit), std::move(done));
  }

  Result<std::optional<Exchange>> exchange(const Uuid& id) override;
  Result<std::vector<Exchange>> exchanges(const ExchangeFilter& filter) override;
  Result<std::vector<Exchange>> unfinished_inbound(std::uint32_t limit) override;
  Result<std::vector<Exchange>> ready_deliveries(const std::string& endpoint, Time now,
                                                 std::uint32_t limit) override;
  Result<std::optional<Time>> next_due(const std::string& endpoint, Time now) override;
  Result<std::vector<std::pair<std::string, std::uint64_t>>> deliveries_to_send() override;
  Result<std::vector<Exchange>> open_deliveries(const std::string& lane) override;
  Result<std::vector<Exchange>> waiting_files(const std::string& endpoint,
                                              const std::string& lot) override;
  Result<std::optional<std::pair<Uuid, Bytes>>> idempotency(const Bytes& key) override;

  Result<std::optional<PayloadRow>> payload(const Uuid& id) override;
  std::filesystem::path payload_path(const Uuid& id) const override { return folder_->payload(id); }

  Result<std::optional<Uuid>> child_by_identifier(const Bytes& lookup) override;
  Result<std::optional<ChildRow>> child(const Uuid& id) override;
  Result<std::vector<StatementRow>> statements(const Uuid& child) override;
  Result<std::vector<StatementRow>> statement_history(const Uuid& child) override;
  Result<std::vector<Bytes>> identifiers(const Uuid& child) override;
  Result<std::vector<Claim>> claims(const Uuid& child) override;
  Result<std::vector<DocumentRow>> documents(const Uuid& child) override;
  Result<std::vector<DocumentRow>> documents_with(const Bytes& sha256) override;
  Result<std::vector<Uuid>> claimants(const Bytes& key) override;
  Result<std::vector<NamedRow>> named(const Bytes& name) override;
  Result<std::vector<LinkRow>> links_of(const Uuid& child) override;
  Result<std::vector<LinkRow>> links(const std::vector<LinkState>& states, std::uint64_t after,
                                     std::uint32_t limit) override;
  Result<std::optional<LinkRow>> link(std::uint64_t number) override;
  Result<std::vector<std::pair<LinkState, std::uint64_t>>> count_links() override;
  Result<std::vector<ChildRow>> children(const std::string& organisation, const Uuid& after,
                                         std::uint32_t limit) override;
  Result<std::vector<Uuid>> children_not_in_lot(const std::string& source, const std::string& lot,
                                                const Uuid& after, std::uint32_t limit) override;
  Result<std::uint64_t> known_children(const std::string& destination) override;
  Result<std::optional<ProjectionRow>> projection(const std::string& destination,
                                                  const Uuid& child) override;
  Result<std::vector<Uuid>> stale_children(const std::string& destination) override;

  Result<std::vector<QuarantineRow>> quarantine(const std::string& partner, bool open_only,
                                                std::uint32_t limit) override;
  Result<std::optional<QuarantineRow>> quarantine_entry(std::uint64_t number) override;
  Result<std::optional<LotRow>> lot(const std::string& endpoint, const std::string& key) override;
  Result<std::optional<LotRow>> last_lot(const std::string& endpoint,
                                         const std::string& period) override;
  Result<std::optional<LotRow>> lot_done_until(const std::string& endpoint,
                                               const std::string& key) override;
  Result<std::vector<LotRow>> open_lots() override;
  Result<Pairs> adapter_state(const std::string& endpoint) override;
  Result<std::optional<Bytes>> setting(const std::string& key) override;
  Result<std::optional<Time>> last_arrival(const std::string& partner) override;
  Result<Counts> counts() override;

  merkle::Frontier frontier() const override { return committer_->frontier(); }
  Result<std::vector<LeafRow>> leaves(std::uint64_t first, std::uint32_t limit) override;
  Result<std::vector<merkle::Digest>> tile(merkle::TileId id) override;
  Result<std::vector<merkle::Digest>> leaf_hashes(std::uint64_t first,
                                                  std::uint64_t count) override;

  void close() override;

 private:
  std::unique_ptr<Folder> folder_;
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Committer> committer_;
};

}  // namespace charmille::store::sqlite
