#pragma once

#include <bson/bson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/scope.h"

namespace kith::store::mongodb {

/// A BSON document being made, value by value, each with its type: text never becomes an operator.
class Document {
 public:
  Document() : bson_(bson_new()) {}
  explicit Document(const bson_t& copied) : bson_(bson_copy(&copied)) {}
  ~Document() { bson_destroy(bson_); }  // of none as well
  Document(Document&& other) noexcept : bson_(std::exchange(other.bson_, nullptr)) {}
  Document& operator=(Document&& other) noexcept {
    std::swap(bson_, other.bson_);
    return *this;
  }

  Document& text(const char* key, std::string_view value);
  Document& number(const char* key, std::int64_t value);
  Document& number(const char* key, Offset value);
  Document& flag(const char* key, bool value);
  Document& bytes(const char* key, std::string_view value);
  Document& document(const char* key, const Document& value);
  Document& texts(const char* key, const std::vector<std::string>& values);
  Document& documents(const char* key, const std::vector<Document>& values);

  // Conditions of a query: one on each field.
  Document& among(const char* key, const std::vector<std::string>& values);
  Document& above(const char* key, std::string_view value);
  Document& above(const char* key, std::int64_t value);
  Document& between(const char* key, std::int64_t first, std::int64_t last);

  const bson_t& bson() const { return *bson_; }
  bson_t* raw() { return bson_; }

 private:
  bson_t* bson_;
};

/// Reads a document. What is missing or of another type is empty, 0 or false: rows of the log have a
/// checksum that finds it. Valid while the document is.
class View {
 public:
  explicit View(const bson_t& bson) : bson_(&bson) {}
  explicit View(const Document& document) : bson_(&document.bson()) {}

  bool has(const char* key) const;
  std::string text(const char* key) const;
  std::int64_t number(const char* key) const;
  Offset offset(const char* key) const;
  bool flag(const char* key) const;
  std::string bytes(const char* key) const;
  std::vector<std::string> texts(const char* key) const;
  std::optional<Document> document(const char* key) const;
  /// Of an array of documents.
  std::vector<Document> documents(const char* key) const;
  const bson_t& bson() const { return *bson_; }

 private:
  const bson_t* bson_;
};

}  // namespace kith::store::mongodb
