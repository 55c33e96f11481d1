/** wasyncio: asyncio for C in WebAssembly, from JavaScript. Times are milliseconds. */

declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** What a task takes: bytes (any typed array's, an ArrayBuffer's), a text, a number, or nothing. Copied. */
export type Input = ArrayBufferView | ArrayBufferLike | string | number | null | undefined;

/**
 * What a task gives: a copy of what C handed over with `wa_return_bytes`, `wa_return_text` or `wa_return_number`; for a
 * task that handed nothing over, its status: 0 (WA_OK) or a positive count of its own.
 */
export type Output = Bytes | string | number;
/** A `Uint8Array` with a buffer of its own: what `Response`, `Blob` and `crypto.subtle` take (TypeScript 5.7 tells them apart). */
export type Bytes = ReturnType<Uint8Array['slice']>;

/** Options of `load`. */
export interface LoadOptions {
  /**
   * The functions that C calls with `wa_await_op(name, ...)`. What one returns, or resolves to, is C's result; if it
   * throws or rejects, C gets WA_EHOST with the message.
   */
  host?: HostFunctions | undefined;
  /**
   * 'virtual': time starts at 0 and jumps to the next timer whenever nothing is ready, neither here nor among the host's
   * promises: a host function that waits for real time sees it pass. Default 'real'.
   */
  clock?: 'real' | 'virtual' | undefined;
  /** How long C runs before the host gets a turn. Default 8; so is 0. */
  turnBudget?: number | undefined;
  /** A step that runs longer without an await is reported as 'stalled'. Default 100; so is 0. */
  stallAfter?: number | undefined;
  /** A task that runs longer after its cancellation is reported as 'ungraceful'. Default 5000; so is 0. */
  grace?: number | undefined;
  /** The C stack of a task, in bytes. Default 16384. */
  stackSize?: number | undefined;
  /** Looks at the clock after every step: a 'stalled' report then names the very step, and not one of several. */
  debug?: boolean | undefined;
  /** Hears every report. Without it and without a listener for its kind, a report is a line on the console. */
  onReport?: ((report: Report) => void) | undefined;
  /** Further imports of the module, by module and name; they go before the bindings' own. */
  imports?: Record<string, Record<string, any>> | undefined;
  /** What C prints, as it is written. Default: the process's streams, else the console. */
  stdout?: ((text: string) => void) | undefined;
  /** What C prints to its standard error, likewise. */
  stderr?: ((text: string) => void) | undefined;
}

/** What a host function may give. */
export type HostResult = Input | void;
/** A function that C calls: with what C gave, and with a record of the call. */
export type HostFunction = (input: any, call: HostCall) => HostResult | PromiseLike<HostResult>;
/** An object of host functions; a class's instance will do. */
export type HostFunctions = { [name: string]: HostFunction } | object;

/** The second argument of a host function. */
export interface HostCall {
  /** The name that C called. */
  readonly name: string;
  /** The task that called, if JavaScript knows it. */
  readonly task: Task | undefined;
  /** Aborts when C's wait is cancelled, with the reason of that cancellation. */
  readonly signal: AbortSignal;
}

/**
 * Loads a wasm that holds the runtime. A string is a URL; in Node, if it has no scheme, a path.
 * Rejects with a LoadError (cannot be read or compiled, is no wasm, lacks the runtime) or a MisuseError (wrong options).
 */
export function load(source: LoadSource | PromiseLike<LoadSource>, options?: LoadOptions): Promise<Runtime>;
/** Where the wasm is: a URL, a path (in Node), its bytes, a response, a compiled module, or Emscripten's glue. */
export type LoadSource =
  string | URL | ArrayBufferView | ArrayBufferLike | Response | WasmModule | EmscriptenSource;

/** A type of `WebAssembly`'s, where the types know that. */
export type WasmType<Name extends string, Otherwise> =
  typeof globalThis extends Record<'WebAssembly', Record<Name, Record<'prototype', infer T>>> ? T : Otherwise;
/** `WebAssembly.Module`, where the types know it: Node's alone do not. */
export type WasmModule = WasmType<'Module', never>;
/** `WebAssembly.Memory`, where the types know it. */
export type WasmMemory = WasmType<'Memory', PlainMemory>;
/** What a `WebAssembly.Memory` is elsewhere. */
export interface PlainMemory {
  /** What is in it. Another one after it has grown. */
  readonly buffer: ArrayBuffer;
  /** By so many pages of 64 KB. Gives how many there were. */
  grow(pages: number): number;
}

