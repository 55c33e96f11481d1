/** Streams of the web as descriptors that C reads and writes: `wasyncio/streams`. */
import type { Bytes, Input, Output, Runtime, SpawnOptions, Task } from './index.js';

/** What a source gives: bytes, or a string, which C reads as UTF-8. */
export type Chunk = ArrayBufferView | ArrayBufferLike | string;

/** Options of `pipe`: those of `spawn`, and the streams. */
export interface PipeOptions extends SpawnOptions {
  /** What C reads from its first descriptor. Without it, `writable` of the result is the other end. */
  from?: ReadableStream<any> | undefined;
  /** What C writes to its second descriptor goes here. Without it, to `readable` of the result. */
  to?: WritableStream<any> | undefined;
  /** What the task gets besides: it follows the two descriptors. */
  input?: Exclude<Input, number> | undefined;
}

/** A C task and the two ends that were not given: what `pipeThrough` takes. */
export interface Pipe<T = Output> {
  /** The task. Awaiting it tells how it ended. */
  readonly task: Task<T>;
  /** What C writes, unless `to` was given. Cancelling it cancels the task. */
  readonly readable: ReadableStream<Bytes>;
  /** What C reads, unless `from` was given. Aborting it lets C's read fail with WA_EIO. */
  readonly writable: WritableStream<Chunk>;
  /**
   * Fulfilled when the output has been closed, after all that C wrote. Rejects with what spoiled it: of the task's failure, or
   * of a stream that broke while the task ran, which then was cancelled, nobody needs to hear twice; but what `to` does with
   * the rest after the task has ended is told here alone, and by an unhandled rejection if nobody listens.
   */
  readonly closed: Promise<void>;
}

/**
 * Starts a C task between two streams: `await body.pipeThrough(pipe(rt, 'gzip')).pipeTo(file)`. The task's argument
 * points to two `int`, the descriptors to read from and to write to, and to the input after them. When the task ends
 * well, the output is closed and what is left of the source is cancelled; when it fails or is cancelled, the source is
 * cancelled and the output aborted, with its reason or error.
 */
export function pipe<T extends Uint8Array | string | number = Output>(
  runtime: Runtime, name: string, options?: PipeOptions): Pipe<T>;

/**
 * One stream as a descriptor, a number to hand to C in any input. It locks the stream. C closes it by `wa_close`: that
 * cancels a source and closes a sink; so does closing the runtime, which aborts a sink.
 */
export function open(runtime: Runtime, stream: ReadableStream<any> | WritableStream<any>): number;
