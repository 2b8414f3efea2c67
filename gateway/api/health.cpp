// Health, and the metrics in Prometheus' text format 0.0.4.
#include <cstdint>
#include <ctime>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "gateway/api/api.h"
#include "gateway/exchange/events.h"

namespace charmille::api {
namespace {

Reply word(int status, std::string_view text) {
  tree::Document doc;
  doc.set_root(doc.object({{"status", doc.text(text)}}));
  return json_reply(status, doc);
}

/// One family of the exposition format; label values are names of our own and need no escapes.
class Exposition {
 public:
  void family(std::string_view name, std::string_view kind, std::string_view help) {
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
    name_ = name;
  }
  template <class Number>
  void sample(std::string_view labels, Number value) {
    text_ += labels.empty() ? fmt::format("{} {}\n", name_, value)
                            : fmt::format("{}{{{}}} {}\n", name_, labels, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

/// Bytes of memory in use (statm counts pages; proc(5)).
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(file >> total >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void add_store(Exposition& out, const store::Counts& counts) {
  out.family("charmille_exchanges", "gauge", "Exchanges by state");
  for (const auto& [state, count] : counts.exchanges)
    out.sample(fmt::format("state=\"{}\"", store::name_of(state)), count);
  out.family("charmille_children", "gauge", "Children known");
  out.sample("", counts.children);
  out.family("charmille_statements", "gauge", "Latest statements kept");
  out.sample("", counts.statements);
  out.family("charmille_quarantine_open", "gauge", "Quarantine entries that wait for a person");
  out.sample("", counts.quarantine_open);
  out.family("charmille_audit_leaves", "gauge", "Leaves of the audit log");
  out.sample("", counts.leaves);
}

/// Leaves that the index has yet to take in.
void add_follower(Exposition& out, std::uint64_t leaves, std::uint64_t indexed) {
  out.family("charmille_audit_index_lag", "gauge",
             "Leaves of the audit log that are not indexed yet");
  out.sample("", leaves > indexed ? leaves - indexed : 0);
}

void add_process(Exposition& out) {
  out.family("charmille_events_total", "counter", "Events since the start, by their outcome");
  for (const auto& [key, count] : exchange::events::counters())
    out.sample(fmt::format("event=\"{}\",outcome=\"{}\"", key.first, key.second), count);
  out.family("process_resident_memory_bytes", "gauge", "Memory in use");
  out.sample("", resident_bytes());
  out.family("process_cpu_seconds_total", "counter", "Processor time used");
  out.sample("", processor_seconds());
}

}  // namespace

Reply get_live(Api&, const Call&) {
  return word(200, "live");
}

Reply get_ready(Api& api, const Call&) {
  return api.engine().accepting() ? word(200, "ready") : word(503, "not ready");
}

Reply get_metrics(Api& api, const Call& call) {
  const auto counts = api.context().store.counts();
  if (!counts) return refusal(call, counts.error());
  Exposition out;
  add_store(out, *counts);
  add_follower(out, counts->leaves, api.follower().indexed());
  add_process(out);
  return {200,
          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          base::Payload(out.take())};
}

}  // namespace charmille::api