/**
 * A program that has Emscripten's own glue (`-sMODULARIZE`), with its file system, `EM_JS` and all. Its factory, which
 * is called with `{ print, printErr }` if `stdout` and `stderr` are given; or what the factory gave. `imports` is not
 * for such a program: its glue links it.
 */
export interface EmscriptenSource {
  /** The factory, or the module that it gave or will give. */
  emscripten: ((options: object) => unknown) | object;
}

/** Options of `Runtime.spawn`. */
export interface SpawnOptions {
  /**
   * Cancels the task when it aborts; the task then rejects with the signal's own reason. If it has aborted already,
   * the task's body never runs.
   */
  signal?: AbortSignal | undefined;
  /** Cancels the task after so long; it then rejects with a TimeoutError. 0: its body never runs. Default Infinity. */
  timeout?: number | undefined;
  /** For reports and errors. Default "task-N". */
  name?: string | undefined;
  /** Its C stack, in bytes. Default: the runtime's. */
  stackSize?: number | undefined;
  /** Runs it to its first wait at once, inside this call. Throws a TrapError or StackOverflowError that ends it there. */
  eager?: boolean | undefined;
}

/** One runtime in one wasm instance. Made by `load`. Every method but `close` throws a ClosedError once it is closed. */
export class Runtime {
  private constructor();

  /**
   * Starts a C task by the name of its `WA_TASK`, or of any exported function that takes a pointer and returns a
   * status. Throws a MisuseError for an unknown name or a wrong argument, or when called from an import that C is
   * calling.
   */
  spawn<T extends Uint8Array | string | number = Output>(name: string, input?: Input, options?: SpawnOptions): Task<T>;

  /**
   * All results, in order. Fails as soon as one fails, and leaves the others alone; with `collect` it waits for all
   * and gives what Promise.allSettled would. Cancelling it cancels all.
   */
  gather<T extends readonly Awaitable[] | [], C extends boolean | undefined = false>(
    items: T, options?: { collect?: C },
  ): Future<Gathered<T, C>>;
  gather<T extends Awaitable, C extends boolean | undefined = false>(
    items: Iterable<T>, options?: { collect?: C },
  ): Future<Gathered<T[], C>>;

  /** Waits until the first, the first with an error, or all have ended, or for so long. Cancels nothing. */
  wait<T extends Awaitable>(
    items: Iterable<T>, options?: { when?: 'first' | 'error' | 'all' | undefined; timeout?: number | undefined },
  ): Future<Waited<T>>;

  /**
   * The item's outcome; after so long, cancels it, waits for its end, and fails with a TimeoutError. A promise can't be
   * stopped: for a promise, this only gives up the wait.
   */
  waitFor<T>(item: PromiseLike<T>, ms?: number): Future<T>;

  /** Ends as the item does; cancelling it leaves the item alone. */
  shield<T>(item: PromiseLike<T>): Future<T>;

  /**
   * `for await (const item of rt.asCompleted(items)) use(await item)`: the items themselves, as they end.
   * (TypeScript takes `item` for what the item gives, because it awaits whatever a loop is given; `await item` is that
   * in any case.)
   */
  asCompleted<T extends Awaitable>(items: Iterable<T>, options?: { timeout?: number | undefined }): AsyncIterableIterator<T>;

  /**
   * Runs the body with a deadline: after so long, the scope's signal aborts, and when the body has ended by that, this
   * fails with a TimeoutError.
   */
  timeout<T>(
    ms: number | undefined, body: (scope: TimeoutScope) => T | PromiseLike<T>, options?: ScopeOptions,
  ): Future<T>;
  /** Without a body, the block is it: `using scope = rt.timeout(50)`. Leaving it aborts the signal. */
  timeout(ms?: number, body?: undefined, options?: ScopeOptions): BlockTimeout;

  /**
   * Runs the body with tasks of its own, and waits for them all. The first that fails cancels the others and aborts the
   * scope's signal; this then fails with a GroupError of all errors. Else it gives what the body gave.
   */
  group<T>(body: (group: Group) => T | PromiseLike<T>, options?: ScopeOptions): Future<T>;
  /**
   * Without a body, the block is it: `await using group = rt.group()`. `await group.end()` waits for the members;
   * leaving the block without it cancels those that still run, for it may be an error that leaves it, and waits.
   */
  group(body?: undefined, options?: ScopeOptions): BlockGroup;

  /** Every unfinished task, in the order of creation, also those that C spawned. */
  tasks(): Task[];

  /** What is alive: for leak checks. */
  counts(): Counts;

  /** Calls listener for every report of this kind. Returns what takes the listener away again. */
  on(kind: ReportKind, listener: (report: Report) => void): () => void;

