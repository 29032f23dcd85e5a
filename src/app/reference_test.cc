#include "app/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace kith {
namespace {

// KITH_UPDATE_DOCS=1 writes the page anew.
TEST(Reference, TheOptionsPageSaysWhatTheTableSays) {
  const std::string path = std::string(KITH_SOURCE_DIR) + "/docs/reference/options.md";
  if (std::getenv("KITH_UPDATE_DOCS") != nullptr) std::ofstream(path) << optionsReference();
  std::ifstream file(path);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(page, optionsReference()) << "run KITH_UPDATE_DOCS=1 app_test";
}

}  // namespace
}  // namespace kith
