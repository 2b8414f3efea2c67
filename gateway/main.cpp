#include "gateway/cli/cli.h"

int main(int argc, char** argv) {
  auto console = charmille::cli::Console::of_process();
  return charmille::cli::run({argv + 1, argv + argc}, console);
}
