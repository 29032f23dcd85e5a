#include "store/sqlite/sqlite_under_test.h"
#include "store/store_conformance.h"

namespace kith::store {
namespace {

const StoreMaker kSqlite{"sqlite", [](const Clock& clock, const QueueLimits& limits) {
                           return std::make_unique<SqliteUnderTest>(clock, limits);
                         }};
const auto kName = [](const ::testing::TestParamInfo<StoreMaker>& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Store, StoreConformance, ::testing::Values(kSqlite), kName);
INSTANTIATE_TEST_SUITE_P(Store, PeopleConformance, ::testing::Values(kSqlite), kName);
INSTANTIATE_TEST_SUITE_P(Store, GroupConformance, ::testing::Values(kSqlite), kName);

}  // namespace
}  // namespace kith::store
