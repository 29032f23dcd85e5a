#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace kith {

/// Why an operation was refused, as a user may see it. Numbers are those of the wire: below 1000
/// the client protocol's own, from 1000 on Kith's.
enum class FaultCode : std::uint16_t {
  Internal = 100,
  Unauthorized = 101,
  UnknownChannel = 102,
  PermissionDenied = 103,
  AlreadySubscribed = 105,
  LimitExceeded = 106,
  BadRequest = 107,
  NotAvailable = 108,
  TokenExpired = 109,
  Expired = 110,
  TooManyRequests = 111,
  UnrecoverablePosition = 112,
  NotFound = 1000,
  NotMember = 1001,
  Archived = 1005,
  Full = 1006,
  TextTooLong = 1007,
  NonceConflict = 1009,
  RequestNotPending = 1010,
  Already = 1011,
  HigherRole = 1013,
  LastOwner = 1014,
  ReadOnly = 1016,
};

/// The stable name of a code: "not_found". The same in RPC and REST.
std::string_view faultName(FaultCode code);

struct Fault {
  FaultCode code = FaultCode::Internal;
  /// The field in fault, if one is: "text".
  std::string field{};
  /// A sentence for the developer: what is allowed. Never a secret, never what others may not know.
  std::string detail{};
  /// Trying again with the same nonce may succeed.
  bool temporary = false;

  static Fault of(FaultCode code) { return {code, {}, {}, false}; }
  static Fault badField(std::string field, std::string detail) {
    return {FaultCode::BadRequest, std::move(field), std::move(detail), false};
  }
  static Fault unavailable(std::string detail) { return {FaultCode::Internal, {}, std::move(detail), true}; }
  /// As the wire's `message`: the name, and after a colon the field.
  std::string message() const;
};

template <class T>
using Result = Expected<T, Fault>;

}  // namespace kith
