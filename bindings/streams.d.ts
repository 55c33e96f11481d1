/** `wasyncio/streams`: web streams as descriptors that C reads and writes. */
import type { Bytes, Input, Output, Runtime, SpawnOptions, Task } from './index.js';

/** What a source gives: bytes, or a string, which C reads as UTF-8. */
export type Chunk = ArrayBufferView | ArrayBufferLike | string;

/** Options of `pipe`: those of `spawn`, and the streams. */
export interface PipeOptions extends SpawnOptions {
  /** What C reads from its first descriptor. Without it, `writable` of the result is the other end. */
  from?: ReadableStream<any> | undefined;
  /** What C writes to its second descriptor goes here. Without it, to `readable` of the result. */
  to?: WritableStream<any> | undefined;
  /** Further input of the task, which follows the two descriptors. */
  input?: Exclude<Input, number> | undefined;
}

/** A C task and the ends of the streams that were not given. `pipeThrough` takes it. */
export interface Pipe<T = Output> {
  /** The task. Awaiting it tells how it ended. */
  readonly task: Task<T>;
  /** What C writes, unless `to` was given. Cancelling this stream cancels the task. */
  readonly readable: ReadableStream<Bytes>;
  /** What C reads, unless `from` was given. Aborting this stream makes C's read fail with WA_EIO. */
  readonly writable: WritableStream<Chunk>;
  /**
   * Fulfilled when the output has been closed, after all that C wrote. Rejects with the error that spoiled the output. You may
   * ignore it if the task failed, or was cancelled because a stream broke: `task` tells the same. But if `to` fails after the
   * task has ended, only `closed` tells, by an unhandled rejection if nobody listens.
   */
  readonly closed: Promise<void>;
}

/**
 * Starts a C task between two streams: `await body.pipeThrough(pipe(rt, 'gzip')).pipeTo(file)`. The task's argument
 * points to two `int`, the descriptors to read from and to write to, followed by the input. When the task ends
 * well, the output is closed and the rest of the source is cancelled. When the task fails or is cancelled, the source is
 * cancelled and the output aborted, with the task's error or reason.
 */
export function pipe<T extends Uint8Array | string | number = Output>(
  runtime: Runtime, name: string, options?: PipeOptions): Pipe<T>;

/**
 * Locks one stream and returns it as a descriptor, a number to hand to C in any input. C closes it by `wa_close`, which
 * cancels a source and closes a sink. Closing the runtime cancels a source and aborts a sink.
 */
export function open(runtime: Runtime, stream: ReadableStream<any> | WritableStream<any>): number;
