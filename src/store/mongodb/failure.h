#pragma once

#include <mongoc/mongoc.h>

#include <string>

#include "model/fault.h"
#include "store/mongodb/document.h"

namespace kith::store::mongodb {

/// What an answer of the server came to, by what must follow from it. Graver ones come later.
enum class Failure {
  None,
  Refused,      // this command cannot be: refuse the item
  Damaged,      // a row is not what was written
  TakenNonce,   // the unique key of nonces has it
  TakenOffset,  // the unique key of the log has it: another node was faster
  Conflict,     // the transaction met another: run it again from the start
  Unreachable,  // no answer, or none of a primary: whether a write happened is unknown
  CommitUnknown,
};
/// Trying again may go better.
inline bool passes(Failure failure) {
  return failure > Failure::Damaged;
}

/// From an error and the reply it came with, which may name labels.
Failure failureOf(const bson_error_t& error, const bson_t* reply);
/// Which unique key an E11000 names.
Failure takenKeyOf(const std::string& message);
/// What a caller is told. Temporary unless trying again gives the same.
Fault faultOf(Failure failure);

}  // namespace kith::store::mongodb
