#pragma once

#include <string>

#include "http/message.h"
#include "service/operations.h"

namespace kith {

/// The request object of an operation, from its path, query or body, and Idempotency-Key: the same JSON
/// that the RPC of that name takes. What stands in the path counts before the body.
Result<std::string> operationRequest(const Operation& operation, const http::Request& request);

/// A JSON object without doubled keys, as a body must be.
Result<void> checkedBody(const std::string& body);

}  // namespace kith
