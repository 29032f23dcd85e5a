// Makes the services and what they stand on.
#include "app/core.h"
#include "app/node.h"
#include "service/stored_secret.h"

namespace kith {

void Node::makeLoops() {
  auto count = static_cast<std::size_t>(options_.number("http_server.cores"));
  if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
  while (cores_.size() < count) cores_.push_back(std::make_unique<Core>());
}

Expected<void, Error> Node::makeServices() {
  auto size = [this](std::string_view key) { return static_cast<std::size_t>(options_.number(key)); };
  const auto hash_key = TRY(secret(kRequestHashKey));

  std::vector<Loop*> loops;
  std::vector<Fanout::Core> fan;
  for (auto& core : cores_) {
    loops.push_back(&core->loop);
    fan.push_back({&core->loop, &core->hub});
  }
  workers_ = std::make_unique<WorkerPool>(size("workers.threads"), size("workers.queue"));
  fanout_ = std::make_unique<Fanout>(std::move(fan), protocol::jsonOverWebSocket(), metrics_);
  FollowLimits follow;
  follow.ring_entries_max = size("history.ring_entries");
  follow.recovery_entries_max = size("history.recovery_entries");
  EventLog::Parts log{*store_, *workers_, loops, *fanout_, log_, metrics_, follow};
  log.cluster = cluster_.get();
  log_of_scopes_ = std::make_unique<EventLog>(std::move(log));
  publish_ = std::make_unique<Publish>(*log_of_scopes_);

  OnlineStatusOptions online;
  online.grace = Milliseconds(options_.number("presence.grace"));
  online_ = std::make_unique<OnlineStatusService>(OnlineStatusService::Parts{
      *loops[0], clock_, *presence_, readMembershipsFrom(*log_of_scopes_), sendSignalsThrough(*publish_),
      tellJoinLeaveThrough(*log_of_scopes_, *publish_), online});
  typing_ = std::make_unique<TypingIndicator>(*loops[0], clock_, *presence_, sendTypingThrough(*publish_),
                                              readNamesFrom(*log_of_scopes_));

  TRY(makeAccounts());
  chat_ = std::make_unique<ChatService>(*log_of_scopes_, *publish_, *typing_, hash_key);
  tasks_ =
      std::make_unique<TaskRunner>(TaskRunner::Parts{*loops[0], clock_, *log_of_scopes_, log_, metrics_});
  session_pruner_ = std::make_unique<SessionPruner>(*loops[0], *log_of_scopes_, log_);
  RoomLimits room_limits;
  room_limits.places_per_user_max = size("limits.rooms_per_user");
  room_limits.rooms_per_group_max = size("limits.rooms_per_group");
  rooms_ = std::make_unique<DiscussionRoomService>(DiscussionRoomService::Parts{
      *log_of_scopes_, *publish_, *online_, *typing_, *tasks_, hash_key, room_limits});
  GroupLimits group_limits;
  group_limits.places_per_user_max = size("limits.rooms_per_user");
  group_limits.open_requests_per_user_max = size("limits.open_requests");
  groups_ = std::make_unique<CommunityGroupService>(CommunityGroupService::Parts{
      *log_of_scopes_, *publish_, *online_, *typing_, *tasks_, hash_key, group_limits});
  InputLimits input;
  input.message_text_max = size("limits.message_text");
  input.room_name_max = size("limits.room_name");
  input.topic_max = size("limits.topic");
  input.description_max = size("limits.description");
  input.reason_max = size("limits.reason");
  input.page_max = options_.number("limits.page");
  services_ =
      std::make_unique<Services>(Services{*chat_, *rooms_, *groups_, *online_, *log_of_scopes_, input});
  return {};
}

Expected<void, Error> Node::makeAccounts() {
  Tokens::Options tokens;
  tokens.own_key = TRY(secret(kOwnTokenKey));
  tokens.host_key = options_.text("client.token.hmac_secret_key");
  if (tokens.host_key.empty()) tokens.host_key = TRY(secret(kHostTokenKey));
  tokens.host_previous_key = options_.text("client.token.previous_hmac_secret_key");
  tokens_ = std::make_unique<Tokens>(std::move(tokens), clock_);
  passwords_ = std::make_unique<PasswordPool>();
  AccountService::Options accounts;
  accounts.registration =
      registrationOpen() ? AccountService::Registration::Open : AccountService::Registration::Off;
  accounts_ = std::make_unique<AccountService>(
      AccountService::Parts{*log_of_scopes_, *passwords_, *tokens_, clock_, log_, accounts});
  return {};
}

}  // namespace kith
