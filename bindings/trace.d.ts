/** `wasyncio/trace`: what happened when, event by event. Times are milliseconds of the runtime's clock, `rt.now`. */
import type { Runtime } from './index.js';

/** What happens to a task. */
export type TraceKind =
  /** The task was made, by task `by`. */
  | 'spawn'
  /** A step of the task begins. */
  | 'run'
  /** The step is over, and the task is ready again: it gave up its turn, at `site`. */
  | 'yield'
  /** The step is over, and the task waits, at `site`. */
  | 'wait'
  /** The wait is over, ended by task `by`: the task is ready. */
  | 'wake'
  /** The task was asked to stop, by task `by`. */
  | 'cancel'
  /** The await at `site` told the task to stop: what it does from here on is its clean-up. */
  | 'cleanup'
  /** The task is over, with `status`. */
  | 'end';

/** One event of a task. */
export interface TraceEvent {
  /** When it happened, on the runtime's clock. */
  time: number;
  /** The task's number: 1 is the first task of the runtime. */
  task: number;
  /** The task's name. */
  name: string;
  /** What happened. */
  kind: TraceKind;
  /** The number of the task that did it; 0: the loop, or JavaScript. */
  by: number;
  /** "file.c:12"; '' where there is none. */
  site: string;
  /** The C status of an end; else undefined. */
  status: number | undefined;
}

/** What `trace` takes. */
export interface TraceOptions {
  /** How many unread events are kept, the latest ones. Default 65536, 2.6 MB of the wasm's memory. */
  capacity?: number | undefined;
}

/**
 * Records from now on what the runtime's tasks do. Replaces a running recording. Throws a MisuseError for a wrong
 * capacity or when called from an import that C is calling, a ClosedError for a closed runtime, and a RangeError when the
 * wasm has no memory for that many events.
 *
 * @example
 * const tracing = trace(rt);
 * await rt.spawn('crawl');
 * for (const { time, name, kind, site } of tracing.stop()) console.log(time, name, kind, site);
 */
export function trace(runtime: Runtime, options?: TraceOptions): Trace;

/** A recording, made by `trace`. */
export class Trace {
  private constructor();
  /** When it started. */
  readonly startedAt: number;
  /** How many events were overwritten before they were read, as of the latest `read`. */
  readonly lost: number;
  /** The events since the latest `read`, the oldest first. */
  read(): TraceEvent[];
  /** Ends the recording, and returns the events that were not read, also after the runtime was closed. */
  stop(): TraceEvent[];
}

/**
 * The events in Chrome's trace-event format: `JSON.stringify` them into a file, and https://ui.perfetto.dev draws it. What has
 * not ended is drawn as far as `until`, or the last event. A wait that never ends is seen only by `toChrome(events, rt.now)`.
 */
export function toChrome(events: readonly TraceEvent[], until?: number): {
  /** Slices of time, instants and names of tracks, as that format has them. */
  traceEvents: object[];
};
