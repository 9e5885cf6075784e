// A node of csp in C++: the arithmetic of breadth_arithmetic.hpp, with csp as the scheduler alone. csp_native.py builds it against the
// headers and the library of csp's own wheel, and passes the addresses of numpy arrays, which outlive the run.
#include <csp/engine/CppNode.h>
#include <csp/python/InitHelper.h>
#include <csp/python/PyCppNode.h>

#include <optional>

#include "breadth_arithmetic.hpp"

namespace csp::cppnodes {

using groundswell::bench::Breadth;

// `number`: which trade. `step`: a step of the grid, of E2.
DECLARE_CPPNODE(breadth) {
  TS_INPUT(std::int64_t, number);
  TS_INPUT(std::int64_t, step);
  SCALAR_INPUT(std::int64_t, addresses);
  SCALAR_INPUT(std::int64_t, symbols);
  SCALAR_INPUT(std::int64_t, baskets);
  SCALAR_INPUT(bool, each);
  std::optional<Breadth> state;

  INIT_CPPNODE(breadth) {}
  START() { state.emplace(addresses, symbols, baskets); }
  INVOKE() {
    if (number.ticked()) {
      const std::int64_t k = state->trade(number);
      if (each) state->emit_touched(number, k);
    }
    if (step.ticked()) state->emit_all();
  }
};
EXPORT_CPPNODE(breadth);

}  // namespace csp::cppnodes

REGISTER_CPPNODE(csp::cppnodes, breadth);

static PyModuleDef module_definition = {PyModuleDef_HEAD_INIT, "csp_node", "", -1, nullptr, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_csp_node() {
  PyObject* module = PyModule_Create(&module_definition);
  if (module == nullptr || !csp::python::InitHelper::instance().execute(module)) return nullptr;
  return module;
}
