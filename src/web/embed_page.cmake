# The page in the program: every file of clients/web/dist, as `npm run build` left it, in the read-only data of groundswell_web. Nothing is
# made or fetched here; where there is no page, the program says how to build one.
set(page_folder ${PROJECT_SOURCE_DIR}/clients/web/dist)
file(GLOB_RECURSE page_files CONFIGURE_DEPENDS RELATIVE ${page_folder} ${page_folder}/*)
set(page_data ".section .rodata\n")
set(page_symbols "")
set(page_rows "")
set(number 0)
foreach(name ${page_files})
  string(APPEND page_data "groundswell_page_${number}:\n.incbin \"${page_folder}/${name}\"\ngroundswell_page_${number}_end:\n"
         ".globl groundswell_page_${number}\n.globl groundswell_page_${number}_end\n")
  string(APPEND page_symbols "extern const char groundswell_page_${number}[], groundswell_page_${number}_end[];\n")
  string(APPEND page_rows "    {\"${name}\", {groundswell_page_${number}, "
         "static_cast<std::size_t>(groundswell_page_${number}_end - groundswell_page_${number})}},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND page_data ".section .note.GNU-stack,\"\",%progbits\n")
if(number EQUAL 0)
  set(page_table "  return {};")
else()
  set(page_table "  static const EmbeddedFile kFiles[] = {\n${page_rows}  };\n  return kFiles;")
endif()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/page.S CONTENT "@page_data@" @ONLY)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/page.cpp CONTENT [[
#include "web/assets.hpp"

extern "C" {
@page_symbols@}

namespace groundswell::web {

std::span<const EmbeddedFile> embedded_files() noexcept {
@page_table@
}

}  // namespace groundswell::web
]] @ONLY)
list(TRANSFORM page_files PREPEND ${page_folder}/)
set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/page.S PROPERTIES OBJECT_DEPENDS "${page_files}")
target_sources(groundswell_web PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/page.cpp ${CMAKE_CURRENT_BINARY_DIR}/page.S)