  /** The runtime's clock. */
  readonly now: number;
  /** Moves a virtual clock. */
  advance(ms: number): void;

  /**
   * Cancels what is left, the reason being a CancelledError 'the runtime is closing', and waits for it; what still runs
   * after `grace` (default 5000) is ended without clean-up and rejects with a TaskError of status WA_EDISCARDED. Calling
   * it again gives the same promise.
   */
  close(options?: { grace?: number | undefined }): Promise<void>;
  /** `using rt = ...`: begins to close, and does not wait. */
  [Symbol.dispose](): void;
  /** `await using rt = await load(...)`: closes, with the default grace. */
  [Symbol.asyncDispose](): Promise<void>;
  /** Closed, or broken by a trap outside of its tasks: no call works any more. */
  readonly closed: boolean;

  /** For programs that call C directly. Such calls must not suspend. */
  readonly exports: Record<string, any>;
  /** The wasm's memory. Its buffer is another one after it has grown. */
  readonly memory: WasmMemory;
}

/** What `Runtime.gather` gives: the values; with `collect`, what became of each. */
export type Gathered<T, C> = C extends true
  ? { -readonly [K in keyof T]: PromiseSettledResult<Awaited<T[K]>> }
  : { -readonly [K in keyof T]: Awaited<T[K]> };

/** What `Runtime.wait` gives: the items, in the order in which they were given. */
export interface Waited<T> {
  /** Those that have ended. */
  done: T[];
  /** Those that have not. */
  pending: T[];
}

/** What a combinator takes: a task, what a combinator gave, or any promise. */
export type Awaitable<T = unknown> = PromiseLike<T>;

