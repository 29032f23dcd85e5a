#include "net/dialer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "net/event_loop_core.h"

namespace kith {
namespace {

using Tcp = asio::ip::tcp;
using Resolver = asio::ip::basic_resolver<Tcp, asio::io_context::executor_type>;

PeerAddress peerOf(const Tcp::endpoint& endpoint) {
  PeerAddress peer;
  peer.port = endpoint.port();
  if (endpoint.address().is_v4()) {
    peer.kind = PeerAddress::Kind::V4;
    const auto bytes = endpoint.address().to_v4().to_bytes();
    std::memcpy(peer.address.data(), bytes.data(), bytes.size());
  } else {
    peer.kind = PeerAddress::Kind::V6;
    const auto bytes = endpoint.address().to_v6().to_bytes();
    std::memcpy(peer.address.data(), bytes.data(), bytes.size());
  }
  return peer;
}

}  // namespace

/// The inside of a Dialer: addresses are tried one after the other until one takes the connection.
class Dialer::Attempt final : public LocalCounted {
 public:
  Attempt(EventLoop& loop, DialOptions options, Done done)
      : loop_(loop),
        options_(std::move(options)),
        done_(std::move(done)),
        resolver_(loop.core().io.get_executor()),
        descriptor_(loop.core().io.get_executor()) {}

  void start() {
    timer_ = loop_.after(options_.timeout, [self = LocalRef<Attempt>(this)] {
      self->timer_ = 0;
      self->fail("no answer within " + std::to_string(self->options_.timeout.count()) + " ms");
    });
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(options_.host, no_address);
    if (!no_address) {
      endpoints_.emplace_back(address, options_.port);
      return loop_.post([self = LocalRef<Attempt>(this)] { self->tryNext(); });
    }
    resolver_.async_resolve(options_.host, std::to_string(options_.port), Resolver::flags::numeric_service,
                            [self = LocalRef<Attempt>(this)](const boost::system::error_code& error,
                                                             const Resolver::results_type& found) {
                              if (self->over_) return;
                              if (error) return self->fail("cannot look the name up: " + error.message());
                              for (const auto& entry : found) self->endpoints_.push_back(entry.endpoint());
                              self->tryNext();
                            });
  }

  /// Calls nobody from now on.
  void giveUp() {
    over_ = true;
    loop_.cancel(std::exchange(timer_, 0));
    resolver_.cancel();
    boost::system::error_code ignored;
    descriptor_.close(ignored);
  }

 private:
  void tryNext() {
    if (over_) return;
    if (next_ == endpoints_.size())
      return fail(last_error_.empty() ? "the name has no address" : last_error_);
    const Tcp::endpoint& endpoint = endpoints_[next_];
    const int socket = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return failed(errno);
    boost::system::error_code error;
    descriptor_.assign(socket, error);
    if (error) {
      ::close(socket);
      return failed(error.value());
    }
    if (::connect(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 &&
        errno != EINPROGRESS) {
      return failed(errno);
    }
    descriptor_.async_wait(Descriptor::wait_write,
                           [self = LocalRef<Attempt>(this)](const boost::system::error_code&) {
                             if (!self->over_) self->onWritable();
                           });
  }

  void onWritable() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return failed(error);
    const int socket = descriptor_.release();
    auto connection = Connection::adopt(loop_, socket, peerOf(endpoints_[next_]), options_.connection);
    finish(std::move(connection));
  }

  void failed(int error) {
    last_error_ = std::strerror(error);
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    ++next_;
    loop_.post([self = LocalRef<Attempt>(this)] { self->tryNext(); });
  }

  void fail(const std::string& why) {
    finish(
        Error{"cannot connect to " + options_.host + " port " + std::to_string(options_.port) + ": " + why});
  }

  void finish(Expected<std::unique_ptr<Connection>, Error> result) {
    giveUp();
    std::exchange(done_, Done())(std::move(result));
  }

  EventLoop& loop_;
  DialOptions options_;
  Done done_;
  Resolver resolver_;
  Descriptor descriptor_;
  std::vector<Tcp::endpoint> endpoints_;
  std::size_t next_ = 0;
  std::string last_error_;
  Loop::TimerId timer_ = 0;
  bool over_ = false;
};

Dialer::Dialer(EventLoop& loop, DialOptions options, Done done)
    : attempt_(new Attempt(loop, std::move(options), std::move(done))) {
  ASSERT(loop.isHere());
  attempt_->start();
}
Dialer::~Dialer() {
  attempt_->giveUp();
}

}  // namespace kith
