#pragma once

// The one place that includes Asio. Only sources of net/ include this file, none of its public
// headers does: the library can be replaced by changing this folder.
#define BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_ASIO_NO_DEPRECATED
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kith {

namespace asio = boost::asio;
/// With the concrete executor: any_io_executor costs an indirection and an allocation.
using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using SteadyTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>;

}  // namespace kith
