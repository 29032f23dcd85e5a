#pragma once

#include <string_view>

#include "http/message.h"
#include "model/fault.h"

namespace kith {

/// The HTTP status of a fault.
int statusOf(FaultCode code);

/// A fault as application/problem+json (RFC 9457). `request_id` becomes `instance`. Nothing of the
/// request's path, query or body is repeated.
http::Response problemOf(const Fault& fault, std::string_view request_id);
http::Response problemOf(int status, std::string_view code, std::string_view detail, std::string_view request_id);

http::Response jsonResponse(int status, std::string json);

}  // namespace kith
