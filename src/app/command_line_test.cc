#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/exit_codes.h"

namespace kith {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandLineTest : public testing::Test {
 protected:
  std::optional<CommandLine> parse(std::vector<std::string> words) {
    words.insert(words.begin(), "script/kith");
    return parseCommandLine(words, end);
  }
  /// The sentence with which it is refused.
  std::string refusal(std::vector<std::string> words) {
    end = {};
    EXPECT_FALSE(parse(std::move(words)));
    EXPECT_EQ(end.code, kExitUsage);
    return end.text;
  }
  CommandLineEnd end;
};

TEST_F(CommandLineTest, ACommandItsWordsAndOptions) {
  const auto line =
      parse({"token", "create", "--user", "ann", "--ttl=5m", "--data.dir", "there", "--config=kith.toml"});

  ASSERT_TRUE(line) << end.text;
  EXPECT_EQ(line->command, CommandLine::Command::TokenCreate);
  EXPECT_EQ(line->program, "script/kith");
  EXPECT_EQ(line->token_user, "ann");
  EXPECT_EQ(line->token_ttl, "5m");
  EXPECT_EQ(line->config, "kith.toml");
  EXPECT_EQ(line->flags.at("data.dir"), "there");
  EXPECT_EQ(parse({"serve"})->command, CommandLine::Command::Serve);
  EXPECT_EQ(parse({"version"})->command, CommandLine::Command::Version);
}

TEST_F(CommandLineTest, APasswordIsNeverAWordOfTheCommandLine) {
  const auto made = parse({"admin", "create-user", "--handle", "ann", "--name", "Ann B"});
  ASSERT_TRUE(made) << end.text;
  EXPECT_EQ(made->command, CommandLine::Command::CreateUser);
  EXPECT_EQ(made->name, "Ann B");
  EXPECT_EQ(made->password, CommandLine::Password::Generated);
  const auto reset = parse({"admin", "reset-password", "--handle", "ann", "--password-stdin"});
  ASSERT_TRUE(reset) << end.text;
  EXPECT_EQ(reset->command, CommandLine::Command::ResetPassword);
  EXPECT_EQ(reset->password, CommandLine::Password::FromStandardInput);
  EXPECT_FALSE(parse({"admin", "reset-password", "--handle", "ann", "--password", "hush"}));
}

TEST_F(CommandLineTest, HelpIsNoFaultAndNamesTheProgramAsItWasStarted) {
  EXPECT_FALSE(parse({"--help"}));
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.text, HasSubstr("script/kith serve --http_server.port 9000"));
}

// It was: "The following arguments were not expected: 9000 --port".
TEST_F(CommandLineTest, AnUnknownOptionNamesTheNearestOne) {
  EXPECT_EQ(refusal({"serve", "--port", "9000"}),
            "there is no option --port; did you mean --http_server.port?");
  EXPECT_EQ(refusal({"serve", "--http_server.prot=1"}),
            "there is no option --http_server.prot; did you mean --http_server.port?");
  EXPECT_EQ(refusal({"token", "create", "--usr", "ann"}), "there is no option --usr; did you mean --user?");
  EXPECT_EQ(refusal({"admin", "setup-link", "--colour=red"}), "there is no option --colour");
}

TEST_F(CommandLineTest, ASecretOnTheCommandLineNamesItsVariableAndIsNotRepeated) {
  const auto said = refusal({"serve", "--http_api.key=hush"});
  EXPECT_THAT(said, HasSubstr("--http_api.key is a secret: give it by KITH_HTTP_API_KEY"));
  EXPECT_THAT(said, Not(HasSubstr("hush")));
  EXPECT_THAT(refusal({"serve", "--hmac_secret_key", "hush"}),
              HasSubstr("did you mean the variable KITH_CLIENT_TOKEN_HMAC_SECRET_KEY?"));
}

TEST_F(CommandLineTest, AnUnknownCommandIsNamedWithThoseThatThereAre) {
  EXPECT_EQ(refusal({"serv", "--http_server.port=1"}),
            "there is no command \"serv\": script/kith takes one of serve, token, admin, version");
  EXPECT_EQ(refusal({"admin", "setup"}),
            "there is no command \"setup\": script/kith admin takes one of setup-link, create-user, "
            "reset-password");
  EXPECT_EQ(refusal({"token"}), "say what to do: script/kith token with one of create");
  EXPECT_THAT(refusal({"--http_server.port", "9000"}),
              HasSubstr("--http_server.port must come behind a command: script/kith with one of serve"));
}

TEST_F(CommandLineTest, WhatElseDoesNotFitIsSaidWithItsCommand) {
  EXPECT_EQ(refusal({"serve", "now"}), "\"now\" is not expected behind script/kith serve");
  EXPECT_THAT(refusal({"token", "create"}),
              HasSubstr("--user is required; see script/kith token create --help"));
}

}  // namespace
}  // namespace kith
