#include "service/operations.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {

void Session::handle(std::uint32_t id, const protocol::Publish& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (auto fault = channelFault(request.channel, core_.options.channel_bytes_max))
    return sendError(id, *fault);
  if (request.type != 0) return sendError(id, Fault::of(FaultCode::NotAvailable));
  // Reserved channels are written by operations only.
  sendError(id, Fault::of(FaultCode::PermissionDenied));
}

void Session::handle(std::uint32_t id, const protocol::Rpc& request) {
  const auto* operation = operationOf(request.method);
  if (operation == nullptr) return sendError(id, Fault::of(FaultCode::NotAvailable));
  const auto answer = answerOf(request);
  beginCommand(answer);
  runOperation(*operation, core_.services, caller_, request.data,
               onLoop<std::string>([id, answer](Session& self, Result<std::string> result) {
                 if (result)
                   self.send(self.core_.format.codec().rpc(id, *result));
                 else
                   self.sendError(id, result.error());
                 self.endCommand(answer);
               }));
}

void Session::handle(std::uint32_t, const protocol::Send&) {
  disconnect(protocol::kNotAvailable);
}

void Session::handle(std::uint32_t id, const protocol::Refresh& request) {
  if (request.token.empty()) return disconnect(protocol::kBadRequest);
  beginCommand();
  core_.accounts.authenticate(
      request.token, onLoop<Authenticated>([id](Session& self, Result<Authenticated> result) {
        if (!result && result.error().temporary) {
          self.sendError(id, result.error());
          return self.endCommand();
        }
        if (!result) {
          const bool expired =
              result.error().code == FaultCode::TokenExpired || result.error().code == FaultCode::Expired;
          return self.disconnect(expired ? protocol::kConnectionExpired : protocol::kInvalidToken);
        }
        if (result->caller.user != self.caller_.user) return self.disconnect(protocol::kInvalidToken);
        self.caller_ = result->caller;
        self.caller_.connection = self.id_;
        protocol::RefreshResult out{self.id_.text(), self.core_.options.server_version, false, 0};
        if (result->expires_at_s > 0) {
          out.expires = true;
          out.ttl_s = self.secondsUntil(result->expires_at_s);
        }
        self.scheduleExpiry(result->expires_at_s);
        self.send(self.core_.format.codec().refresh(id, out));
        self.endCommand();
      }));
}

void Session::handle(std::uint32_t id, const protocol::SubRefresh& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (request.type != 0) return sendError(id, Fault::of(FaultCode::NotAvailable));
  const auto scope = Scope::parse(request.channel);
  if (!scope || find(*scope) == nullptr) return sendError(id, Fault::of(FaultCode::PermissionDenied));
  if (request.token.empty()) return sendError(id, Fault::badField("token", "is required"));
  sendError(id, Fault::of(FaultCode::PermissionDenied));  // reserved channels take no subscription tokens
}

void Session::handle(std::uint32_t, const protocol::Pong&) {
  if (!pong_due_) return disconnect(protocol::kBadRequest);  // nobody asked
  pong_due_ = false;
}

}  // namespace kith
