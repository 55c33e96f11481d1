// Imports that emcc must be told are no mistake, so that it goes on refusing every other undefined symbol: asyncify's
// intrinsics, which wasm-opt resolves after the link, and those of WASI's functions that emcc's own library lacks, which the host
// gives. What stands for them here is never called.
mergeInto(LibraryManager.library, {
  start_unwind: function () {},
  stop_unwind: function () {},
  start_rewind: function () {},
  stop_rewind: function () {},
  sock_accept: function () {},
  sock_shutdown: function () {},
  fd_fdstat_set_flags: function () {},
  poll_oneoff: function () {},
});
