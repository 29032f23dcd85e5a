# llhttp as one C library: compiled from the sources that node-llhttp carries, in strict mode.
# The mode is part of the interface: a lax includer would disagree with the library.
find_path(KITH_LLHTTP_SOURCE llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
find_path(KITH_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH REQUIRED)
add_library(kith_llhttp STATIC ${KITH_LLHTTP_SOURCE}/api.c ${KITH_LLHTTP_SOURCE}/http.c ${KITH_LLHTTP_SOURCE}/llhttp.c)
target_include_directories(kith_llhttp SYSTEM PUBLIC ${KITH_LLHTTP_INCLUDE})
target_compile_definitions(kith_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
target_compile_options(kith_llhttp PRIVATE -Wno-unused-parameter)
if(KITH_SANITIZE)
  target_compile_options(kith_llhttp PRIVATE -fsanitize=${KITH_SANITIZE})
endif()
