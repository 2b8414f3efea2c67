#include "gateway/exchange/durable.h"

#include <filesystem>
#include <memory>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charmille::exchange {

namespace asio = boost::asio;

asio::awaitable<Result<store::Committed>> make_durable(store::Store& store, store::Unit unit) {
  // Shared, since the initiation below must be copyable and g++ 12 destroys moved temporaries of a
  // co_await twice.
  const auto held = std::make_shared<store::Unit>(std::move(unit));
  store::Store* const to = &store;
  auto initiation = [held, to](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    to->commit(std::move(*held), [shared](Result<store::Committed> result) {
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, [shared, answer = std::move(result)]() mutable {
        std::move (*shared)(std::move(answer));
      });
    });
  };
  auto committed =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<store::Committed>)>(
          std::move(initiation), asio::use_awaitable);
  co_return committed;
}

bool changed_meanwhile(const Fault& refusal) {
  return refusal.code == "CH-STO-010";
}

std::vector<base::Uuid> payload_files(const store::Unit& unit) {
  std::vector<base::Uuid> files;
  for (const store::Write& write : unit.writes)
    if (const auto* put = std::get_if<store::PutPayload>(&write); put != nullptr)
      if (put->payload.in_file) files.push_back(put->payload.id);
  return files;
}

void drop_files(const store::Store& store, const std::vector<base::Uuid>& files,
                const Fault& refusal) {
  if (refusal.code == "CH-STO-011") return;
  std::error_code ignored;
  for (const base::Uuid& id : files) std::filesystem::remove(store.payload_path(id), ignored);
}

}  // namespace charmille::exchange
