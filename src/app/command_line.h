#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kith {

/// What was asked for on the command line. Options are not checked yet: Options::load does.
struct CommandLine {
  enum class Command { Serve, Version, TokenCreate, SetupLink, CreateUser, ResetPassword };
  Command command = Command::Serve;
  std::string program;  // as it was started: what a text that names a command begins with
  std::string config;
  std::map<std::string, std::string> flags;
  std::string token_user;
  std::string token_ttl = "1h";
  std::string handle;
  std::string name;
  enum class Password { Generated, FromStandardInput } password = Password::Generated;
};

/// Why nothing is to be run: the help that was asked for (code 0), or a sentence and kExitUsage.
struct CommandLineEnd {
  int code = 0;
  std::string text;
};

/// The words of the command line, the program's own name first. Nothing is read or printed. The end, if there
/// is one, is in `end`.
std::optional<CommandLine> parseCommandLine(const std::vector<std::string>& words, CommandLineEnd& end);

}  // namespace kith
