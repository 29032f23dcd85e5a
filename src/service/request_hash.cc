#include "service/request_hash.h"

#include "base/digest.h"

namespace kith {

std::string requestHash(std::string_view key, std::string_view operation,
                        std::initializer_list<std::string_view> fields) {
  std::string text(operation);
  for (const auto field : fields) {
    text.append(1, '\0').append(std::to_string(field.size())).append(1, ':').append(field);
  }
  return hmacSha256(key, text).substr(0, 16);
}

}  // namespace kith
