import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The steps of a request, in their order; what is indented is a part of the step above it.
 *
 * - `parse`, `authenticate`, `validate`: the body's JSON, the signature, types and constraints
 * - `operate`: the operation
 *   - `fetch`: an image from S3
 *   - `read`, `store`: what the database is asked, what it is told
 *   - `recognize`: a recognition thread
 *     - `queue`: waiting for the thread, and for its answer
 *     - `decode`, `detect`, `attributes`, `embed`: the thread's work
 *   - `search`: the vector index
 * - `serialize`: the answer's JSON
 */
export const stepNames = [
  "parse",
  "authenticate",
  "validate",
  "operate",
  "fetch",
  "read",
  "store",
  "recognize",
  "queue",
  "decode",
  "detect",
  "attributes",
  "embed",
  "search",
  "serialize",
] as const;

export type StepName = (typeof stepNames)[number];

/** What is counted: faces that were found in images, added to collections, compared with and found by searches, deleted. */
export const faceEvents = ["found", "indexed", "searched", "matched", "deleted"] as const;

export type FaceEvent = (typeof faceEvents)[number];

/** A step that was done. */
export interface Step {
  readonly name: StepName;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly start: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Whether it threw. */
  readonly failed: boolean;
  /** Its parts, as they ended. */
  readonly inner: readonly Step[];
}

/** The request in work, and the list that the next step of it belongs to. */
interface Place {
  readonly stopwatch: Stopwatch;
  readonly steps: Step[];
}

const current = new AsyncLocalStorage<Place>();

/** Times the steps of one request, and counts its faces: what the log, the metrics and the traces tell. */
export class Stopwatch {
  /** When the request began, in milliseconds on the clock of `performance.now()`. */
  readonly start = performance.now();
  readonly #steps: Step[] = [];
  readonly #faces: Partial<Record<FaceEvent, number>> = {};

  /** The outermost steps that have ended. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Faces by what happened to them; none where nothing did. */
  get faces(): Readonly<Partial<Record<FaceEvent, number>>> {
    return this.#faces;
  }

  /** Does a step, and notes how long it took, also when it fails. Steps that it does in turn become its parts. */
  time<T>(name: StepName, work: () => T): T {
    return timeIn({ stopwatch: this, steps: this.#steps }, name, work);
  }

  /** Adds faces. */
  count(event: FaceEvent, faces: number): void {
    this.#faces[event] = (this.#faces[event] ?? 0) + faces;
  }
}

/** Does a step of the request that it is done for; outside of any it is done all the same. */
export function timeStep<T>(name: StepName, work: () => T): T {
  const place = current.getStore();
  return place === undefined ? work() : timeIn(place, name, work);
}

/** Notes a part, done elsewhere, of the step in work. */
export function noteStep(name: StepName, start: number, duration: number): void {
  current.getStore()?.steps.push({ name, start, duration, failed: false, inner: [] });
}

/** Counts faces of the request in work. */
export function countFaces(event: FaceEvent, faces: number): void {
  current.getStore()?.stopwatch.count(event, faces);
}

/** Milliseconds by step, to the hundredth; those of one name are added up. */
export function millisecondsByStep(steps: readonly Step[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  const add = ({ name, duration, inner }: Step) => {
    sums[name] = Math.round(100 * ((sums[name] ?? 0) + duration)) / 100;
    for (const part of inner) add(part);
  };
  for (const step of steps) add(step);
  return sums;
}

function timeIn<T>({ stopwatch, steps }: Place, name: StepName, work: () => T): T {
  const inner: Step[] = [];
  const start = performance.now();
  const note = (failed: boolean) =>
    steps.push({ name, start, duration: performance.now() - start, failed, inner });
  try {
    const result = current.run({ stopwatch, steps: inner }, work);
    if (!isThenable(result)) {
      note(false);
      return result;
    }
    return result.then(
      (value) => {
        note(false);
        return value;
      },
      (error: unknown) => {
        note(true);
        throw error;
      },
    ) as T;
  } catch (error) {
    note(true);
    throw error;
  }
}

/** Queries of the database are no promises, and only begin when `then` is called. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
