#include "presence/redis/presence_scripts.h"

#include "base/digest.h"

namespace kith {
namespace {

// The version is written last: an error above leaves the old one, and a repeat heals.
constexpr std::string_view kUp = R"lua(
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return -1 end
if redis.call('SADD', KEYS[3], ARGV[2]) == 1 then redis.call('HINCRBY', KEYS[4], 'c', 1) end
local h = redis.call('HMGET', KEYS[4], 'e', 'v', 's')
if h[1] == ARGV[3] and (tonumber(h[2]) or -1) >= tonumber(ARGV[4]) then return 0 end
local new = {}
for s in ARGV[5]:gmatch('%S+') do
  new[s] = true
  redis.call('SADD', s .. ':online', ARGV[2])
  if redis.call('TTL', s .. ':online') < 0 then redis.call('EXPIRE', s .. ':online', ARGV[6]) end
end
for s in (h[3] or ''):gmatch('%S+') do
  if not new[s] then redis.call('SREM', s .. ':online', ARGV[2]) end
end
redis.call('HSET', KEYS[4], 'e', ARGV[3], 'v', ARGV[4], 's', ARGV[5])
return redis.call('SADD', KEYS[2], ARGV[2])
)lua";

constexpr std::string_view kDown = R"lua(
if redis.call('SREM', KEYS[3], ARGV[2]) == 0 then return 0 end
if redis.call('HINCRBY', KEYS[4], 'c', -1) > 0 then return 0 end
for s in (redis.call('HGET', KEYS[4], 's') or ''):gmatch('%S+') do redis.call('SREM', s .. ':online', ARGV[2]) end
redis.call('DEL', KEYS[4])
redis.call('SREM', KEYS[2], ARGV[2])
return 1
)lua";

constexpr std::string_view kBeat = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[3] ~= 'new' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return {-1} end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local f = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {redis.call('SCARD', KEYS[2]), f[1], tonumber(f[2]) - now}
)lua";

// Several may reap one node: SPOP hands each user to one of them.
constexpr std::string_view kReap = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local d = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not d or tonumber(d) > now then return {-1} end
local out = {0}
for _, u in ipairs(redis.call('SPOP', KEYS[3], ARGV[2])) do
  local k = 'kith:u:' .. u
  if redis.call('HINCRBY', k, 'c', -1) <= 0 then
    local s = redis.call('HGET', k, 's') or ''
    for x in s:gmatch('%S+') do redis.call('SREM', x .. ':online', u) end
    redis.call('DEL', k)
    redis.call('SREM', KEYS[2], u)
    out[#out + 1] = u
    out[#out + 1] = s
  end
end
out[1] = redis.call('SCARD', KEYS[3])
if out[1] == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
return out
)lua";

constexpr std::string_view kTyping = R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 1, #ARGV, 2 do
  if ARGV[i + 1] == '0' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], now + ARGV[i + 1]) end
end
local live, dead, all = {}, {}, redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if (tonumber(all[i + 1]) or 0) > now then
    live[#live + 1] = all[i]
    live[#live + 1] = tonumber(all[i + 1]) - now
  else dead[#dead + 1] = all[i] end
end
if #dead > 0 then redis.call('HDEL', KEYS[1], unpack(dead)) end
if #live > 0 then redis.call('EXPIRE', KEYS[1], 15) end
return live
)lua";

constexpr std::string_view kClean = R"lua(
local removed = 0
for i = 2, #ARGV do
  local s = redis.call('HGET', 'kith:u:' .. ARGV[i], 's')
  if not s or not (' ' .. s .. ' '):find(' ' .. ARGV[1] .. ' ', 1, true) then
    removed = removed + redis.call('SREM', KEYS[1], ARGV[i])
  end
end
return removed
)lua";

// Each Set that counts belongs to one of kith:nodes, dead ones included. The up that follows adds what is
// missing.
constexpr std::string_view kCheck = R"lua(
local amiss, nodes = {}, redis.call('ZRANGE', KEYS[1], 0, -1)
for _, u in ipairs(ARGV) do
  local k, c = 'kith:u:' .. u, 0
  for _, n in ipairs(nodes) do c = c + redis.call('SISMEMBER', 'kith:n:' .. n, u) end
  local h = redis.call('HMGET', k, 'c', 's')
  local s = h[2] or ''
  local right = h[2] and tonumber(h[1]) == c
  right = right and redis.call('SISMEMBER', KEYS[2], u) == 1 and redis.call('SISMEMBER', KEYS[3], u) == 1
  for x in s:gmatch('%S+') do right = right and redis.call('SISMEMBER', x .. ':online', u) == 1 end
  if not right then
    redis.call('HSET', k, 'c', c)
    redis.call('HDEL', k, 'v')
    amiss[#amiss + 1] = u
  end
end
return amiss
)lua";

constexpr std::string_view kRenew = R"lua(
local gone = {}
for _, s in ipairs(ARGV) do
  local seconds = math.max(1, tonumber(redis.call('HGET', KEYS[1], s) or 86400) or 86400)
  if redis.call('EXPIRE', s .. ':online', seconds) == 0 then gone[#gone + 1] = s end
end
return gone
)lua";

constexpr std::string_view kClaim = R"lua(
local d = redis.call('GET', KEYS[1])
if d and d ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
)lua";

}  // namespace

RedisScript::RedisScript(std::string_view script) : text(script), sha(hexEncode(sha1(script))) {}

PresenceScripts::PresenceScripts()
    : up(kUp),
      down(kDown),
      beat(kBeat),
      reap(kReap),
      typing(kTyping),
      clean(kClean),
      check(kCheck),
      renew(kRenew),
      claim(kClaim) {}

}  // namespace kith
