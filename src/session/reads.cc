#include <algorithm>

#include "eventlog/envelope.h"
#include "service/online_read.h"
#include "service/page_cut.h"
#include "service/permissions.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {
namespace {

struct Range {
  Offset after = 0;
  Offset last = 0;
};

/// The offsets a history command asks for, ascending: dense, so that no search is needed.
Range rangeOf(const protocol::History& request, Offset head, std::size_t count) {
  const Offset n = count;
  if (!request.reverse) {
    const Offset after = request.has_since ? std::min(request.since.offset, head) : 0;
    return {after, std::min(head, after + n)};
  }
  const Offset last = request.has_since ? std::min(head, request.since.offset - 1) : head;
  return {last > n ? last - n : 0, last};
}

/// Entries from the top down, in small steps, so that what the bound cuts off is the oldest.
Result<std::vector<LoggedEntry>> newestFirst(store::Reader& reader, const Scope& scope, Range range) {
  constexpr Offset kStep = 16;
  std::vector<LoggedEntry> out;
  std::size_t bytes = 0;
  while (range.last > range.after && bytes < kPageBytesMax) {
    const Offset below = std::max(range.after, range.last > kStep ? range.last - kStep : 0);
    auto step = TRY(reader.entries(scope, below, range.last, {kStep, SIZE_MAX}));
    for (auto entry = step.rbegin(); entry != step.rend() && bytes < kPageBytesMax; ++entry) {
      bytes += entry->entry.data.size() + (entry->message ? entry->message->text.size() : 0);
      out.push_back(std::move(*entry));
    }
    range.last = below;
  }
  return out;
}

/// On channels, unknown and forbidden answer alike.
Fault asChannelFault(const Fault& fault) {
  const bool hidden = fault.code == FaultCode::NotFound || fault.code == FaultCode::NotMember;
  return hidden ? Fault::of(FaultCode::PermissionDenied) : fault;
}

}  // namespace

void Session::handle(std::uint32_t id, const protocol::History& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (auto fault = channelFault(request.channel, core_.options.channel_bytes_max))
    return sendError(id, *fault);
  if (request.reverse && request.has_since && request.since.offset == 0) {
    return sendError(id, Fault::badField("since", "must be above 0 to go back from"));
  }
  const auto most = core_.options.history_entries_max;
  const auto count = request.limit < 0 ? most : std::min(most, static_cast<std::size_t>(request.limit));
  beginCommand(Answer::Page);
  auto done = onLoop<protocol::HistoryResult>([id](Session& self, Result<protocol::HistoryResult> result) {
    if (result)
      self.send(self.core_.format.codec().history(id, *result));
    else
      self.sendError(id, result.error());
    self.endCommand(Answer::Page);
  });
  core_.log.readValue<protocol::HistoryResult>(
      [request, count, caller = caller_,
       scope = *Scope::parse(request.channel)](store::Reader& reader) -> Result<protocol::HistoryResult> {
        const auto head = TRY(reader.head(scope)).position;
        const auto range = rangeOf(request, head.offset, count);
        std::vector<LoggedEntry> entries;
        if (request.reverse)
          entries = TRY(newestFirst(reader, scope, range));
        else if (range.last > range.after)
          entries = TRY(reader.entries(scope, range.after, range.last, {count, kPageBytesMax}));
        TRY(mayRead(reader, caller, scope));  // after the data, in its snapshot
        if (request.has_since && !request.since.epoch.empty() && request.since.epoch != head.epoch) {
          return Fault::of(FaultCode::UnrecoverablePosition);
        }
        protocol::HistoryResult result{{}, head.epoch, head.offset};
        std::size_t bytes = 0;
        for (const auto& logged : entries) {
          auto publication = renderPublication(logged);
          // As rendered a text may be twice as long. There is always one entry, and the client goes on from
          // it.
          if (bytes > 0 && bytes + publication.data->size() > kPageBytesMax) break;
          bytes += publication.data->size();
          result.publications.push_back({publication.offset, std::move(publication.data)});
        }
        return result;
      },
      std::move(done));
}

Caller Session::reader() const {
  auto reader = caller_;
  reader.right = Right::ReadPlace;
  return reader;
}

void Session::handle(std::uint32_t id, const protocol::Presence& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (auto fault = channelFault(request.channel, core_.options.channel_bytes_max))
    return sendError(id, *fault);
  const auto scope = *Scope::parse(request.channel);
  if (!scope.isPlace()) return sendError(id, Fault::of(FaultCode::NotAvailable));
  beginCommand(Answer::Page);
  auto done = onLoop<OnlineShown>([id](Session& self, Result<OnlineShown> shown) {
    if (!shown) {
      self.sendError(id, asChannelFault(shown.error()));
    } else if (!shown->next.empty()) {
      self.sendError(id, Fault::of(FaultCode::LimitExceeded));  // presence.room has pages
    } else {
      std::vector<protocol::PresenceUser> users;
      for (const auto& [user, name] : shown->users) users.push_back({user.text(), name});
      self.send(self.core_.format.codec().presence(id, users));
    }
    self.endCommand(Answer::Page);
  });
  readOnline(core_.services, reader(), scope, "", core_.options.presence_users_max, std::move(done));
}

void Session::handle(std::uint32_t id, const protocol::PresenceStats& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (auto fault = channelFault(request.channel, core_.options.channel_bytes_max))
    return sendError(id, *fault);
  const auto scope = *Scope::parse(request.channel);
  if (!scope.isPlace()) return sendError(id, Fault::of(FaultCode::NotAvailable));
  beginCommand();
  auto done = onLoop<std::int64_t>([id](Session& self, Result<std::int64_t> count) {
    if (count)
      self.send(self.core_.format.codec().presenceStats(id, static_cast<std::uint64_t>(*count)));
    else
      self.sendError(id, asChannelFault(count.error()));
    self.endCommand();
  });
  readOnlineCount(core_.services, reader(), scope, std::move(done));
}

}  // namespace kith
