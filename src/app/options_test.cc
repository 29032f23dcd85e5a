#include "app/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "app/commands.h"

namespace kith {
namespace {

using Map = std::map<std::string, std::string>;

class OptionsTest : public ::testing::Test {
 protected:
  std::string fileWith(const std::string& text) {
    char name[] = "/tmp/kith-options-XXXXXX";
    ::close(::mkstemp(name));
    std::ofstream(name) << text;
    return file_ = name;
  }
  ~OptionsTest() override {
    if (!file_.empty()) ::unlink(file_.c_str());
  }
  std::string file_;
};

TEST_F(OptionsTest, DefaultThenFileThenEnvironmentThenFlag) {
  const auto file = fileWith("[http_server]\nport = 1\ninternal_port = 2\n[log]\nlevel = \"warn\"\n");
  const auto options =
      Options::load(file, {{"KITH_HTTP_SERVER_INTERNAL_PORT", "3"}, {"KITH_HTTP_SERVER_PORT", "4"}},
                    {{"http_server.port", "5"}});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->number("http_server.port"), 5);
  EXPECT_EQ(options->number("http_server.internal_port"), 3);
  EXPECT_EQ(options->text("log.level"), "warn");
  EXPECT_EQ(options->text("data.dir"), "data");
}

TEST_F(OptionsTest, EveryDefaultFitsItsOwnOption) {
  Map flags;
  for (const auto& option : optionTable()) {
    if (!option.secret) flags[std::string(option.key)] = std::string(option.standard);
  }
  EXPECT_TRUE(Options::load("", {}, flags));
}

TEST_F(OptionsTest, AWrongValueIsRefusedWithWhatIsAllowed) {
  for (const auto& [key, value, says] :
       {std::tuple{"http_server.port", "70000", "must be a number from 0 to 65535"},
        {"http_server.port", "8o", "must be a number"},
        {"http_server.port", "", "must be a number"},
        {"log.level", "loud", "must be one of debug|info|warn|error|off"}}) {
    const auto options = Options::load("", {}, {{key, value}});
    ASSERT_FALSE(options) << key;
    EXPECT_NE(options.error().message.find(says), std::string::npos) << options.error().message;
    EXPECT_NE(options.error().message.find(key), std::string::npos);
  }
}

TEST_F(OptionsTest, AMistypedFlagNamesTheNearestOne) {
  const auto options = Options::load("", {}, {{"http_server.prot", "1"}});
  ASSERT_FALSE(options);
  EXPECT_NE(options.error().message.find("did you mean --http_server.port?"), std::string::npos);
}

TEST_F(OptionsTest, ASecretIsNotTakenAsAFlagAndNotRepeated) {
  const auto options = Options::load("", {}, {{"client.token.hmac_secret_key", "hush"}});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().message.find("hush"), std::string::npos);
  EXPECT_NE(options.error().message.find("KITH_CLIENT_TOKEN_HMAC_SECRET_KEY"), std::string::npos);
}

TEST_F(OptionsTest, AFileThatIsNoTomlSaysWhereAndAnUnknownKeyIsKept) {
  const auto broken = Options::load(fileWith("[http_server\nport = 1\n"), {}, {});
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find(":1:"), std::string::npos) << broken.error().message;
  ::unlink(file_.c_str());
  const auto unknown = Options::load(fileWith("[http_server]\nprot = 1\n"), {}, {});
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->unknown(), std::vector<std::string>{"http_server.prot"});
}

TEST(Durations, AreANumberAndAUnit) {
  EXPECT_EQ(parseDuration("90s"), 90);
  EXPECT_EQ(parseDuration("15m"), 900);
  EXPECT_EQ(parseDuration("7d"), 604800);
  for (const char* text : {"", "h", "1", "-1h", "1.5h", "1h ", "9999999999999999999d", "0s"})
    EXPECT_FALSE(parseDuration(text)) << text;
}

}  // namespace
}  // namespace kith
