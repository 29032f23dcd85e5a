#include "model/fault.h"

namespace kith {

std::string_view faultName(FaultCode code) {
  switch (code) {
    case FaultCode::Internal:
      return "internal";
    case FaultCode::Unauthorized:
      return "unauthorized";
    case FaultCode::UnknownChannel:
      return "unknown_channel";
    case FaultCode::PermissionDenied:
      return "permission_denied";
    case FaultCode::AlreadySubscribed:
      return "already_subscribed";
    case FaultCode::LimitExceeded:
      return "limit_exceeded";
    case FaultCode::BadRequest:
      return "bad_request";
    case FaultCode::NotAvailable:
      return "not_available";
    case FaultCode::TokenExpired:
      return "token_expired";
    case FaultCode::Expired:
      return "expired";
    case FaultCode::TooManyRequests:
      return "too_many_requests";
    case FaultCode::UnrecoverablePosition:
      return "unrecoverable_position";
    case FaultCode::NotFound:
      return "not_found";
    case FaultCode::NotMember:
      return "not_member";
    case FaultCode::Archived:
      return "archived";
    case FaultCode::Full:
      return "full";
    case FaultCode::TextTooLong:
      return "text_too_long";
    case FaultCode::NonceConflict:
      return "nonce_conflict";
    case FaultCode::RequestNotPending:
      return "request_not_pending";
    case FaultCode::Already:
      return "already";
    case FaultCode::HigherRole:
      return "higher_role";
    case FaultCode::LastOwner:
      return "last_owner";
    case FaultCode::ReadOnly:
      return "read_only";
  }
  return "internal";
}

std::string Fault::message() const {
  std::string out(faultName(code));
  if (!field.empty()) out += ":" + field;
  return out;
}

}  // namespace kith
