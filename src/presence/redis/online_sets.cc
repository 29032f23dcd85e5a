#include "presence/redis/online_sets.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "presence/redis/presence_keys.h"

namespace kith {
namespace {

using Reply = Expected<RedisReply, RedisError>;
using Kind = RedisReply::Kind;

constexpr std::size_t kWholeMax = 1'000;  // members read in one piece
constexpr std::size_t kScanMax = 1'000;   // looked at by one SSCAN
constexpr std::size_t kCleanAtOnce = 100;

Fault unreachable() {
  return Fault::unavailable("presence cannot be reached");
}

/// The reply, if it came and is of the kind; else why not, to be told to a user.
Result<RedisReply> expect(Reply& reply, Kind kind) {
  if (!reply || reply->kind != kind) return unreachable();
  return std::move(*reply);
}

Fault badCursor() {
  return Fault::badField("cursor", "is not one that a page gave");
}

// SSCAN begins at 0, which no page gives.
bool isCursor(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number != 0;
}

/// The valid ids of a reply, each once: a scan may give one twice.
std::vector<UserId> usersOf(const RedisReply& reply) {
  std::set<UserId> users;
  for (const RedisReply& item : reply.items) {
    if (auto user = UserId::parse(item.text)) users.insert(std::move(*user));
  }
  return {users.begin(), users.end()};
}

}  // namespace

void OnlineSets::page(const std::string& set, const std::string& cursor, std::size_t limit,
                      Answer<OnlinePage> answer) {
  if (!cursor.empty() && !isCursor(cursor)) return answer(badCursor());
  if (!cursor.empty()) return scan(set, cursor, limit, std::move(answer));
  server_.command({"SCARD", set}, [this, set, limit, answer = std::move(answer)](Reply reply) mutable {
    auto count = expect(reply, Kind::Integer);
    if (!count) return answer(count.error());
    if (count->integer <= static_cast<std::int64_t>(std::min(limit, kWholeMax)))
      return all(set, std::move(answer));
    scan(set, "0", limit, std::move(answer));
  });
}

void OnlineSets::all(const std::string& set, Answer<OnlinePage> answer) {
  server_.command({"SMEMBERS", set}, [answer = std::move(answer)](Reply reply) mutable {
    auto members = expect(reply, Kind::Array);
    if (!members) return answer(members.error());
    answer(OnlinePage{usersOf(*members), {}});
  });
}

/// Until somebody is found: a scan may come back with nobody and not be at the end.
void OnlineSets::scan(const std::string& set, const std::string& cursor, std::size_t limit,
                      Answer<OnlinePage> answer) {
  const std::string count = std::to_string(std::min(limit, kScanMax));
  server_.command({"SSCAN", set, cursor, "COUNT", count},
                  [this, set, limit, answer = std::move(answer)](Reply reply) mutable {
                    auto found = expect(reply, Kind::Array);
                    if (!found) return answer(found.error());
                    if (found->items.size() != 2) return answer(unreachable());
                    const std::string next = found->items[0].text == "0" ? "" : found->items[0].text;
                    OnlinePage page{usersOf(found->items[1]), next};
                    if (page.users.empty() && !next.empty()) return scan(set, next, limit, std::move(answer));
                    answer(std::move(page));
                  });
}

void OnlineSets::count(const Scope& place, Answer<std::int64_t> answer) {
  server_.command({"SCARD", PresenceKeys::online(place)}, [answer = std::move(answer)](Reply reply) mutable {
    auto count = expect(reply, Kind::Integer);
    if (!count) return answer(count.error());
    answer(count->integer);
  });
}

void OnlineSets::isOnline(const UserId& user, Answer<bool> answer) {
  server_.command({"SISMEMBER", PresenceKeys::kUsersOnline, user.text()},
                  [answer = std::move(answer)](Reply reply) mutable {
                    auto is = expect(reply, Kind::Integer);
                    if (!is) return answer(is.error());
                    answer(is->integer == 1);
                  });
}

struct OnlineSets::Cleaning {
  Scope place;
  Answer<std::int64_t> answer;
  std::int64_t removed = 0;
};

void OnlineSets::cleanup(const Scope& place, Answer<std::int64_t> answer) {
  cleanPage(std::make_shared<Cleaning>(Cleaning{place, std::move(answer)}), "0");
}

void OnlineSets::cleanPage(const std::shared_ptr<Cleaning>& cleaning, const std::string& cursor) {
  const std::string count = std::to_string(kCleanAtOnce);
  server_.command({"SSCAN", PresenceKeys::online(cleaning->place), cursor, "COUNT", count},
                  [this, cleaning](Reply reply) {
                    auto found = expect(reply, Kind::Array);
                    if (!found) return cleaning->answer(found.error());
                    if (found->items.size() != 2) return cleaning->answer(unreachable());
                    const std::string next = found->items[0].text;
                    clean(cleaning, found->items[1].items, next == "0");
                    if (next != "0") cleanPage(cleaning, next);
                  });
}

/// The page's answer comes before the next page's: what fails here fails there.
void OnlineSets::clean(const std::shared_ptr<Cleaning>& cleaning, const std::vector<RedisReply>& users,
                       bool last) {
  std::vector<std::string> arguments{cleaning->place.name()};
  for (const RedisReply& user : users) arguments.push_back(user.text);
  server_.run(server_.scripts().clean, {PresenceKeys::online(cleaning->place)}, arguments,
              [cleaning, last](Reply reply) {
                auto removed = expect(reply, Kind::Integer);
                if (removed) cleaning->removed += removed->integer;
                if (!last) return;
                if (!removed) return cleaning->answer(removed.error());
                cleaning->answer(cleaning->removed);
              });
}

void OnlineSets::setTtl(const Scope& place, std::chrono::seconds ttl, Answer<void> answer) {
  const std::string seconds = std::to_string(ttl.count());
  server_.command({"EXPIRE", PresenceKeys::online(place), seconds});
  auto kept = [answer = std::move(answer)](Reply reply) mutable {
    auto done = expect(reply, Kind::Integer);
    if (!done) return answer(done.error());
    answer(Result<void>());
  };
  if (ttl == kOnlineTtl) return server_.command({"HDEL", PresenceKeys::kTtls, place.name()}, std::move(kept));
  server_.command({"HSET", PresenceKeys::kTtls, place.name(), seconds}, std::move(kept));
}

void OnlineSets::ttl(const Scope& place, Answer<std::chrono::seconds> answer) {
  server_.command({"HGET", PresenceKeys::kTtls, place.name()},
                  [answer = std::move(answer)](Reply reply) mutable {
                    if (!reply) return answer(unreachable());
                    std::int64_t seconds = 0;
                    std::from_chars(reply->text.data(), reply->text.data() + reply->text.size(), seconds);
                    answer(seconds > 0 ? std::chrono::seconds(seconds) : kOnlineTtl);
                  });
}

void OnlineSets::setTyping(const Scope& place, const std::vector<Typing>& changes,
                           Answer<std::vector<Typing>> answer) {
  std::vector<std::string> arguments;
  for (const Typing& change : changes) {
    arguments.push_back(change.user.text());
    arguments.push_back(std::to_string(std::max<std::int64_t>(change.left.count(), 0)));
  }
  server_.run(server_.scripts().typing, {PresenceKeys::typing(place)}, arguments,
              [answer = std::move(answer)](Reply reply) mutable {
                auto live = expect(reply, Kind::Array);
                if (!live) return answer(live.error());
                std::vector<Typing> typing;
                for (std::size_t i = 0; i + 1 < live->items.size(); i += 2) {
                  auto user = UserId::parse(live->items[i].text);
                  if (user) typing.push_back({std::move(*user), Milliseconds(live->items[i + 1].integer)});
                }
                answer(std::move(typing));
              });
}

}  // namespace kith
