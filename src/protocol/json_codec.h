#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "protocol/command.h"
#include "protocol/reply.h"

namespace kith::protocol {

/// Replies and pushes as JSON objects.
class JsonCodec final : public Codec {
 public:
  std::string error(std::uint32_t id, const Fault& fault) const override;
  std::string connect(std::uint32_t id, const ConnectResult& result) const override;
  std::string subscribe(std::uint32_t id, const SubscribeResult& result) const override;
  std::string done(std::uint32_t id, std::string_view method) const override;
  std::string presence(std::uint32_t id, const std::vector<PresenceUser>& users) const override;
  std::string presenceStats(std::uint32_t id, std::uint64_t users) const override;
  std::string history(std::uint32_t id, const HistoryResult& result) const override;
  std::string rpc(std::uint32_t id, std::string_view data) const override;
  std::string refresh(std::uint32_t id, const RefreshResult& result) const override;
  std::string ping() const override { return "{}"; }
  std::string pushPublication(const std::string& channel, std::string_view data,
                              Offset offset) const override;
  std::string pushJoin(const std::string& channel, const PresenceUser& user) const override;
  std::string pushLeave(const std::string& channel, const PresenceUser& user) const override;
  std::string pushSubscribe(const std::string& channel, const SubscribeResult& result) const override;
  std::string pushUnsubscribe(const std::string& channel, std::uint16_t code,
                              std::string_view reason) const override;
};

enum class DecodeFault { Malformed, TooDeep };

/// Reads the commands of one text message: JSON objects, one after the other, white space between.
///
/// Not for two threads at once: keep one per core, its buffers are used again. What is malformed
/// anywhere refuses the whole message. Of doubled keys the first counts; unknown ones are ignored.
class JsonCommandReader {
 public:
  JsonCommandReader();
  ~JsonCommandReader();
  JsonCommandReader(const JsonCommandReader&) = delete;
  JsonCommandReader& operator=(const JsonCommandReader&) = delete;

  Expected<std::vector<Command>, DecodeFault> read(std::string_view message);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace kith::protocol
