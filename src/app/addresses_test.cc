#include "app/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Addresses, OneIsNamedAsItIs) {
  EXPECT_EQ(urlOf("127.0.0.1", 8000), "http://127.0.0.1:8000");
  EXPECT_EQ(urlOf("::1", 8000), "http://[::1]:8000");
}

// It was printed as http://0.0.0.0:8000, which nobody elsewhere can open.
TEST(Addresses, EveryOneIsNamedAsOneThatCanBeCalled) {
  for (const char* every : {"0.0.0.0", "::"}) {
    EXPECT_TRUE(isEveryAddress(every));
    EXPECT_THAT(urlOf(every, 8000), Not(HasSubstr("0.0.0.0")));
    EXPECT_THAT(urlOf(every, 8000), Not(HasSubstr("::")));
    EXPECT_THAT(urlOf(every, 8000), HasSubstr(":8000"));
  }
  EXPECT_FALSE(isEveryAddress("192.168.0.1"));
}

}  // namespace
}  // namespace kith