/** A result that comes once and can be cancelled: a task, or what a combinator returns. Awaited like a promise. */
export class Future<T = unknown> implements Promise<T> {
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null, onError?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  catch<B = never>(onError?: ((error: any) => B | PromiseLike<B>) | null): Promise<T | B>;
  finally(onEnd?: (() => void) | null): Promise<T>;
  /** Asks for the end. false: it was done already. */
  cancel(reason?: unknown): boolean;
  /** It has ended, in whatever way. */
  readonly done: boolean;
  /** Done, and by cancellation; a task's own `timeout` is one. */
  readonly cancelled: boolean;
  /** "Future" or "Task". */
  readonly [Symbol.toStringTag]: string;
  /** `using task = ...`: leaving the block cancels it if it is not done; the reason is a CancelledError 'its block was left'. */
  [Symbol.dispose](): void;
  /**
   * `await using task = ...`: the same, and waits for its end. Throws what it fails with then, but for its cancellation; what was
   * done before is left alone.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A C task. Awaiting it rejects with: the signal's own reason; a TimeoutError; a CancelledError (of `cancel`, or of C);
 * a GroupError (of a C task group); a StackOverflowError or TrapError; else a TaskError with the status.
 */
export class Task<T = Output> extends Future<T> {
  private constructor();
  /** For reports and errors: what `spawn` was given, or "task-N". */
  readonly name: string;
  /** What it is doing right now. */
  readonly state: 'ready' | 'running' | 'waiting' | 'done';
  /** Where it waits, "file.c:12"; where it failed; '' if that is not known. */
  readonly site: string;
  /** The C status; undefined while it is pending. */
  readonly status: number | undefined;
  /** Requests to stop that were not taken back. */
  readonly cancelling: number;
  /** Why it was cancelled: the value that was given. */
  readonly reason: unknown;
  /**
   * For what JavaScript does on the task's behalf: `fetch(url, { signal: task.signal })`. Aborts, with the reason,
   * when JavaScript asks for the task's cancellation; at the latest when the task has ended by a cancellation (of C's
   * own, too) or with an error. A task that nobody stops and that ends well leaves it as it is.
   */
  readonly signal: AbortSignal;
}

/** Options of a scope. */
export interface ScopeOptions {
  /** Cancels the scope, which then rejects with the signal's reason: the signal of a scope around it, above all. */
  signal?: AbortSignal | undefined;
}

/** What the body of `Runtime.timeout` is given. */
export interface TimeoutScope {
  /** Aborts with the TimeoutError when the time is up; with a CancelledError when the scope is cancelled. */
  readonly signal: AbortSignal;
  /** The time was up. */
  readonly expired: boolean;
  /** Moves the deadline to so long from now. MisuseError once it has expired or was left. */
  reschedule(ms: number | undefined): void;
}

/** What the body of `Runtime.group` is given. A member that ends by its own `timeout` has failed. */
export interface Group {
  /** Aborts when a member fails or the group is cancelled. */
  readonly signal: AbortSignal;
  /** As Runtime.spawn, into this group. MisuseError when the group is shutting down or finished. */
  spawn<T extends Uint8Array | string | number = Output>(name: string, input?: Input, options?: SpawnOptions): Task<T>;
  /** Makes a task or a promise a member. Returns it. A promise can't be stopped: the group waits for it, and `signal`
   * tells it to end. */
  add<T extends PromiseLike<unknown>>(item: T): T;
}

/** The scope of a block: `using scope = rt.timeout(50)`. */
export interface BlockTimeout extends TimeoutScope {
  /** Takes the deadline away, and aborts the signal for what still runs. */
  [Symbol.dispose](): void;
  /** The same. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The group of a block: `await using group = rt.group()`. */
export interface BlockGroup extends Group {
  /** Waits for all members, also those that come while one still runs. Fails with a GroupError of all errors. */
  end(): Future<undefined>;
  /** Cancels the members that still run, and does not wait. */
  [Symbol.dispose](): void;
  /** Cancels the members that still run, and waits for all. Throws a GroupError if one has failed. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What is alive in the wasm: `Runtime.counts`. */
export interface Counts {
  /** Tasks that have not ended. */
  tasks: number;
  /** Futures, and tasks that have ended, that C holds a reference to. */
  futures: number;
  /** Deadlines that are set. */
  timers: number;
  /** Calls of host functions that C waits for. */
  operations: number;
  /** Names by which JavaScript holds any of them. */
  handles: number;
  /** C stacks that suspended tasks keep. */
  stacks: number;
  /** Memory that all this uses, and the tables that name it, which stay as large as they were at most: compare two rounds. */
  bytes: number;
}

/** What a report is about. */
export type ReportKind =
  /** A task got its cancellation and ended as if nothing had been. */
  | 'swallowed'
  /** A task ran for long without an await. */
  | 'stalled'
  /** A task still runs, long after its cancellation. */
  | 'ungraceful'
  /** A task failed, and nobody looked at its error. */
  | 'unseen'
  /** A task overflowed its stack. */
  | 'stack'
  /** A task hit a trap. */
  | 'trap'
  /** Nothing is ready and nothing can become so. */
  | 'deadlock'
  /** The main task of `wa_run` ended before others. */
  | 'shutdown';

/** What went wrong without anybody being told by an error. */
export interface Report {
  /** What it is about. */
  kind: ReportKind;
  /** The task, if JavaScript holds it. */
  task: Task | undefined;
  /** The task's name. */
  name: string;
  /** What the task ended with, if it has ended. */
  status: number;
  /** How many tasks, where it concerns several; how many steps a stall may be spread over. */
  count: number;
  /** The await concerned, "file.c:12", or ''. */
  site: string;
  /** How long ago the cancellation was asked for; how long the step ran. */
  age: number;
  /** The whole, as one sentence. */
  text: string;
}

/** A wrong argument, a wrong call. */
export class MisuseError extends TypeError {}
/** The wasm could not be read, compiled or started, or lacks something. */
export class LoadError extends Error {}
/** The runtime is closed, or broken: then `cause` says by what. */
export class ClosedError extends Error {}
/** A deadline passed. */
export class TimeoutError extends Error {}
/** A task, or what a combinator gave, was cancelled by `cancel` or by C. (A `signal` gives its own reason instead.) */
export class CancelledError extends Error {
  constructor(message?: string, reason?: unknown);
  /** The value that was given to `cancel`; the text, if C cancelled. */
  readonly reason: unknown;
}
/** A task ended with a negative status. */
export class TaskError extends Error {
  constructor(
    message: string, status: number, task: string, site: string, options?: { statusName?: string; cause?: unknown },
  );
  /** The C status, below 0. */
  readonly status: number;
  /** "WA_EHOST"; "WA_EUSER" for all of a program's own. */
  readonly statusName: string;
  /** The task's name. */
  readonly task: string;
  /** Where it waited last, "file.c:12"; '' if that is not known. */
  readonly site: string;
  /** What is behind it: of WA_EHOST what the host function threw, of a trap the engine's error. */
  readonly cause?: unknown;
}
/** A task overflowed its stack; `stackSize` gives it more. */
export class StackOverflowError extends TaskError {}
/** A task hit a wasm trap, or an import threw: `cause`. */
export class TrapError extends TaskError {}
/** Members of a group failed: `errors`, flattened, in the order they occurred. */
export class GroupError extends AggregateError {}
