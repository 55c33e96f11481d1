// What the fuzz calls: every export of docs/abi.md with the kinds of its arguments and of its result.
//   arguments: entry, type, data, size, number, text, stack, flags, handle, open (to settle), status, ms, kind ...
//   results:   status (0 or an error), verdict (also 1), count (also above 0), handle, open, text, pointer N (0, or to
//              N bytes) ...
export const shapes = {
  wax_abi: [[], 'count'],
  wax_init: [['flags', 'ms', 'stack'], 'status'],
  wax_limits: [['ms', 'ms'], 'status'],
  wax_alloc: [['size'], 'block'],
  wax_free: [['data'], 'status'],
  wax_find: [['text'], 'pointer 12'],
  wax_entry: [['index'], 'text'],
  wax_spawn: [['entry', 'type', 'data', 'size', 'number', 'text', 'stack', 'flags'], 'handle'],
  wax_turn: [[], 'state'],
  wax_cancel: [['handle', 'text'], 'verdict'],
  wax_uncancel: [['handle'], 'count'],
  wax_info: [['handle'], 'pointer 64'],
  wax_release: [['handle'], 'status'],
  wax_future: [[], 'open'],
  wax_settle: [['open', 'status', 'type', 'data', 'size', 'number'], 'status'],
  wax_answers: [[], 'answers'],
  wax_timer: [['ms'], 'handle'],
  wax_next_task: [['handle'], 'handle'],
  wax_shutdown: [[], 'count'],
  wax_discard: [[], 'count'],
  wax_recover: [['kind'], 'verdict'],
  wax_error: [[], 'text'],
  wax_counts: [[], 'pointer 28'],
  wax_status_name: [['status'], 'text'],
  wax_advance: [['ms'], 'status'],
  wax_now: [[], 'number'],
  wax_room: [[], 'number'],
  wax_fd_ready: [['fd', 'kind'], 'count'],
  wax_poll: [['ms'], 'count'],
  wax_trace: [['capacity'], 'status'],
  wax_trace_read: [[], 'pointer 8'],
};

// How often each is called, where it is not once: what makes things happen, more; what ends everything, less.
export const weights = {
  wax_spawn: 8, wax_turn: 8, wax_cancel: 3, wax_settle: 4, wax_alloc: 4, wax_free: 2, wax_info: 2, wax_release: 3,
  wax_init: 0.3, wax_discard: 0.1, wax_shutdown: 0.5, wax_abi: 0.1, wax_now: 0.3, wax_error: 0.3,
};

// Only after a trap: docs/abi.md. Outside of any turn it has nothing to recover from, and says so.
export const notFromImports = new Set(['wax_recover']);
