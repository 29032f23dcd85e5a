#include "store/mongodb/failure.h"

#include <algorithm>
#include <array>

#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

// Codes of the server that pass: no primary, stepping down, shutting down, a time limit, too few members.
constexpr std::array<std::uint32_t, 18> kPassing{6,   7,   50,  64,  79,    89,    91,    100,   133,
                                                 134, 189, 202, 262, 10107, 11600, 11602, 13435, 13436};
constexpr std::uint32_t kWriteConflict = 112;
constexpr std::uint32_t kSnapshotUnavailable = 246;
constexpr std::uint32_t kNoSuchTransaction = 251;
constexpr std::uint32_t kDuplicateKey = 11000;

}  // namespace

Failure takenKeyOf(const std::string& message) {
  const auto index = message.find(" index: ");
  if (index == std::string::npos) return Failure::Refused;
  const auto rest = std::string_view(message).substr(index + 8);
  const auto isNamed = [&](std::string_view name) {
    return rest.starts_with(name) && rest.substr(name.size()).starts_with(' ');
  };
  if (isNamed(kNonceIndex)) return Failure::TakenNonce;
  const bool of_log = message.find(std::string(".") + kEntries + " ") < index;
  if (of_log && (isNamed(kOffsetIndex) || isNamed("_id_"))) return Failure::TakenOffset;
  return Failure::Refused;
}

Failure failureOf(const bson_error_t& error, const bson_t* reply) {
  if (reply != nullptr && mongoc_error_has_label(reply, "UnknownTransactionCommitResult"))
    return Failure::CommitUnknown;
  if (error.domain == MONGOC_ERROR_STREAM || error.domain == MONGOC_ERROR_SERVER_SELECTION)
    return Failure::Unreachable;
  if (reply != nullptr && mongoc_error_has_label(reply, "TransientTransactionError"))
    return Failure::Conflict;
  if (error.domain == MONGOC_ERROR_WRITE_CONCERN) return Failure::Unreachable;
  if (error.code == kDuplicateKey) return takenKeyOf(error.message);
  if (error.code == kWriteConflict || error.code == kSnapshotUnavailable || error.code == kNoSuchTransaction)
    return Failure::Conflict;
  if (std::find(kPassing.begin(), kPassing.end(), error.code) != kPassing.end()) return Failure::Unreachable;
  return Failure::Refused;
}

Fault faultOf(Failure failure) {
  switch (failure) {
    case Failure::Damaged:
      return {FaultCode::Internal, {}, "Stored data is damaged.", false};
    case Failure::Refused:
      return {FaultCode::Internal, {}, "The database refused it.", false};
    case Failure::Unreachable:
      return Fault::unavailable("The database cannot be reached.");
    case Failure::CommitUnknown:
      return Fault::unavailable("Whether the database has committed it is not known.");
    default:
      return Fault::unavailable("Others write there as well: it did not get in.");
  }
}

}  // namespace kith::store::mongodb
