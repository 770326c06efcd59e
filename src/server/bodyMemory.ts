/** Part of the memory that bodies may use as long as they name no access key that is known. */
const strangersPart = 1 / 4;

/** What one request may hold of the memory for bodies. */
export interface BodyAllowance {
  /** Takes bytes; false when there is no room for them. */
  grow(bytes: number): boolean;
  /** Gives all back. */
  release(): void;
}

/**
 * The memory that the bodies of all requests share, from their first byte to their answer, so that no number of
 * clients can exhaust it.
 */
export class BodyMemory {
  readonly #limit: number;
  #held = 0;

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
    let own = 0;
    return {
      grow: (bytes) => {
        if (this.#held + bytes > limit) return false;
        this.#held += bytes;
        own += bytes;
        return true;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}
