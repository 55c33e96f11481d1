#!/bin/sh
# Installs what a part of the build lacks, and nothing that is there: as root by apt-get; otherwise says what to
# install and ends with status 2. Parts:
#   native    clang for this machine, with its sanitizers
#   build     both wasm toolchains and wasm-opt
#   test      native and build; Python's wasmtime, the browsers, CMake, pkg-config, Doxygen, npm's development packages
#   wasmtime  (alone) the wasmtime command, by cargo; without a recent cargo the tests use Python's package only
set -eu
part=$1
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/versions.sh"
log=$root/build/log/setup.log
mkdir -p "$root/build/log"

missing=
# need PACKAGE TEST...: the package is needed unless the test succeeds.
need() {
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has() { command -v "$1"; }
clang_has() { test -e "$(clang-19 "$@")"; }
python_has_venv() { python3 -c 'import venv, ensurepip'; }

native() {
  need clang-19 has clang-19
  need llvm-19 has llvm-ar-19
  need libclang-rt-19-dev clang_has -print-file-name="libclang_rt.asan-$(uname -m).a"
}

build() {
  need binaryen has wasm-opt
  need emscripten has emcc
  if [ -n "${WASI_SDK_PATH:-}" ]; then
    [ -x "$WASI_SDK_PATH/bin/clang" ] || { echo "WASI_SDK_PATH=$WASI_SDK_PATH has no bin/clang." >&2; exit 2; }
    return
  fi
  need clang-19 has clang-19
  need llvm-19 has llvm-ar-19
  need lld-19 has wasm-ld-19
  need libclang-rt-19-dev-wasm32 clang_has --target=wasm32-wasi -print-libgcc-file-name
  need wasi-libc clang_has --target=wasm32-wasi -print-file-name=crt1-reactor.o
}

tests() {
  need python3 has python3
  need python3-venv python_has_venv
  need chromium has chromium
  need firefox-esr has firefox-esr
  need cmake has cmake
  need make has make
  need pkgconf has pkg-config
  need doxygen has doxygen
}

# quietly WHAT COMMAND...: the output goes to the log; the terminal gets a line now and then.
quietly() {
  what=$1
  shift
  printf 'setup: %s\n' "$what"
  started=$(date +%s)
  { printf '$ %s\n' "$*"; "$@"; } >>"$log" 2>&1 &
  job=$!
  seconds=0
  while kill -0 "$job" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % 15)) -ne 0 ] || printf '  %3d s  %.100s\n' "$seconds" "$(tail -n 1 "$log" | tr '\r' ' ')"
  done
  if wait "$job"; then
    printf '  done in %d s\n' $(($(date +%s) - started))
  else
    printf 'setup failed: %s. The end of build/log/setup.log:\n' "$what" >&2
    tail -n 25 "$log" >&2
    printf 'Alone: %s\n' "$*" >&2
    return 1
  fi
}

install_packages() {
  missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
  [ -n "${missing% }" ] || return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    printf 'These packages are missing (Debian 12 names):\n  %s\n' "$missing" >&2
    printf 'As root: apt-get install --no-install-recommends %s\n' "$missing" >&2
    exit 2
  fi
  export DEBIAN_FRONTEND=noninteractive
  quietly 'apt-get update' apt-get update
  # shellcheck disable=SC2086 # a list of words
  quietly "apt-get install $missing" apt-get install -y --no-install-recommends $missing
}

python_wasmtime() {
  home=$cache/python-wasmtime-$python_wasmtime_version
  [ -e "$home/complete" ] && return
  rm -rf "$home"
  quietly 'a Python environment' python3 -m venv "$home"
  quietly "Python's wasmtime $python_wasmtime_version" \
    "$home/bin/python" -m pip install --disable-pip-version-check "wasmtime==$python_wasmtime_version"
  touch "$home/complete"
}

# Not among the development packages, because it brings a hundred and fifty of its own.
component_tools() {
  home=$cache/jco-$jco_version
  [ -e "$home/complete" ] && return
  rm -rf "$home"
  mkdir -p "$home"
  quietly "jco $jco_version, for components" \
    npm install --prefix "$home" --no-audit --no-fund --no-save "@bytecodealliance/jco@$jco_version"
  touch "$home/complete"
}

node_packages() {
  cd "$root"
  [ -e package-lock.json ] || return 0
  [ node_modules/.package-lock.json -nt package-lock.json ] && return
  quietly "npm's packages for the tests" npm ci --no-audit --no-fund
  touch node_modules/.package-lock.json
}

recent_cargo() {
  version=$(cargo --version 2>/dev/null | cut -d' ' -f2)
  minor=$(printf '%s' "$version" | cut -d. -f2)
  [ -n "$minor" ] && { [ "${version%%.*}" -gt 1 ] || [ "$minor" -ge "$cargo_minor" ]; }
}

# $1: the version. Its folder's name says it.
build_wasmtime() {
  home=$cache/wasmtime-$1
  [ -x "$home/bin/wasmtime" ] && return
  quietly "the wasmtime command $1 (once; takes 5 minutes on 2 cores)" \
    cargo install wasmtime-cli --version "$1" --locked --no-default-features \
    --features run,cranelift,parallel-compilation,component-model --root "$home"
}

wasmtime_command() {
  if ! recent_cargo; then
    command -v wasmtime >/dev/null ||
      echo "setup: no wasmtime command, and no cargo 1.$cargo_minor or newer to build it with:" \
        "the tests use Python's wasmtime package alone"
    return
  fi
  command -v wasmtime >/dev/null || build_wasmtime "$wasmtime_version"
  build_wasmtime "$wasmtime_sockets_version"
}

case $part in
  native) native; install_packages ;;
  build) build; install_packages ;;
  test) native; build; tests; install_packages; python_wasmtime; component_tools; node_packages ;;
  wasmtime) wasmtime_command ;;
  *) echo "setup.sh: no part '$part': native, build, test or wasmtime" >&2; exit 2 ;;
esac
