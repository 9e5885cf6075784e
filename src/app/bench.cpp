#include "app/verbs.hpp"
namespace groundswell::app { int bench_verb(const CommonOptions&) { return 70; } }
