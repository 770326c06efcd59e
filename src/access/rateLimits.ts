import { z } from "zod";
import { provisionedRateExceeded } from "../../protocol/errors.ts";
import { type OperationName, operations } from "../../protocol/model.generated.ts";

/** Whose calls are counted. */
export interface LimitedCaller {
  /** In place of the service's. */
  readonly rateLimits?: RateLimits;
}

/** A token bucket: calls a second in the long run, and calls at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Rates by operation; `*` is that of each operation which is not named. */
export type RateLimits = ReadonlyMap<OperationName | "*", Rate>;

/**
 * Reads limits: an operation, its calls a second, and how many may come at once (the calls of one second where
 * absent).
 *
 * @returns what is wrong with them, in words, where something is.
 */
function parseRateLimits(text: string): RateLimits | string {
  const limits = new Map<OperationName | "*", Rate>();
  for (const entry of text.split(",").map((part) => part.trim())) {
    const [, name = "", rate, burst] = /^(\w+|\*)=(\d+(?:\.\d+)?)(?::(\d+))?$/.exec(entry) ?? [];
    const perSecond = Number(rate);
    const bucket = { perSecond, burst: burst === undefined ? Math.ceil(perSecond) : Number(burst) };
    if (!(bucket.perSecond > 0 && bucket.burst >= 1)) {
      return "must be like IndexFaces=50,SearchFacesByImage=50:100,*=200: calls a second, and at once";
    }
    if (!isOperation(name)) return `has ${name}, which is no operation`;
    if (limits.has(name)) return `has ${name} twice`;
    limits.set(name, bucket);
  }
  return limits;
}

/** For a schema: reads limits such as `IndexFaces=50,SearchFacesByImage=50:100,*=200`. */
export function rateLimitsOf(text: string, context: z.RefinementCtx<string>): RateLimits {
  const limits = parseRateLimits(text);
  if (typeof limits !== "string") return limits;
  context.addIssue({ code: "custom", message: limits });
  return z.NEVER;
}

function isOperation(name: string): name is OperationName | "*" {
  return name === "*" || Object.hasOwn(operations, name);
}

/** A bucket and what it held when it was last looked at. */
interface Bucket {
  tokens: number;
  /** Milliseconds. */
  at: number;
}

/** Counts calls by access key and operation, as AWS's quotas of transactions per second do; in this process only. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  /** By the holder itself, so that keys which are read anew begin anew, and those that are gone are forgotten. */
  readonly #buckets = new WeakMap<LimitedCaller, Map<OperationName, Bucket>>();

  /**
   * @param limits of keys that have none of their own.
   * @param now milliseconds of a clock that never goes back.
   */
  constructor(limits: RateLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts a call. @throws AwsError ProvisionedThroughputExceededException when it is one too many. */
  count(holder: LimitedCaller, operation: OperationName): void {
    const limits = holder.rateLimits ?? this.#limits;
    const rate = limits.get(operation) ?? limits.get("*");
    if (rate === undefined) return;
    const bucket = this.#bucket(holder, operation, rate);
    const now = this.#now();
    bucket.tokens = Math.min(bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond, rate.burst);
    bucket.at = now;
    if (bucket.tokens < 1) throw provisionedRateExceeded();
    bucket.tokens--;
  }

  #bucket(holder: LimitedCaller, operation: OperationName, { burst }: Rate): Bucket {
    const buckets = this.#buckets.get(holder) ?? new Map<OperationName, Bucket>();
    this.#buckets.set(holder, buckets);
    const bucket = buckets.get(operation) ?? { tokens: burst, at: this.#now() };
    buckets.set(operation, bucket);
    return bucket;
  }
}
