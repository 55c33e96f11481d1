# What is pinned, and where downloads are kept that outlive a clean.
wasmtime_version=48.0.8
python_wasmtime_version=48.0.0
cargo_minor=90
cache=${WASYNCIO_CACHE:-$HOME/.cache/wasyncio}
