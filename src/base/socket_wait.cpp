#include <poll.h>
#include <zmq.h>

#include <array>

#include "base/assert.hpp"
#include "base/socket.hpp"

namespace groundswell::net {

std::uint64_t wait_any(std::span<Socket* const> sockets, int file_descriptor, int wait_ms) {
  std::array<zmq_pollitem_t, 64> items{};
  GS_ASSERT(sockets.size() < items.size());
  std::size_t count = 0;
  for (Socket* const socket : sockets) items[count++] = {socket->handle(), -1, ZMQ_POLLIN, 0};
  if (file_descriptor >= 0) items[count++] = {nullptr, file_descriptor, ZMQ_POLLIN, 0};
  if (zmq_poll(items.data(), static_cast<int>(count), wait_ms) <= 0) return 0;
  std::uint64_t ready = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // An error or hang-up counts as readable: reading it is how the owner learns of it.
    if (items[i].revents != 0) ready |= std::uint64_t{1} << i;
  }
  return ready;
}

bool wait_drained(std::span<Socket* const> sockets, int file_descriptor, int wait_ms) {
  std::array<pollfd, 64> items{};
  GS_ASSERT(sockets.size() < items.size());
  std::size_t count = 0;
  items[count++] = {.fd = file_descriptor, .events = POLLIN, .revents = 0};
  for (const Socket* const socket : sockets) items[count++] = {.fd = socket->descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(items.data(), count, wait_ms) > 0 && items[0].revents != 0;
}

}  // namespace groundswell::net
