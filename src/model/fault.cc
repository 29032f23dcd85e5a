#include "model/fault.h"

#include "model/fault_table.h"

namespace kith {

const std::vector<FaultInfo>& faultTable() {
  using enum FaultCode;
  // A table, a row each.
  // clang-format off
  static const std::vector<FaultInfo> table{
      {Internal, "internal", "The server could not do it now. Try again with the same nonce."},
      {Unauthorized, "unauthorized", "Not signed in, or not any more."},
      {UnknownChannel, "unknown_channel", "No channel has such a name."},
      {PermissionDenied, "permission_denied", "The right is missing."},
      {AlreadySubscribed, "already_subscribed", "The connection hears this channel already."},
      {LimitExceeded, "limit_exceeded", "There are as many as there may be; the field says of what."},
      {BadRequest, "bad_request", "A field is missing, or not as it must be; the field says which."},
      {NotAvailable, "not_available", "There is no such method or command, or not here."},
      {TokenExpired, "token_expired", "The token has expired. Connect with a new one."},
      {Expired, "expired", "The time that the token allows a connection is over."},
      {TooManyRequests, "too_many_requests", "Too much at once. Try again in a while."},
      {UnrecoverablePosition, "unrecoverable_position", "The log cannot be followed from the position given. Begin anew."},
      {NotFound, "not_found", "It does not exist, or not for the caller: the two look alike."},
      {NotMember, "not_member", "Only members may."},
      {Archived, "archived", "The room is archived: it can be read and left."},
      {Full, "full", "There are as many members as the capacity allows."},
      {TextTooLong, "text_too_long", "The text of the message is too long."},
      {NonceConflict, "nonce_conflict", "The nonce has been used for another request."},
      {RequestNotPending, "request_not_pending", "The request was decided or withdrawn before."},
      {Already, "already", "It is so already, or the name is taken; then the field says which."},
      {HigherRole, "higher_role", "The other one ranks as high, or higher."},
      {LastOwner, "last_owner", "An owner cannot leave, but as the last member of a room."},
      {ReadOnly, "read_only", "The server takes nothing new for the time being: its disk is short of space."},
  };
  // clang-format on
  return table;
}

std::string_view faultName(FaultCode code) {
  for (const auto& known : faultTable()) {
    if (known.code == code) return known.name;
  }
  return "internal";
}

std::string Fault::message() const {
  std::string out(faultName(code));
  if (!field.empty()) out += ":" + field;
  return out;
}

}  // namespace kith
