// How many records the mapping makes in a second, and how long mapping files take to load:
//   mapping_row row FOLDER        rows that are read already, one thread
//   mapping_row csv FOLDER N      bytes of a CSV file to bytes of JSON, N threads
//   mapping_row load FOLDER SCHEMAS   every mapping of the folder, in milliseconds
// For `row` and `csv`, FOLDER holds rows.csv and row.yaml; `row` and `csv` write what they made to
// ours-row.ndjson and ours-csv.ndjson there. Prints one number: the best of three rounds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <time.h>
#include <vector>

#include "gateway/base/catalogue.h"
#include "gateway/codec/codec.h"
#include "gateway/mapping/mapping.h"

namespace {

using namespace charmille;
namespace fs = std::filesystem;

constexpr std::size_t rows_of_a_batch = 250;

int refuse(const Fault& fault) {
  std::fprintf(stderr, "%s\n", base::describe(fault, base::Language::en).c_str());
  return 1;
}

/// What a pass is measured by: the processor time of this thread, as what others do on the machine
/// does not count; or, for several threads, the clock on the wall.
enum class Clock : clockid_t { thread = CLOCK_THREAD_CPUTIME_ID, wall = CLOCK_MONOTONIC };

double now(Clock clock) {
  timespec t{};
  clock_gettime(static_cast<clockid_t>(clock), &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// Seconds for one pass, in the best of three rounds of at least a second, after one that warms up.
double best(Clock clock, const std::function<void()>& pass) {
  double least = 1e9;
  for (int round = 0; round < 4; ++round) {
    const double start = now(clock);
    int passes = 0;
    double seconds = 0;
    do {
      pass();
      ++passes;
      seconds = now(clock) - start;
    } while (seconds < 1);
    if (round > 0) least = std::min(least, seconds / passes);
  }
  return least;
}

codec::OutputOptions json_lines() {
  codec::OutputOptions options;
  options.format = codec::Format::ndjson;
  return options;
}

/// Appends the records as JSON; the first fault, if any, is the answer.
Result<void> encode(codec::Encoder& encoder, const std::vector<mapping::Item>& items,
                    std::string& out) {
  for (const mapping::Item& item : items) {
    if (!item.good()) return tl::unexpected(item.faults.front());
    if (auto added = encoder.add(item.document, item.document.root(), out); !added) return added;
  }
  return {};
}

/// One payload from CSV to JSON by several threads: each takes the next batch, maps and encodes it.
class Conversion {
 public:
  Conversion(const mapping::Mapping& mapping, const base::Payload& payload)
      : mapping_(mapping), stream_(codec::open(codec::Options{}, payload, "rows.csv")) {}

  Result<std::string> run(int threads) {
    if (!stream_) return tl::unexpected(stream_.error());
    {
      std::vector<std::jthread> others;
      for (int i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
      work();
    }
    if (fault_) return tl::unexpected(*fault_);
    std::string out;
    std::size_t size = 0;
    for (const auto& [number, bytes] : parts_) size += bytes.size();
    out.reserve(size);
    for (const auto& [number, bytes] : parts_) out += bytes;
    return out;
  }

 private:
  void work() {
    const auto encoder = codec::make_encoder(json_lines());
    for (;;) {
      std::unique_lock lock(mutex_);
      if (ended_) return;
      const std::size_t number = taken_++;
      const auto batch = (*stream_)->next(rows_of_a_batch);
      ended_ = !batch || batch->last;
      if (!batch) fault_ = batch.error();
      lock.unlock();
      if (!batch) return;
      std::string bytes;
      const auto done =
          encode(*encoder, mapping::apply(mapping_, batch->document, nullptr, variables_), bytes);
      lock.lock();
      if (!done) fault_ = done.error();
      ended_ = ended_ || !done;
      parts_.emplace(number, std::move(bytes));
    }
  }

  const mapping::Mapping& mapping_;
  const mapping::Variables variables_;
  std::mutex mutex_;  ///< guards all that follows
  Result<std::unique_ptr<codec::RecordStream>> stream_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  std::optional<Fault> fault_;
  std::map<std::size_t, std::string> parts_;  ///< by number of the batch
};

int print_csv(const mapping::Mapping& mapping, const base::Payload& payload, int threads,
              const fs::path& out) {
  const auto bytes = Conversion(mapping, payload).run(threads);
  if (!bytes) return refuse(bytes.error());
  std::ofstream(out, std::ios::binary) << *bytes;
  const auto records = static_cast<double>(std::count(bytes->begin(), bytes->end(), '\n'));
  std::printf("%.1f\n", records / best(threads == 1 ? Clock::thread : Clock::wall,
                                       [&] { (void)Conversion(mapping, payload).run(threads); }));
  return 0;
}

int print_row(const mapping::Mapping& mapping, const base::Payload& payload, const fs::path& out) {
  auto stream = codec::open(codec::Options{}, payload, "rows.csv");
  if (!stream) return refuse(stream.error());
  std::vector<codec::Batch> batches;
  do {
    auto batch = (*stream)->next(rows_of_a_batch);
    if (!batch) return refuse(batch.error());
    batches.push_back(std::move(*batch));
  } while (!batches.back().last);

  const mapping::Variables variables;
  const auto encoder = codec::make_encoder(json_lines());
  std::string bytes;
  for (const codec::Batch& batch : batches) {
    const auto items = mapping::apply(mapping, batch.document, nullptr, variables);
    if (auto done = encode(*encoder, items, bytes); !done) return refuse(done.error());
  }
  std::ofstream(out, std::ios::binary) << bytes;
  std::size_t records = 0;
  const double seconds = best(Clock::thread, [&] {
    records = 0;
    for (const codec::Batch& batch : batches)
      records += mapping::apply(mapping, batch.document, nullptr, variables).size();
  });
  std::printf("%.1f\n", static_cast<double>(records) / seconds);
  return 0;
}

int print_load(const fs::path& folder, const fs::path& schemas) {
  std::vector<mapping::Source> sources;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml")
      sources.push_back({entry.path(), entry.path().filename().string(), schemas});
  for (const mapping::Source& source : sources)
    if (auto loaded = mapping::load(source); !loaded) return refuse(loaded.error().front());
  const double seconds = best(Clock::thread, [&] {
    for (const mapping::Source& source : sources) (void)mapping::load(source);
  });
  std::printf("%.1f\n", seconds * 1e3);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string_view> arguments(values + 1, values + count);
  if (arguments.size() < 2) {
    std::fprintf(stderr,
                 "usage: mapping_row row FOLDER | csv FOLDER THREADS | load FOLDER SCHEMAS\n");
    return 2;
  }
  const fs::path folder(arguments[1]);
  if (arguments[0] == "load" && arguments.size() == 3) return print_load(folder, arguments[2]);

  const auto mapping = mapping::load({folder / "row.yaml", "row.yaml", {}});
  if (!mapping) return refuse(mapping.error().front());
  const auto file = base::Payload::from_file(folder / "rows.csv");
  if (!file) return refuse(file.error());
  auto bytes = file->bytes(file->size());
  if (!bytes) return refuse(bytes.error());
  const base::Payload payload(std::move(*bytes));
  if (arguments[0] == "row") return print_row(**mapping, payload, folder / "ours-row.ndjson");
  const int threads = count == 4 ? std::atoi(values[3]) : 1;
  return print_csv(**mapping, payload, threads, folder / "ours-csv.ndjson");
}
