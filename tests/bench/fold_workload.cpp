// A small fixed workload for instruction counts and profilers: a warm fold plays one live session.
// fold_workload [PLAYS [TICKS]]: prints the ticks played in all. What counts is WarmFold::play().
#include <cstdio>
#include <cstdlib>

#include "bench/workload.hpp"

int main(int argc, char** argv) {
  using namespace groundswell;
  const unsigned long plays = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  const unsigned long ticks = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 50'000;
  const auto workload = bench::make_workload({.ticks = ticks});
  const auto setup = workload ? bench::fold_setup(*workload) : Result<pipeline::FoldSetup>(workload.error());
  if (!setup) {
    std::fprintf(stderr, "%s\n", setup.error().message.c_str());
    return static_cast<int>(setup.error().exit);
  }
  bench::WarmFold fold(*workload, *setup);
  for (unsigned long i = 0; i < plays; ++i) {
    fold.open_session();
    fold.play();
  }
  std::printf("%zu\n", plays * fold.ticks());
  return 0;
}
