// libzmq as it was found when the program was started.
#pragma once

#include <string>

namespace groundswell::net {

struct Library {
  std::string version;
  bool is_new_enough;  // 4.3.4 or later
  bool encrypts;
};
Library library();

}  // namespace groundswell::net
