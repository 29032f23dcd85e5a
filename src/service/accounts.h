#pragma once
#include "service/caller.h"
namespace kith {
struct Authenticated { Caller caller; std::int64_t expires_at_s = 0; };
class AccountService { public: void authenticate(const std::string& token, Reply<Authenticated> reply); };
}
