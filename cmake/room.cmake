# A room is one folder of src/, one static library, one responsibility.
#
#   kith_room(<path> [DEPENDS rooms…] [USES rooms…] [TESTS rooms…] [LINKS libraries…] [PUBLIC_LINKS libraries…] [SERVER script])
#
# DEPENDS: rooms whose headers this room's headers include; passed on to its users.
# USES:    rooms that only its sources include; not passed on.
# TESTS:   rooms that only its tests include: a backend to test with, which the library must not name.
# SERVER:  a script that runs the command behind it beside the server that the room's tests need.
# A room can name only rooms declared before it, so there are no cycles. Before a room
# compiles, cmake/check_includes.py holds its #include lines against these two lists.
#
# Sources are picked by suffix: *_test.cc needs nothing, *_live_test.cc needs a server,
# *_bench.cc measures, *_fuzz.cc is attacked, *_conformance.h and *_test_fixture.h are for tests; the rest is the library.
set_property(GLOBAL PROPERTY KITH_ROOMS "")
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(kith_room path)
  cmake_parse_arguments(ROOM "" "SERVER" "DEPENDS;USES;TESTS;LINKS;PUBLIC_LINKS" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  get_property(declared GLOBAL PROPERTY KITH_ROOMS)
  foreach(other IN LISTS ROOM_DEPENDS ROOM_USES ROOM_TESTS)
    if(NOT other IN_LIST declared)
      message(FATAL_ERROR "src/CMakeLists.txt: room ${path} names ${other}, which is not declared above it "
                          "(rooms may use only those above them)")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY KITH_ROOMS ${path})

  file(GLOB sources CONFIGURE_DEPENDS ${path}/*.cc)
  file(GLOB headers CONFIGURE_DEPENDS ${path}/*.h)
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench)\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")

  # The direction of every include, checked before anything of the room compiles.
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${name}.includes)
  file(GLOB all CONFIGURE_DEPENDS ${path}/*.cc ${path}/*.h)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/check_includes.py
            --source ${CMAKE_CURRENT_SOURCE_DIR} --room ${path}
            --depends "${ROOM_DEPENDS}" --uses "${ROOM_USES}" --tests "${ROOM_TESTS}" --rooms-file ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${all} ${PROJECT_SOURCE_DIR}/cmake/check_includes.py ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt
    VERBATIM)
  add_custom_target(includes_${name} DEPENDS ${stamp})

  set(libs_public kith_flags)
  foreach(other IN LISTS ROOM_DEPENDS)
    string(REPLACE "/" "_" other_name ${other})
    list(APPEND libs_public kith_${other_name})
  endforeach()
  set(libs_private "")
  foreach(other IN LISTS ROOM_USES)
    string(REPLACE "/" "_" other_name ${other})
    list(APPEND libs_private kith_${other_name})
  endforeach()

  if(sources)
    add_library(kith_${name} STATIC ${sources})
    target_include_directories(kith_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(kith_${name} PUBLIC ${libs_public} ${ROOM_PUBLIC_LINKS} PRIVATE ${libs_private} ${ROOM_LINKS})
  else()
    add_library(kith_${name} INTERFACE)
    target_include_directories(kith_${name} INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(kith_${name} INTERFACE ${libs_public} ${ROOM_PUBLIC_LINKS})
  endif()
  add_dependencies(kith_${name} includes_${name})

  if(KITH_TESTS AND tests)
    set(libs_tests "")
    foreach(other IN LISTS ROOM_TESTS)
      string(REPLACE "/" "_" other_name ${other})
      list(APPEND libs_tests kith_${other_name})
    endforeach()
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE kith_${name} ${libs_private} ${libs_tests} ${ROOM_LINKS} GTest::gmock GTest::gtest_main)
    if(ROOM_SERVER)
      add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/${ROOM_SERVER} $<TARGET_FILE:${name}_test> --gtest_brief=1)
      set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 1200 SKIP_RETURN_CODE 77)
    else()
      add_test(NAME ${name} COMMAND ${name}_test --gtest_brief=1)
      set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
    endif()
  endif()
  if(KITH_FUZZ)
    if(NOT TARGET fuzzers)
      add_custom_target(fuzzers)
    endif()
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(fuzz_name ${fuzzer} NAME_WE)
      add_executable(${fuzz_name} ${fuzzer})
      add_dependencies(fuzzers ${fuzz_name})
      target_compile_options(${fuzz_name} PRIVATE -fsanitize=fuzzer)
      target_link_options(${fuzz_name} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${fuzz_name} PRIVATE kith_${name} ${libs_private} ${ROOM_LINKS})
    endforeach()
  endif()
endfunction()
