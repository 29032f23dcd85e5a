#pragma once

#include <string>
#include <string_view>

#include "http/router.h"
#include "service/accounts.h"
#include "service/tokens.h"

namespace kith {

/// What an operator may ask of a server from the same machine: over DATA/kith.sock while it runs, else
/// of the store directly.
///
/// Any thread. The socket's mode and the check of the peer's user are the right to ask.
class OperatorCommands {
 public:
  OperatorCommands(AccountService& accounts, const Tokens& tokens, std::string page_url)
      : accounts_(accounts), tokens_(tokens), page_url_(std::move(page_url)) {}

  /// The one-time link for the first administrator. NotAvailable if there is one.
  void setupLink(Reply<std::string> reply);
  /// A connection token for a user of the host application, as that would sign it. Refused for the id
  /// of an own account: only signing in gives those.
  void createToken(const std::string& user, std::int64_t life_s, Reply<std::string> reply);

  /// POST /setup-link, POST /token?user=&ttl_s=. Answers are plain text.
  void addTo(http::Router& router);

 private:
  AccountService& accounts_;
  const Tokens& tokens_;
  std::string page_url_;
};

/// "90s", "15m", "1h", "7d" in seconds.
std::optional<std::int64_t> parseDuration(std::string_view text);

}  // namespace kith
