#include <cstdio>
#include <exception>

#include "app/verbs.hpp"

int main(int argc, char** argv) {
  try {
    return groundswell::app::main(argc, argv);
  } catch (const std::exception& unexpected) {  // e.g. out of memory: say so, and exit as "internal"
    std::fprintf(stderr, "groundswell: unexpected: %s\n", unexpected.what());
    return static_cast<int>(groundswell::Exit::kInternal);
  }
}
