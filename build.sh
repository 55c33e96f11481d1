#!/bin/sh
# The one command of this project: ./build.sh help. Sets up what is missing, builds what is out of date, runs, tests.
set -eu
cd "$(dirname "$0")"

help() {
  cat <<'END'
usage: ./build.sh [COMMAND]
  (none)            set up what is missing, build everything into dist/
  run [TEXT FOLDER...]
                    the same, then search the project's own files for wa_await with one C task per file, in Node
  test [GROUP...]   the same, then all tests; GROUP: a part of a test file's path
  quick [GROUP...]  the developer's loop: the tests that run natively, under sanitizers
  demo [--port N]   serve the demo page, web/, and print its address
  setup [PART]      only set up; PART: native, build (what ./build.sh needs), test (everything) or wasmtime
  wasmtime          build the wasmtime commands of the pinned versions with cargo: one, if the system has none, and the
                    last that takes a listening socket
  step NAME         one step of the build alone, with its whole output
  clean             remove build/ and dist/
Everything that was built or found out is under build/ (logs in build/log/) and dist/; a second run does only what is
out of date. A WASI SDK named by WASI_SDK_PATH is used in place of Debian's clang. Downloads that outlive a clean are
kept in WASYNCIO_CACHE (default: ~/.cache/wasyncio).
END
}

need_node() {
  old='const [major, minor] = process.versions.node.split("."); process.exit(Number(major * 100 + +minor < 2016))'
  node -e "$old" 2>/dev/null ||
    { echo "Node 20.16 or later is needed, as 'node' on the PATH (found: $(node -v 2>/dev/null || echo none))." >&2; exit 2; }
}

build() { scripts/setup.sh build; node scripts/build.mjs; }

command=${1:-build}
[ $# -eq 0 ] || shift
case $command in
  help | -h | --help) help ;;
  clean) rm -rf build dist ;;
  *) need_node ;;
esac
case $command in
  build) build ;;
  run)
    build
    [ $# -gt 0 ] || set -- wa_await src docs examples bindings tests scripts
    exec node examples/search.mjs "$@" ;;
  test)
    scripts/setup.sh test
    scripts/setup.sh wasmtime
    build
    exec node tests/run.mjs "$@" ;;
  quick) scripts/setup.sh native; exec node tests/run.mjs --quick "$@" ;;
  demo) build; exec node bin/wasyncio.mjs demo "$@" ;;
  setup) scripts/setup.sh "${1:-test}" ;;
  wasmtime) scripts/setup.sh wasmtime ;;
  step) exec node scripts/build.mjs "$@" ;;
  help | -h | --help | clean) ;;
  *) echo "build.sh: no command '$command'" >&2; help >&2; exit 2 ;;
esac
