# What is pinned, and where downloads are kept that outlive a clean.
wasmtime_version=48.0.8
# The last line that hands a listening socket to a program (tcplisten).
wasmtime_sockets_version=46.0.3
jco_version=1.35.0
python_wasmtime_version=48.0.0
cargo_minor=95
cache=${WASYNCIO_CACHE:-$HOME/.cache/wasyncio}
