/** Part of the memory that bodies may use as long as they name no access key that is known. */
const strangersPart = 1 / 4;

/**
 * Bytes from which a body's buffer is one of a few sizes and used again: large buffers that come and go are what makes
 * V8 collect garbage, several milliseconds of it for each photo.
 */
const smallestReused = 64 * 1024;

/** Most bytes of buffers that wait for the next body. */
const mostKept = 32 * 1024 * 1024;

const nothing = Buffer.alloc(0);

/** What one request may hold of the memory for bodies: one buffer. */
export interface BodyAllowance {
  /**
   * The body's buffer, with room for so many bytes and what it held. The one that was given before is not to be used
   * any more.
   *
   * @returns undefined when the memory has no room.
   */
  withRoomFor(bytes: number): Buffer<ArrayBuffer> | undefined;
  /** Gives the buffer back, which is not to be used any more. */
  release(): void;
}

/**
 * The memory that the bodies of all requests share, from their first byte to their answer, so that no number of
 * clients can exhaust it. What is given back is overwritten with zeros and used again.
 */
export class BodyMemory {
  readonly #limit: number;
  #held = 0;
  readonly #kept: Buffer<ArrayBuffer>[] = [];
  #keptBytes = 0;

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are held, and may be. */
  load(): { readonly held: number; readonly limit: number } {
    return { held: this.#held, limit: this.#limit };
  }

  /** @param isStranger whether the request names no known access key: such bodies are the first without room. */
  open(isStranger: boolean): BodyAllowance {
    const limit = isStranger ? this.#limit * strangersPart : this.#limit;
    let body: Buffer<ArrayBuffer> = nothing;
    return {
      withRoomFor: (bytes) => {
        if (bytes <= body.length) return body;
        const capacity = capacityFor(bytes);
        if (this.#held + capacity - body.length > limit) return undefined;
        const larger = this.#take(capacity);
        body.copy(larger);
        this.#giveBack(body);
        body = larger;
        return body;
      },
      release: () => {
        this.#giveBack(body);
        body = nothing;
      },
    };
  }

  #take(capacity: number): Buffer<ArrayBuffer> {
    this.#held += capacity;
    const index = this.#kept.findIndex(({ length }) => length === capacity);
    const [kept] = index === -1 ? [] : this.#kept.splice(index, 1);
    if (kept === undefined) return Buffer.allocUnsafeSlow(capacity);
    this.#keptBytes -= capacity;
    return kept;
  }

  #giveBack(buffer: Buffer<ArrayBuffer>): void {
    this.#held -= buffer.length;
    if (buffer.length < smallestReused) return;
    buffer.fill(0);
    if (this.#keptBytes + buffer.length > mostKept) return;
    this.#keptBytes += buffer.length;
    this.#kept.push(buffer);
  }
}

/** @returns `bytes`, or where buffers are used again the next power of two. */
function capacityFor(bytes: number): number {
  return bytes < smallestReused ? bytes : 2 ** Math.ceil(Math.log2(bytes));
}
