#include <cstdio>
#include <cstdlib>

#include "floor/floor.h"

/// floor [PORT]: prints the port it took and serves until it is killed.
int main(int argc, char** argv) {
  kith::bench::Floor floor(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  std::printf("%u\n", static_cast<unsigned>(floor.port()));
  std::fflush(stdout);
  floor.run();
}
