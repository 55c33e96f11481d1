/** wasyncio: asyncio for C in WebAssembly, from JavaScript. Times are milliseconds. */

declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** What a task takes: bytes (any typed array, an ArrayBuffer), a text, a number, or nothing. Copied. */
export type Input = ArrayBufferView | ArrayBufferLike | string | number | null | undefined;

/**
 * What a task gives: a copy of what C returned with `wa_return_bytes`, `wa_return_text` or `wa_return_number`. If C
 * returned nothing that way, the task's status: 0 (WA_OK) or a positive count of its own.
 */
export type Output = Bytes | string | number;
/** A `Uint8Array` with a buffer of its own: what `Response`, `Blob` and `crypto.subtle` take (TypeScript 5.7 tells them apart). */
export type Bytes = ReturnType<Uint8Array['slice']>;

/** Options of `load`. */
export interface LoadOptions {
  /**
   * The functions that C calls with `wa_await_op(name, ...)`. What a function returns, or resolves to, is C's result; if it
   * throws or rejects, C gets WA_EHOST with the message.
   */
  host?: HostFunctions | undefined;
  /**
   * 'virtual': time starts at 0 and jumps to the next timer whenever nothing is ready, neither in C nor among the host's
   * promises. A host function that waits for real time sees virtual time pass meanwhile. No task is reported as 'ungraceful'.
   * Default 'real'. Timers that a test puts in place of the host's, such as `mock.timers` of node:test, change neither.
   */
  clock?: 'real' | 'virtual' | undefined;
  /** How long C runs before the host gets a turn. Default 8, also for 0. */
  turnBudget?: number | undefined;
  /** A step that runs longer than this without an await is reported as 'stalled'. Default 100, also for 0. */
  stallAfter?: number | undefined;
  /** A task that runs longer than this after its cancellation is reported as 'ungraceful'. Default 5000, also for 0. */
  grace?: number | undefined;
  /** The C stack of a task, in bytes. Default 16384. */
  stackSize?: number | undefined;
  /** Looks at the clock after every step: a 'stalled' report then names the one step, and not several. */
  debug?: boolean | undefined;
  /** Hears every report. A report that has neither this nor a listener for its kind is a line on the console. */
  onReport?: ((report: Report) => void) | undefined;
  /** Further imports of the module, by module and name. They override the bindings' own. */
  imports?: Record<string, Record<string, any>> | undefined;
  /** Called with what C prints, as it is written. Default: the process's streams, else the console. */
  stdout?: ((text: string) => void) | undefined;
  /** The same for C's standard error. */
  stderr?: ((text: string) => void) | undefined;
}

/** What a host function may give. */
export type HostResult = Input | void;
/** A function that C calls, with C's input and a record of the call. */
export type HostFunction = (input: any, call: HostCall) => HostResult | PromiseLike<HostResult>;
/**
 * An object of host functions. It may be an instance of a class, so TypeScript does not check what the functions give;
 * `{...} satisfies Record<string, HostFunction>` does.
 */
export type HostFunctions = { [name: string]: HostFunction } | object;

/** The second argument of a host function. */
export interface HostCall {
  /** The name that C called. */
  readonly name: string;
  /** The task that made the call, if JavaScript knows it. */
  readonly task: Task | undefined;
  /** Aborts when C's wait is cancelled, with the reason of that cancellation. */
  readonly signal: AbortSignal;
}

/**
 * Loads a wasm that holds the runtime. A string is a URL; in Node, if it has no scheme, a path.
 * Rejects with a LoadError (the source cannot be read or compiled, is not wasm, or lacks the runtime) or a MisuseError (wrong
 * options).
 */
export function load(source: LoadSource | PromiseLike<LoadSource>, options?: LoadOptions): Promise<Runtime>;
/** Where the wasm is: a URL, a path (in Node), its bytes, a response, a compiled module, or Emscripten's glue. */
export type LoadSource =
  string | URL | ArrayBufferView | ArrayBufferLike | Response | EmscriptenSource |
  (keyof WasmModule extends never ? NoOther : WasmModule);
/** What stands for `WebAssembly.Module`, which is declared as empty, so that anything else would pass for it, too. */
export interface NoOther {
  /** Another source has it. */
  readonly emscripten?: never;
}

/** A type of the `WebAssembly` namespace, if it is declared. */
export type WasmType<Name extends string, Otherwise> =
  typeof globalThis extends Record<'WebAssembly', Record<Name, Record<'prototype', infer T>>> ? T : Otherwise;
/** `WebAssembly.Module`, if it is declared: Node's types alone do not declare it. */
export type WasmModule = WasmType<'Module', never>;
/** `WebAssembly.Memory`, if it is declared. */
export type WasmMemory = WasmType<'Memory', PlainMemory>;
/** What stands for `WebAssembly.Memory` if it is not declared. */
export interface PlainMemory {
  /** The bytes. A new buffer after the memory has grown. */
  readonly buffer: ArrayBuffer;
  /** Grows the memory by a number of pages of 64 KB. Returns how many there were. */
  grow(pages: number): number;
}

