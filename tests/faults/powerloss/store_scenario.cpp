// A run of the store for the replay of power losses: it marks each promise as soon as the store has
// answered.
//
//   store_scenario FOLDER MARKS [no-sync]
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "gateway/base/bytes.h"
#include "gateway/store/payload_file.h"
#include "gateway/store/store.h"

namespace {

using namespace charmille;
using namespace charmille::store;

int marks = -1;

void mark(const std::string& text) {
  if (::write(marks, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::_Exit(4);
}

Uuid id_of(int step) {
  return base::uuid_v5({}, "step " + std::to_string(step));
}

std::unique_ptr<Store> open(char** argv, bool no_sync) {
  SqliteOptions options;
  options.folder = argv[1];
  options.log_origin = "test/audit/gw1";
  options.node = "gw1";
  options.log_pages = 20;  // so that the write-ahead log is copied several times in the run
  options.unsafe_no_sync = no_sync;
  auto opened = open_sqlite(options);
  if (!opened) std::_Exit(3);
  return std::move(*opened);
}

/// An exchange with its leaf and its payload: in the row, or every third time in a file of its own.
void receive(Store& store, int step) {
  Exchange x;
  x.id = x.flow = id_of(step);
  x.payload = x.id;
  PayloadRow payload{x.id, 5000, "sha", "key", {}, step % 3 == 0, {}};
  const std::string body(5000, static_cast<char>('a' + step % 26));
  if (payload.in_file) {
    auto file = PayloadFile::create(store.payload_path(x.id));
    if (!file || !file->write(base::as_bytes(body)) || !file->make_durable()) std::_Exit(5);
  } else {
    payload.body = body;
  }
  Unit unit;
  unit.writes.push_back(PutExchange{x});
  unit.writes.push_back(PutPayload{payload});
  unit.audit.emplace_back();
  unit.audit.back().xch = x.id;
  if (!store.commit_and_wait(std::move(unit))) std::_Exit(6);
  mark("received " + std::to_string(step));
}

/// The one before last is done; every fifth payload is dropped.
void finish(Store& store, int step) {
  Exchange x = **store.exchange(id_of(step));
  x.state = State::done;
  Unit unit;
  unit.preconditions.push_back(ExchangeAt{x.id, 1});
  unit.writes.push_back(PutExchange{x});
  if (step % 5 == 0) unit.writes.push_back(DropPayload{x.id});
  unit.audit.emplace_back();
  unit.audit.back().ev = merkle::Event::exchange_validated;
  unit.audit.back().xch = x.id;
  if (!store.commit_and_wait(std::move(unit))) std::_Exit(7);
  mark((step % 5 == 0 ? "dropped " : "done ") + std::to_string(step));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const bool no_sync = argc > 3 && std::strcmp(argv[3], "no-sync") == 0;
  marks = ::open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
  auto store = open(argv, no_sync);
  for (int step = 0; step < 24; ++step) {
    receive(*store, step);
    if (step >= 2) finish(*store, step - 2);
    if (step == 12) {
      store.reset();
      store = open(argv, no_sync);
    }
  }
  return 0;
}
