#pragma once

#include <optional>
#include <string>

#include "base/expected.h"
#include "base/loop.h"

namespace kith {

/// Where a server on this folder listens for the operator's commands, and a command asks.
std::string commandSocketPath(const std::string& data_dir);

/// The kernel allows a socket only a short path. The error says what to do.
Expected<void, Error> checkCommandSocketPath(const std::string& path);

/// The longest a command waits for its server. Setting a link or signing a token takes one commit.
constexpr Milliseconds kCommandAnswerTime{10'000};

struct CommandAnswer {
  int status = 0;  // of HTTP; 0 if there was no answer, and `text` says why
  std::string text;
};

/// Asks the server that listens at `socket_path`; secrets go into `body`, targets are for all to see. Nothing
/// if none listens there. Blocks.
std::optional<CommandAnswer> askServer(const std::string& socket_path, const std::string& target,
                                       const std::string& body = {},
                                       Milliseconds answer_time = kCommandAnswerTime);

}  // namespace kith