/**
 * A program with Emscripten's own glue (`-sMODULARIZE`), its file system, `EM_JS` and all: the factory, or what it gave.
 * The factory is called with `{ print, printErr }` if `stdout` and `stderr` are given. `imports` is not for such a program:
 * its glue links it.
 */
export interface EmscriptenSource {
  /** The factory, or the module that it gave, or a promise of that. */
  emscripten: ((options: object) => unknown) | object;
}

/** Options of `Runtime.spawn`. */
export interface SpawnOptions {
  /**
   * Cancels the task when the signal aborts; the task then rejects with the signal's own reason. If the signal has
   * aborted already, the task's body never runs.
   */
  signal?: AbortSignal | undefined;
  /** Cancels the task after this time; it then rejects with a TimeoutError. 0: its body never runs. Default Infinity. */
  timeout?: number | undefined;
  /** The task's name in reports and errors. Default "task-N". */
  name?: string | undefined;
  /** The task's C stack, in bytes. Default: the runtime's. */
  stackSize?: number | undefined;
  /** Runs the task to its first wait at once, inside this call, which throws if a trap or a stack overflow ends the task there. */
  eager?: boolean | undefined;
}

/** One runtime in one wasm instance, made by `load`. Once it is closed, every method but `close` throws a ClosedError. */
export class Runtime {
  private constructor();

  /**
   * create_task(): starts the C task with this name: that of a `WA_TASK`, or of an exported function that takes a pointer and
   * returns a status. Throws a MisuseError for an unknown name or a wrong argument, or when called from an import that C
   * is calling. In TypeScript, `spawn<string>(...)`, `spawn<number>(...)` or `spawn<Bytes>(...)` says what C returns.
   */
  spawn<T extends Uint8Array | string | number = Output>(name: string, input?: Input, options?: SpawnOptions): Task<T>;

  /**
   * gather(): all results, in order. Fails as soon as one item fails, and leaves the others alone. With `collect` it waits for
   * all and gives what Promise.allSettled would. Cancelling it cancels all.
   */
  gather<T extends readonly Awaitable[] | [], C extends boolean | undefined = false>(
    items: T, options?: { collect?: C },
  ): Future<Gathered<T, C>>;
  gather<T extends Awaitable, C extends boolean | undefined = false>(
    items: Iterable<T>, options?: { collect?: C },
  ): Future<Gathered<T[], C>>;

  /** wait(): waits until the first item, the first with an error, or all have ended, or the timeout has passed. Cancels nothing. */
  wait<T extends Awaitable>(
    items: Iterable<T>, options?: { when?: 'first' | 'error' | 'all' | undefined; timeout?: number | undefined },
  ): Future<Waited<T>>;

  /**
   * wait_for(): the item's outcome. After `ms`, cancels the item, waits for its end, and fails with a TimeoutError. A promise
   * can't be stopped: for a promise, this only gives up the wait.
   */
  waitFor<T>(item: PromiseLike<T>, ms?: number): Future<T>;

  /** shield(): ends as the item does. Cancelling it leaves the item alone. */
  shield<T>(item: PromiseLike<T>): Future<T>;

  /**
   * as_completed(): `for await (const item of rt.asCompleted(items)) use(await item)` gives the items themselves, as they end.
   * After `timeout` the loop fails with a TimeoutError. It cancels nothing.
   * (TypeScript gives `item` the type of the item's value, because it assumes that the loop awaits each item; `await item` is
   * the value in any case.)
   */
  asCompleted<T extends Awaitable>(items: Iterable<T>, options?: { timeout?: number | undefined }): AsyncIterableIterator<T>;

  /**
   * timeout(): runs the body with a deadline. After `ms` the scope's signal aborts. If the body fails because of that, this fails
   * with a TimeoutError; if the body gives a value all the same, so does this. `undefined` or Infinity: no deadline.
   */
  timeout<T>(
    ms: number | undefined, body: (scope: TimeoutScope) => T | PromiseLike<T>, options?: ScopeOptions,
  ): Future<T>;
  /** Without a body, the block is the body: `using scope = rt.timeout(50)`. Leaving the block aborts the signal. */
  timeout(ms?: number, body?: undefined, options?: ScopeOptions): BlockTimeout;

  /**
   * TaskGroup(): runs the body with tasks of its own, and waits for them all. The first that fails cancels the others and
   * aborts the scope's signal; this then fails with a GroupError of all errors. Otherwise it gives what the body gave.
   */
  group<T>(body: (group: Group) => T | PromiseLike<T>, options?: ScopeOptions): Future<T>;
  /**
   * Without a body, the block is the body: `await using group = rt.group()`. `await group.end()` waits for the members.
   * Leaving the block without it, perhaps by an error, cancels the members that still run, and waits.
   */
  group(body?: undefined, options?: ScopeOptions): BlockGroup;

