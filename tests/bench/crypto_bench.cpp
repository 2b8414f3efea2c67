// What sealing, hashing and audit leaves cost on one core: nanoseconds of processor time a call,
// the best of five rounds.
#include <algorithm>
#include <cstdio>
#include <string>
#include <time.h>

#include "gateway/base/bytes.h"
#include "gateway/crypto/keyring.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/stream.h"
#include "gateway/merkle/leaf.h"
#include "gateway/merkle/tiles.h"

using namespace charmille;

namespace {

/// Nanoseconds of processor time of this thread: other work on the machine is not counted.
double thread_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Work>
void measure(const char* name, int times, Work work) {
  double best = 1e18;
  for (int round = 0; round < 5; ++round) {
    const double start = thread_time();
    for (int i = 0; i < times; ++i) work();
    best = std::min(best, (thread_time() - start) / times);
  }
  std::printf("%-44s %10.0f ns\n", name, best);
}

merkle::Leaf usual_leaf(base::Random& random) {
  merkle::Leaf leaf;
  leaf.seq = 123456;
  leaf.log = "asso.example/audit";
  leaf.node = "a";
  leaf.ts = base::system_clock().now();
  leaf.id = base::uuid_v7(leaf.ts, random);
  leaf.boot = base::uuid_v4(random);
  leaf.ev = merkle::Event::exchange_received;
  leaf.xch = leaf.flow = leaf.id;
  leaf.corr = {"7d3c9a52-request-id"};
  leaf.chan = "http";
  leaf.agent = merkle::Agent{"partner", "CN=eo,O=asso", "mtls", "source", "asso", ""};
  leaf.peer = merkle::Peer{"eo", "192.0.2.1", std::uint16_t{4433}, {}};
  leaf.obj = {
      merkle::Object{"payload", {}, "push", "application/json", 760, crypto::sha256("in"), {}}};
  leaf.cfg = crypto::sha256("cfg");
  leaf.ret = "exchange";
  return leaf;
}

}  // namespace

int main() {
  base::Random& random = base::system_random();
  const crypto::Keyring ring = crypto::Keyring::create(2026, random);
  const crypto::Key key = crypto::Key::generate(random);
  const std::string kib(1024, 'x');
  const std::string sealed = crypto::seal(kib, key, "payload|1", random);
  const crypto::DataKey data_key = ring.new_data_key("payload|1", random);
  const base::Uuid child = base::uuid_v4(random);
  std::size_t sink = 0;
  measure("random, 12 bytes", 100'000, [&] {
    std::uint8_t bytes[12];
    random.fill(bytes);
    sink += bytes[0];
  });
  measure("SHA-256, 64 bytes", 200'000,
          [&] { sink += crypto::sha256(std::string_view(kib).substr(0, 64))[0]; });
  measure("SHA-256, 1 KiB", 100'000, [&] { sink += crypto::sha256(kib)[0]; });
  measure("HMAC of an identifier, 40 bytes", 100'000, [&] {
    sink += crypto::hmac(ring.lookup(), "ins", std::string_view(kib).substr(0, 40))[0];
  });
  measure("tag of a child", 100'000, [&] { sink += (*ring.tag(2026, child))[0]; });
  measure("seal 1 KiB", 50'000,
          [&] { sink += crypto::seal(kib, key, "payload|1", random).size(); });
  measure("open 1 KiB", 50'000,
          [&] { sink += crypto::open_sealed(sealed, key, "payload|1")->size(); });
  measure("new payload key, wrapped", 50'000,
          [&] { sink += ring.new_data_key("payload|1", random).wrapped.size(); });
  measure("open payload key", 50'000, [&] {
    sink += ring.open_data_key(base::as_bytes(data_key.wrapped), "payload|1")->reveal()[0];
  });
  const std::string mib(1 << 20, 'x');
  measure("seal a stream, per MiB", 20, [&] {
    crypto::SealingWriter writer(
        key, "payload|1",
        [&sink](crypto::Bytes bytes) -> Result<void> {
          sink += bytes.size();
          return {};
        },
        random);
    if (!writer.write(mib) || !writer.finish()) std::abort();
  });
  const merkle::Leaf leaf = usual_leaf(random);
  const std::string json = merkle::to_canonical_json(leaf).value();
  std::printf("(a leaf of %zu bytes)\n", json.size());
  measure("leaf to JSON", 50'000, [&] { sink += merkle::to_canonical_json(leaf)->size(); });
  measure("leaf to JSON and hash", 50'000,
          [&] { sink += merkle::leaf_hash(*merkle::to_canonical_json(leaf))[0]; });
  measure("JSON to leaf", 50'000, [&] { sink += merkle::parse_leaf(json)->seq; });
  merkle::GrowingTree tree;
  std::vector<merkle::Tile> filled;
  const merkle::Digest hash = merkle::leaf_hash(json);
  measure("append to the tree", 100'000, [&] {
    tree.append(hash, filled);
    filled.clear();
  });
  measure("root of the tree", 20'000, [&] { sink += tree.root()[0]; });
  return sink == 0 ? 1 : 0;
}
