// What a loss of power leaves, for tests that are no C++:
//   powerloss_replay LOG                             prints the moments, and each one's promises
//   powerloss_replay LOG MOMENT FOLDER [how]...      rebuilds; how: seed=N folder=PATH files=PREFIX
#include <cstdio>
#include <string>

#include "tests/faults/powerloss/disk_log.h"

using charmille::powerloss::DiskLog;
using charmille::powerloss::Loss;

namespace {

int list(const DiskLog& log) {
  for (const std::size_t moment : log.moments()) {
    std::printf("%zu", moment);
    for (const std::string& mark : log.marks(moment)) std::printf("\t%s", mark.c_str());
    std::printf("\n");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const DiskLog log = DiskLog::read(argv[1]);
  if (argc < 4) return list(log);
  Loss loss;
  for (int i = 4; i < argc; ++i) {
    const std::string how = argv[i];
    if (how.starts_with("seed=")) loss.seed = std::stoull(how.substr(5));
    if (how.starts_with("folder=")) loss.deaf_folder = how.substr(7);
    if (how.starts_with("files=")) loss.deaf_files = how.substr(6);
  }
  log.rebuild(std::stoull(argv[2]), loss, argv[3]);
  return 0;
}