  /** all_tasks(): every unfinished task, in the order of creation, including those that C spawned. */
  tasks(): Task[];

  /** What is alive: for leak checks. */
  counts(): Counts;

  /** Calls listener for every report of this kind. Returns a function that removes the listener. */
  on(kind: ReportKind, listener: (report: Report) => void): () => void;

  /** The runtime's clock. */
  readonly now: number;
  /** Moves a virtual clock on. Throws a MisuseError on a real one. */
  advance(ms: number): void;

  /**
   * Cancels all tasks, with a CancelledError 'the runtime is closing' as the reason, and waits for them. A task that still runs
   * after `grace` (default 5000) is ended without clean-up and rejects with a TaskError of status WA_EDISCARDED. Calling
   * `close` again gives the same promise.
   */
  close(options?: { grace?: number | undefined }): Promise<void>;
  /** `using rt = ...`: begins to close the runtime, and does not wait. */
  [Symbol.dispose](): void;
  /** `await using rt = await load(...)`: closes the runtime, with the default grace. */
  [Symbol.asyncDispose](): Promise<void>;
  /** Whether it is closed, or broken by a trap outside of its tasks: no call works any more. */
  readonly closed: boolean;

  /** For programs that call C directly. Such calls must not suspend. */
  readonly exports: Record<string, any>;
  /** The wasm's memory. It has a new buffer after it has grown. */
  readonly memory: WasmMemory;
}

/** What `Runtime.gather` gives: the values; with `collect`, the outcome of each item. */
export type Gathered<T, C> = C extends true
  ? { -readonly [K in keyof T]: PromiseSettledResult<Awaited<T[K]>> }
  : { -readonly [K in keyof T]: Awaited<T[K]> };

/** What `Runtime.wait` gives: the items, each list in the order in which they were given. */
export interface Waited<T> {
  /** The items that have ended. */
  done: T[];
  /** The items that have not. */
  pending: T[];
}

/** What a combinator takes: a task, what a combinator gave, or any promise. */
export type Awaitable<T = unknown> = PromiseLike<T>;

