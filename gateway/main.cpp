#include "gateway/cli/cli.h"
#include "gateway/codec/initialise.h"

int main(int argc, char** argv) {
  charmille::codec::initialise();
  auto console = charmille::cli::Console::of_process();
  return charmille::cli::run({argv + 1, argv + argc}, console);
}
