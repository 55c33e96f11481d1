// What other build systems read of the package: pkg-config files, and a CMake package. Both tell the flags that
// toolchain/link.mjs links with, and lie in dist/ at places from which they find the rest, wherever npm put it.
import { linkFlags } from '../toolchain/link.mjs';
import { targets } from '../toolchain/toolchains.mjs';

// The one path among the flags is that of a file of the package.
const flagsFrom = (target, folder) =>
  linkFlags(targets[target], 'both').map((flag) => flag.replace(/^.*(?=\/toolchain\/)/, folder));

// small: '-small' for the library that is made for size.
export const pkgConfig = (target, version, small = '') => `# PKG_CONFIG_PATH is to name this folder.
# The linked wasm is finished by: $(pkg-config --variable=instrument wasyncio${small}) LINKED.wasm -o OUT.wasm
prefix=\${pcfiledir}/../../../..
instrument=node \${prefix}/bin/wasyncio.mjs instrument${small && ' -Oz'}

Name: wasyncio
Description: asyncio for C in WebAssembly
Version: ${version}
Cflags: -I\${prefix}/dist/include
Libs: -L\${pcfiledir}/.. -lwasyncio${small} -lwasyncio-start${small} ${flagsFrom(target, '${prefix}').join(' ')}
`;

// Two words that belong together must not be told apart, or told once for several.
const forCMake = (target) => flagsFrom(target, '${_wasyncio_root}').join(' ').split(/ (?=-)/)
  .map((flag) => (flag.includes(' ') ? `"SHELL:${flag.replace(/ (.*)/, ' \\"$1\\"')}"` : flag)).join('\n    ');

export const cmakeConfig = () => `# With -Dwasyncio_DIR=node_modules/wasyncio/dist/cmake:
#   find_package(wasyncio REQUIRED)
#   add_executable(app app.c)
#   target_link_libraries(app PRIVATE wasyncio::wasyncio)
#   wasyncio_instrument(app)      # makes app.wasm suspendable, after the link
get_filename_component(_wasyncio_root "\${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
if(EMSCRIPTEN)
  set(_wasyncio_triple ${targets.emscripten.triple})
  set(_wasyncio_flags
    ${forCMake('emscripten')})
elseif(CMAKE_SYSTEM_NAME STREQUAL "WASI" OR CMAKE_C_COMPILER_TARGET MATCHES "^wasm32")
  set(_wasyncio_triple ${targets.wasi.triple})
  set(_wasyncio_flags
    ${forCMake('wasi')})
else()
  set(wasyncio_FOUND FALSE)
  set(wasyncio_NOT_FOUND_MESSAGE
    "wasyncio is for wasm: use emcmake, or a toolchain whose CMAKE_C_COMPILER_TARGET is wasm32-wasi")
  return()
endif()
find_program(WASYNCIO_NODE node)
if(NOT WASYNCIO_NODE)
  set(wasyncio_FOUND FALSE)
  set(wasyncio_NOT_FOUND_MESSAGE "wasyncio needs Node, as node on the PATH")
  return()
endif()

if(NOT TARGET wasyncio::wasyncio)
  set(_wasyncio_lib "\${_wasyncio_root}/dist/lib/\${_wasyncio_triple}")
  add_library(wasyncio::start STATIC IMPORTED)
  set_target_properties(wasyncio::start PROPERTIES
    IMPORTED_LOCATION "\${_wasyncio_lib}/libwasyncio-start.a"
    IMPORTED_LOCATION_MINSIZEREL "\${_wasyncio_lib}/libwasyncio-start-small.a")
  add_library(wasyncio::wasyncio STATIC IMPORTED)
  set_target_properties(wasyncio::wasyncio PROPERTIES
    IMPORTED_LOCATION "\${_wasyncio_lib}/libwasyncio.a"
    IMPORTED_LOCATION_DEBUG "\${_wasyncio_lib}/libwasyncio-debug.a"
    IMPORTED_LOCATION_MINSIZEREL "\${_wasyncio_lib}/libwasyncio-small.a"
    INTERFACE_INCLUDE_DIRECTORIES "\${_wasyncio_root}/dist/include"
    INTERFACE_LINK_LIBRARIES wasyncio::start
    INTERFACE_LINK_OPTIONS "\${_wasyncio_flags}")
endif()

set(_wasyncio_command "\${WASYNCIO_NODE}" "\${_wasyncio_root}/bin/wasyncio.mjs" instrument CACHE INTERNAL "")
function(wasyncio_instrument target)
  set(_type "")
  if(TARGET \${target})
    get_target_property(_type \${target} TYPE)
  endif()
  if(NOT _type STREQUAL "EXECUTABLE")
    message(FATAL_ERROR "wasyncio_instrument: \${target} is no executable: "
      "a library is instrumented with the one it is linked into")
  endif()
  set_target_properties(\${target} PROPERTIES SUFFIX .wasm)
  add_custom_command(TARGET \${target} POST_BUILD VERBATIM COMMAND_EXPAND_LISTS
    COMMAND \${_wasyncio_command} "$<TARGET_FILE:\${target}>" -o "$<TARGET_FILE:\${target}>"
      "$<$<CONFIG:MinSizeRel>:-Oz>" "$<$<CONFIG:Debug>:-O0>" "$<$<OR:$<CONFIG:Debug>,$<CONFIG:RelWithDebInfo>>:--debug>"
    COMMENT "Making \${target}.wasm suspendable")
endfunction()
`;

export const cmakeVersion = (version) => `set(PACKAGE_VERSION ${version})
if(PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
else()
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
endif()
`;
