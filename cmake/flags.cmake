# Compiler and linker flags of all rooms. Sanitizers come from the presets.
add_library(kith_flags INTERFACE)
target_compile_options(kith_flags INTERFACE
  -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -fstack-protector-strong -fno-omit-frame-pointer)
# TRY is a statement expression: both compilers have it, the standard has not.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(kith_flags INTERFACE -Wthread-safety -Wno-gnu-statement-expression)
else()
  target_compile_options(kith_flags INTERFACE -fcf-protection)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(kith_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
target_link_options(kith_flags INTERFACE -pie -Wl,-z,relro,-z,now)

find_program(KITH_MOLD mold)
if(KITH_MOLD)
  target_link_options(kith_flags INTERFACE -fuse-ld=mold)
endif()
find_program(KITH_CCACHE ccache)
if(KITH_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${KITH_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KITH_CCACHE})
endif()

if(KITH_SANITIZE)
  target_compile_options(kith_flags INTERFACE -fsanitize=${KITH_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(kith_flags INTERFACE -fsanitize=${KITH_SANITIZE})
  if(KITH_SANITIZE MATCHES "thread")
    # Asio uses atomic_thread_fence, which TSan does not model.
    target_compile_options(kith_flags INTERFACE -Wno-tsan)
  endif()
endif()
set_property(GLOBAL PROPERTY JOB_POOLS link=2)
set(CMAKE_JOB_POOL_LINK link)
