#include "store/mongodb/mongo_under_test.h"
#include "store/store_conformance.h"

namespace kith::store {
namespace {

/// Nothing to run with where there is no server; script/mongodb says so aloud.
std::vector<StoreMaker> makers() {
  if (testServer().empty()) return {};
  return {{"mongodb", [](const Clock& clock, const QueueLimits& limits) {
             return std::make_unique<MongoUnderTest>(clock, limits);
           }}};
}
const auto kName = [](const ::testing::TestParamInfo<StoreMaker>& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Store, StoreConformance, ::testing::ValuesIn(makers()), kName);
INSTANTIATE_TEST_SUITE_P(Store, PeopleConformance, ::testing::ValuesIn(makers()), kName);
INSTANTIATE_TEST_SUITE_P(Store, GroupConformance, ::testing::ValuesIn(makers()), kName);

}  // namespace
}  // namespace kith::store
