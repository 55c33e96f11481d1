// asyncify's intrinsics are imports that wasm-opt resolves after the link. emcc must be told that they are no mistake,
// so that it goes on refusing every other undefined symbol.
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
