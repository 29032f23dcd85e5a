#pragma once

#include <string_view>

#include "base/json_writer.h"
#include "base/task.h"
#include "http/message.h"
#include "model/fault.h"

namespace kith {

/// The HTTP status of a fault.
int statusOf(FaultCode code);

/// A fault as application/problem+json (RFC 9457). `request_id` becomes `instance`. Nothing of the
/// request's path, query or body is repeated. `more` writes members of its own (RFC 9457, section 3.2).
http::Response problemOf(const Fault& fault, std::string_view request_id,
                         Callback<void(JsonWriter&)> more = {});
http::Response problemOf(int status, std::string_view code, std::string_view detail,
                         std::string_view request_id);

http::Response jsonResponse(int status, std::string json);

}  // namespace kith
