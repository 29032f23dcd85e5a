#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/loop.h"
#include "store/store.h"

namespace kith::store {

/// How a MongoStore is opened. Numbers are defaults; the last group is for tests.
struct MongoOptions {
  /// mongodb://… or mongodb+srv://…; its path names the database, else it is "kith". Time limits in it count.
  std::string uri;
  QueueLimits queue;
  std::size_t lanes = 8;                  // writes at one time, each of other scopes
  std::size_t readers_max = 4;            // reads at one time; more wait
  std::size_t batch_entries_max = 200;    // of plain items that go together
  std::size_t batch_bytes_max = 1 << 20;  // of these
  Milliseconds patience{5000};            // of one write with a server that does not answer, or with others
  Milliseconds wait_max{10'000};          // of an item for its turn; then it is refused
  Milliseconds server_selection{700};     // until a server is found, for each command
  Milliseconds connect{2000};             // of a TCP connection
  Milliseconds answer{5000};              // of one command; beyond, its outcome is unknown
  Milliseconds lane_wait{5000};           // of a read for one of the readers

  std::function<void(const std::string& collection, const std::string& filter, const std::string& sort)>
      on_query{};  // every condition that is asked, as extended JSON
};

}  // namespace kith::store
