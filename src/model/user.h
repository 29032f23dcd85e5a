#pragma once

#include <string>

#include "base/clock.h"
#include "model/id.h"

namespace kith {

enum class SiteRole { Member, Admin };

/// A person. Own accounts have a handle and a password; users of a host application have an issuer
/// and its id for them, and a row from their first act on.
struct User {
  UserId id;
  std::string handle;        // `[a-z0-9._-]{2,32}`, or empty
  std::string display_name;  // 1 to 64 code points, NFC
  SiteRole site_role = SiteRole::Member;
  std::string password_hash;  // empty: cannot sign in here
  std::string issuer;         // empty: an own account
  std::string external_id;
  std::int64_t token_version = 0;
  WallMs created_at = 0;
};

/// One signed-in browser. Its cookie is kept as a hash only.
struct LoginSession {
  SessionId id;
  UserId user;
  std::string secret_hash;  // SHA-256 of the cookie's secret
  std::string user_agent;
  WallMs created_at = 0;
  WallMs expires_at = 0;
  WallMs revoked_at = 0;  // 0: valid
};

}  // namespace kith
