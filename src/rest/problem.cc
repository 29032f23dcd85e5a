#include "rest/problem.h"

namespace kith {

int statusOf(FaultCode code) {
  switch (code) {
    case FaultCode::Unauthorized:
    case FaultCode::TokenExpired:
    case FaultCode::Expired:
      return 401;
    case FaultCode::NotFound:
    case FaultCode::UnknownChannel:
      return 404;
    case FaultCode::PermissionDenied:
    case FaultCode::NotMember:
    case FaultCode::HigherRole:
      return 403;
    case FaultCode::BadRequest:
    case FaultCode::TextTooLong:
      return 422;
    case FaultCode::Archived:
    case FaultCode::RequestNotPending:
    case FaultCode::Full:
    case FaultCode::NonceConflict:
    case FaultCode::Already:
    case FaultCode::AlreadySubscribed:
    case FaultCode::UnrecoverablePosition:
    case FaultCode::LimitExceeded:
    case FaultCode::LastOwner:
      return 409;
    case FaultCode::NotAvailable:
      return 410;
    case FaultCode::TooManyRequests:
      return 429;
    case FaultCode::Internal:
    case FaultCode::ReadOnly:
      return 503;
  }
  return 503;
}

namespace {

/// `detail` stands alone, so it names the field; in `errors` the pointer does.
http::Response problem(int status, std::string_view code, std::string_view detail, std::string_view field,
                       std::string_view request_id, bool temporary, Callback<void(JsonWriter&)> more) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().field("type", "about:blank").field("title", http::statusText(status));
  json.field("status", static_cast<std::int64_t>(status)).field("code", code);
  const auto subject = field.empty() ? std::string() : std::string(field) + ": ";
  if (!detail.empty()) json.field("detail", subject + std::string(detail));
  if (!request_id.empty()) json.field("instance", request_id);
  if (!field.empty()) {
    json.key("errors").beginArray().beginObject().field("pointer", "/" + std::string(field));
    json.field("message", detail).endObject().endArray();
  }
  if (temporary) json.field("retry_after", std::int64_t{1});
  if (more) more(json);
  json.endObject();
  auto response = http::Response::of(status, "application/problem+json", std::move(out));
  response.with("Cache-Control", "no-store");
  if (temporary) response.with("Retry-After", "1");
  if (status == 401) response.with("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

http::Response problemOf(const Fault& fault, std::string_view request_id, Callback<void(JsonWriter&)> more) {
  const bool temporary = fault.temporary || fault.code == FaultCode::TooManyRequests;
  return problem(statusOf(fault.code), faultName(fault.code), fault.detail, fault.field, request_id,
                 temporary, std::move(more));
}

http::Response problemOf(int status, std::string_view code, std::string_view detail,
                         std::string_view request_id) {
  return problem(status, code, detail, "", request_id, false, {});
}

http::Response jsonResponse(int status, std::string json) {
  auto response = http::Response::of(status, "application/json", std::move(json));
  response.with("Cache-Control", "no-store");
  return response;
}

}  // namespace kith
