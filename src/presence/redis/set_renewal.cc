#include "presence/redis/set_renewal.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "presence/redis/presence_keys.h"

namespace kith {

SetRenewal::SetRenewal(EventLoop& loop, PresenceServer& server, HeldUsers& held, const Options& options)
    : loop_(loop), server_(server), held_(held), options_(options) {}

SetRenewal::~SetRenewal() {
  loop_.cancel(timer_);
}

void SetRenewal::connected() {
  loop_.cancel(timer_);
  timer_ = loop_.after(options_.look_every, [this] { look(); });
}

void SetRenewal::lost() {
  loop_.cancel(std::exchange(timer_, 0));
}

/// What was chosen is read each time: another node may have been asked.
void SetRenewal::look() {
  timer_ = loop_.after(options_.look_every, [this] { look(); });
  readChosen("0", std::make_shared<Chosen>());
}

void SetRenewal::readChosen(const std::string& cursor, std::shared_ptr<Chosen> chosen) {
  server_.command({"HSCAN", PresenceKeys::kTtls, cursor, "COUNT", "500"},
                  [this, chosen](const Expected<RedisReply, RedisError>& reply) {
                    if (!reply || reply->items.size() != 2) return;
                    const auto& pairs = reply->items[1].items;
                    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
                      const auto scope = Scope::parse(pairs[i].text);
                      std::int64_t seconds = 0;
                      const std::string& text = pairs[i + 1].text;
                      std::from_chars(text.data(), text.data() + text.size(), seconds);
                      if (scope && seconds > 0 && held_.places().contains(*scope))
                        chosen->insert_or_assign(*scope, std::chrono::seconds(seconds));
                    }
                    const std::string& next = reply->items[0].text;
                    if (next != "0") return readChosen(next, chosen);
                    renewDue(*chosen);
                  });
}

void SetRenewal::renewDue(const Chosen& chosen) {
  std::vector<std::string> slice;
  for (auto& [place, state] : held_.places()) {
    const auto own = chosen.find(place);
    const auto kept = own == chosen.end() ? kOnlineTtl : own->second;
    const auto every = std::min(options_.renew_every, std::chrono::duration_cast<Milliseconds>(kept) / 3);
    if (loop_.now() - state.renewed < every.count()) continue;
    state.renewed = loop_.now();
    slice.push_back(place.name());
    if (slice.size() == options_.slice) renew(std::exchange(slice, {}));
  }
  if (!slice.empty()) renew(slice);
}

void SetRenewal::renew(const std::vector<std::string>& places) {
  server_.run(server_.scripts().renew, {std::string(PresenceKeys::kTtls)}, places,
              [this](const Expected<RedisReply, RedisError>& reply) {
                if (!reply || reply->items.empty()) return;
                std::vector<std::string> gone;
                for (const RedisReply& item : reply->items) gone.push_back(item.text);
                held_.mend(gone);
              });
}

}  // namespace kith
