#include "app/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace kith {
namespace {

// KITH_UPDATE_DOCS=1 writes the pages anew.
TEST(Reference, PagesSayWhatTheTablesSay) {
  for (const auto& [file, text] : referencePages()) {
    const std::string path = std::string(KITH_SOURCE_DIR) + "/docs/reference/" + file;
    if (std::getenv("KITH_UPDATE_DOCS") != nullptr) std::ofstream(path) << text;
    std::ifstream stored(path);
    const std::string page{std::istreambuf_iterator<char>(stored), {}};
    EXPECT_EQ(page, text) << file << ": run KITH_UPDATE_DOCS=1 app_test";
  }
}

}  // namespace
}  // namespace kith
