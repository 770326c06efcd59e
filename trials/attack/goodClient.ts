import http from "node:http";
import type { Arena } from "./arena.ts";

/** A client that means well while others do not: lists, searches and detects in turn, and never tries again. */
export class GoodClient {
  readonly failures: string[] = [];
  answers = 0;
  #slowest = 0;
  #ended = false;
  readonly #done: Promise<void>;

  constructor(arena: Arena, image: string) {
    const Image = { Bytes: image };
    this.#done = this.#work(arena, [
      ["ListFaces", { CollectionId: "album-1", MaxResults: 10 }],
      ["SearchFacesByImage", { CollectionId: "album-1", Image }],
      ["DetectFaces", { Image }],
    ]);
  }

  /** Milliseconds of the longest wait since this was last asked. */
  takeSlowest(): number {
    const slowest = this.#slowest;
    this.#slowest = 0;
    return slowest;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#done;
  }

  async #work(arena: Arena, calls: readonly (readonly [string, object])[]): Promise<void> {
    const agent = new http.Agent({ keepAlive: true });
    for (let turn = 0; !this.#ended; turn++) {
      const [operation, input] = calls[turn % calls.length] as (typeof calls)[number];
      const start = performance.now();
      try {
        const body = JSON.stringify(input);
        const request = await arena.signed({ target: `RekognitionService.${operation}`, body });
        const { status, text } = await arena.send(request, "/", agent);
        if (status === 200) this.answers++;
        else this.failures.push(`${operation}: ${status} ${text.slice(0, 200)}`);
      } catch (error) {
        this.failures.push(`${operation}: no answer: ${error}`);
      }
      this.#slowest = Math.max(this.#slowest, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    agent.destroy();
  }
}
