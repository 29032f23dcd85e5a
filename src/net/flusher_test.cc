#include "net/flusher.h"

#include <gmock/gmock.h>

#include <string>

namespace kith {
namespace {

using ::testing::ElementsAre;

/// Takes everything and notes it.
class NotingStep final : public WriteStep {
 public:
  explicit NotingStep(std::vector<std::string>& written) : written_(written) {}
  void write(std::span<WriteJob> jobs) override {
    for (WriteJob& job : jobs) {
      std::string bytes;
      for (const iovec& piece : job.pieces)
        bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
      written_.push_back(bytes);
      job.written = bytes.size();
    }
  }

 private:
  std::vector<std::string>& written_;
};

class Target final : public FlushTarget {
 public:
  std::string due;
  int descriptor() const override { return -1; }
  std::size_t gather(std::span<iovec> pieces) override {
    pieces[0] = {due.data(), due.size()};
    return due.empty() ? 0 : 1;
  }
  void wrote(const WriteJob&) override { due.clear(); }
};

// What comes between two slices joins those who have not been written yet, and waits behind them for the
// rest.
TEST(Flusher, WritesInSlicesInTheOrderListed) {
  std::vector<std::string> written;
  LoopStats stats;
  Flusher flusher(std::make_unique<NotingStep>(written), stats);
  std::vector<LocalRef<Target>> targets;
  auto bring = [&](const char* what) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      targets[i]->due += what + std::to_string(i) + " ";
      flusher.markDirty(*targets[i]);
    }
  };
  for (int i = 0; i < 4; ++i) targets.emplace_back(new Target);

  bring("a");
  EXPECT_EQ(flusher.flush(2), 2u);
  EXPECT_THAT(written, ElementsAre("a0 ", "a1 "));
  bring("b");
  EXPECT_EQ(flusher.flush(3), 3u);
  EXPECT_THAT(written, ElementsAre("a0 ", "a1 ", "a2 b2 ", "a3 b3 ", "b0 "));
  EXPECT_TRUE(flusher.hasWork());
  EXPECT_EQ(flusher.flush(3), 1u);
  EXPECT_EQ(written.back(), "b1 ");
  EXPECT_FALSE(flusher.hasWork());
  EXPECT_EQ(flusher.flush(3), 0u);
  EXPECT_EQ(stats.writes, 6);
}

}  // namespace
}  // namespace kith