/** A result that comes once and can be cancelled: a task, or what a combinator returns. Awaited like a promise. */
export class Future<T = unknown> implements Promise<T> {
  protected constructor();
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null, onError?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  catch<B = never>(onError?: ((error: any) => B | PromiseLike<B>) | null): Promise<T | B>;
  finally(onEnd?: (() => void) | null): Promise<T>;
  /** Asks it to stop. false: it was done already. */
  cancel(reason?: unknown): boolean;
  /** Whether it has ended, in whatever way. */
  readonly done: boolean;
  /** Whether it ended by cancellation. A task's own `timeout` is one. */
  readonly cancelled: boolean;
  /** "Future" or "Task". */
  readonly [Symbol.toStringTag]: string;
  /** `using task = ...`: leaving the block cancels it if it is not done; the reason is a CancelledError 'its block was left'. */
  [Symbol.dispose](): void;
  /**
   * `await using task = ...`: the same, and waits for its end. Throws the error it then fails with, but not its cancellation. If
   * it was done before, nothing happens.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A C task. Awaiting it may reject with the signal's own reason, a TimeoutError, a CancelledError (by `cancel`, or by C),
 * a GroupError (of a C task group), a StackOverflowError or TrapError; with any other status it is a TaskError.
 */
export class Task<T = Output> extends Future<T> {
  private constructor();
  /** The name in reports and errors: what `spawn` was given, or "task-N". */
  readonly name: string;
  /** What the task is doing right now. */
  readonly state: 'ready' | 'running' | 'waiting' | 'done';
  /** Where the task waits or where it failed, "file.c:12"; '' if that is not known. */
  readonly site: string;
  /** The C status; undefined while it is pending. */
  readonly status: number | undefined;
  /** How many requests to stop were not taken back. */
  readonly cancelling: number;
  /** Why the task ended as cancelled: the value that was given. Before its end, `signal.reason` has that. */
  readonly reason: unknown;
  /**
   * For what JavaScript does on the task's behalf: `fetch(url, { signal: task.signal })`. Aborts, with the reason,
   * when JavaScript cancels the task; at the latest when the task has ended by a cancellation (C's own included) or
   * with an error. It does not abort for a task that nobody stops and that ends well.
   */
  readonly signal: AbortSignal;
}

/** Options of a scope. */
export interface ScopeOptions {
  /** Cancels the scope when it aborts; the scope then rejects with its reason. Give the signal of the scope around it. */
  signal?: AbortSignal | undefined;
}

/** What the body of `Runtime.timeout` is given. */
export interface TimeoutScope {
  /**
   * Aborts with the TimeoutError when the time is up, with a CancelledError when the scope is cancelled or its block is left, with
   * the reason of the `signal` that the scope was given when that aborts. It does not abort for a body that ends in time.
   */
  readonly signal: AbortSignal;
  /** Whether the time was up. */
  readonly expired: boolean;
  /**
   * Moves the deadline to `ms` from now; `undefined` or Infinity: no deadline. Throws a MisuseError once the scope has expired
   * or was left.
   */
  reschedule(ms: number | undefined): void;
}

/** What the body of `Runtime.group` is given. A member that ends by its own `timeout` counts as failed. */
export interface Group {
  /**
   * Aborts when a member or the body fails, with that error; when the group is cancelled or its block is left, with a
   * CancelledError; when the `signal` that the group was given aborts, with its reason. It does not abort for a group that ends
   * well.
   */
  readonly signal: AbortSignal;
  /** Runtime.spawn, into this group. Throws a MisuseError when the group is shutting down or finished. */
  spawn<T extends Uint8Array | string | number = Output>(name: string, input?: Input, options?: SpawnOptions): Task<T>;
  /** Makes a task or a promise a member, and returns it. A promise can't be stopped: the group waits for it, and `signal`
   * tells its maker to end. */
  add<T extends PromiseLike<unknown>>(item: T): T;
}

/** The scope of a block: `using scope = rt.timeout(50)`. */
export interface BlockTimeout extends TimeoutScope {
  /** Removes the deadline, and aborts the signal for whatever still runs. */
  [Symbol.dispose](): void;
  /** The same. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The group of a block: `await using group = rt.group()`. */
export interface BlockGroup extends Group {
  /** Waits for all members, including those added while one still runs. Fails with a GroupError of all errors. */
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
  /** Futures and ended tasks that C holds a reference to. */
  futures: number;
  /** Deadlines that are set. */
  timers: number;
  /** Calls of host functions that C waits for. */
  operations: number;
  /** Names by which JavaScript holds any of these. */
  handles: number;
  /** C stacks that suspended tasks keep. */
  stacks: number;
  /**
   * Memory that all this and a running trace use, with the tables that name it. The tables never shrink, so compare two rounds
   * to find a leak.
   */
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
  /** Nothing is ready and nothing can become so: told when Node's process ends, and tasks of a runtime that is open still wait. */
  | 'deadlock'
  /** The main task of `wa_run` ended before others. */
  | 'shutdown';

/** What went wrong without anybody being told by an error. */
export interface Report {
  /** What the report is about. */
  kind: ReportKind;
  /** The task, if JavaScript holds it. */
  task: Task | undefined;
  /** The task's name. */
  name: string;
  /** The C status that the task ended with; -14 (WA_EPENDING) if it has not ended; 0 for 'deadlock' and 'shutdown'. */
  status: number;
  /** How many tasks, if the report concerns several; how many steps a stall may be spread over. */
  count: number;
  /** The await concerned, "file.c:12", or ''. */
  site: string;
  /** How long ago the cancellation was asked for, or how long the step ran. */
  age: number;
  /** The whole, as one sentence. */
  text: string;
}

/** A wrong argument or a wrong call. */
export class MisuseError extends TypeError {}
/** The wasm could not be read, compiled or started, or lacks something. */
export class LoadError extends Error {}
/** The runtime is closed, or it is broken: then `cause` says why. */
export class ClosedError extends Error {}
/** A deadline passed. */
export class TimeoutError extends Error {}
/** A task, or a combinator's future, was cancelled by `cancel` or by C. (A `signal` gives its own reason instead.) */
export class CancelledError extends Error {
  constructor(message?: string, reason?: unknown);
  /** The value that was given to `cancel`; if C cancelled, its text. */
  readonly reason: unknown;
}
/** A task ended with a negative status. */
export class TaskError extends Error {
  constructor(
    message: string, status: number, task: string, site: string, options?: { statusName?: string; cause?: unknown },
  );
  /** The C status, below 0. */
  readonly status: number;
  /** Such as "WA_EHOST"; "WA_EUSER" for all errors of a program's own. */
  readonly statusName: string;
  /** The task's name. */
  readonly task: string;
  /** Where the task waited last, "file.c:12"; '' if that is not known. */
  readonly site: string;
  /** What is behind the error: for WA_EHOST what the host function threw, for a trap the engine's error. */
  readonly cause?: unknown;
}
/** A task overflowed its stack. `stackSize` gives it more. */
export class StackOverflowError extends TaskError {}
/** A task hit a wasm trap, or an import threw. `cause` is the error. */
export class TrapError extends TaskError {}
/** Members of a group failed. `errors` has their errors, flattened, in the order they occurred. */
export class GroupError extends AggregateError {}
