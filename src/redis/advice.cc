#include "redis/advice.h"

#include <algorithm>
#include <initializer_list>

namespace kith {
namespace {

bool hasOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != text.npos; });
}

}  // namespace

std::string redisAdvice(std::string_view why, std::string_view option) {
  const std::string name(option);
  if (hasOneOf(why, {"WRONGPASS", "NOAUTH", "ERR AUTH"}))
    return "correct the user and the password in " + name;
  // A script is refused in words of its own, by 6.2 and by 7.
  if (hasOneOf(why, {"NOPERM", "ACL failure in script", "can't run this command or subcommand"}))
    return "give the user of " + name + " the rights that docs/reference/redis.md lists";
  if (hasOneOf(why, {"DB index is out of range"}))
    return "name a database in " + name + " that the server has";
  if (hasOneOf(why, {"READONLY"})) return "name the primary in " + name + ", not a replica";
  if (hasOneOf(why, {"LOADING"})) return "wait until it has loaded its data";
  if (hasOneOf(why, {"OOM"})) return "give Redis more memory (maxmemory)";
  return "start Redis, or correct " + name + "; until then this server does without it, and tries again";
}

}  // namespace kith
