import { randomUUID } from "node:crypto";
import {
  CreateCollectionCommand,
  IndexFacesCommand,
  paginateListFaces,
  RekognitionClient,
  SearchFacesByImageCommand,
} from "@aws-sdk/client-rekognition";
import { developmentCredential } from "../../src/boot/config.ts";
import { systemErrorCode } from "../../src/system/systemError.ts";
import { drawPhoto } from "../../test/support/drawnFaces/drawPhoto.ts";

/** What became of the requests of a load. */
export interface Tally {
  sent: number;
  answered: number;
  /** How many failed, by the exception's name or the connection's code. */
  readonly failed: Map<string, number>;
  /** Answers that were not as they must be. */
  readonly wrong: string[];
}

/** What the database holds of what was answered. */
export interface Verdict {
  /** Faces that were answered. */
  readonly faces: number;
  /** Answered, and not there. */
  readonly lost: number;
  /** Images that are there more than once. */
  readonly doubled: number;
}

/** Pause before an image is sent again, in milliseconds. */
const retryPause = 50;

/** A client as a program has it that tries again by itself, so that each request is one of the tally. */
export function clientOf(endpoint: string, maxAttempts = 1): RekognitionClient {
  return new RekognitionClient({
    endpoint,
    region: "us-east-1",
    credentials: { ...developmentCredential },
    maxAttempts,
  });
}

/**
 * Programs that index portraits, each of someone new, and search every other one: a request that fails is sent again
 * until it is answered, as an import does.
 */
export class Load {
  readonly tally: Tally = { sent: 0, answered: 0, failed: new Map(), wrong: [] };
  readonly collectionId = `faults-${randomUUID()}`;
  /** FaceIds that were answered, by the person. */
  readonly answered = new Map<string, string>();
  readonly #client: RekognitionClient;
  #isOver = false;
  #lanes: Promise<unknown> = Promise.resolve();
  #lastAnswered = 0;

  constructor(endpoint: string) {
    this.#client = clientOf(endpoint);
  }

  /** @param lanes programs at a time. */
  start(lanes: number): void {
    this.#lanes = (async () => {
      await this.#untilAnswered((client) =>
        client.send(new CreateCollectionCommand({ CollectionId: this.collectionId })).catch((error) => {
          // The first attempt may have been stored although its answer was lost.
          if (error.name !== "ResourceAlreadyExistsException") throw error;
        }),
      );
      await Promise.all(Array.from({ length: lanes }, (_, lane) => this.#run(lane)));
    })();
  }

  /** Waits until a request is answered that was sent after this; gives how long that took, in seconds. */
  async recovery(): Promise<number> {
    const start = performance.now();
    while (this.#lastAnswered < start && !this.#isOver) await pause(5);
    return (performance.now() - start) / 1000;
  }

  /** Waits until so many more requests are answered. */
  async answers(count: number): Promise<void> {
    const until = this.tally.answered + count;
    while (this.tally.answered < until) await pause(10);
  }

  /** Waits until so many more requests have failed. */
  async failures(count: number): Promise<void> {
    const failed = () => [...this.tally.failed.values()].reduce((sum, one) => sum + one, 0);
    const until = failed() + count;
    while (failed() < until) await pause(10);
  }

  /** Lets the programs finish the image that each has in work. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#lanes;
  }

  /** Looks for every face that was answered, by one server. */
  async verdict(endpoint: string): Promise<Verdict> {
    const client = clientOf(endpoint, 5);
    const stored = new Map<string, string[]>();
    const pages = paginateListFaces({ client, pageSize: 1000 }, { CollectionId: this.collectionId });
    for await (const { Faces = [] } of pages) {
      for (const { ExternalImageId = "", FaceId = "" } of Faces) {
        stored.set(ExternalImageId, [...(stored.get(ExternalImageId) ?? []), FaceId]);
      }
    }
    client.destroy();
    const lost = [...this.answered].filter(([person, faceId]) => !stored.get(person)?.includes(faceId));
    const doubled = [...stored.values()].filter(({ length }) => length > 1);
    return { faces: this.answered.size, lost: lost.length, doubled: doubled.length };
  }

  async #run(lane: number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const person = `${this.collectionId}.${lane}.${turn}`;
      const Image = { Bytes: portraitOf(person) };
      const CollectionId = this.collectionId;
      const faceId = await this.#untilAnswered(async (client) => {
        const { FaceRecords } = await client.send(
          new IndexFacesCommand({ CollectionId, ExternalImageId: person, Image }),
        );
        return FaceRecords?.[0]?.Face?.FaceId ?? "";
      });
      if (faceId === undefined) return;
      this.answered.set(person, faceId);
      if (turn % 2 > 0) continue;
      const found = await this.#untilAnswered(async (client) => {
        const { FaceMatches = [] } = await client.send(
          new SearchFacesByImageCommand({ CollectionId, Image, FaceMatchThreshold: 99 }),
        );
        return FaceMatches.map(({ Face }) => Face?.FaceId);
      });
      if (found !== undefined && !found.includes(faceId)) {
        this.tally.wrong.push(`${person} was answered, and is not found`);
      }
    }
  }

  /** Sends until it is answered; undefined when the load ends before. */
  async #untilAnswered<Answer>(
    send: (client: RekognitionClient) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    for (;;) {
      const sentAt = performance.now();
      this.tally.sent++;
      try {
        const answer = await send(this.#client);
        this.tally.answered++;
        this.#lastAnswered = Math.max(this.#lastAnswered, sentAt);
        return answer;
      } catch (error) {
        const kind = kindOf(error);
        this.tally.failed.set(kind, (this.tally.failed.get(kind) ?? 0) + 1);
        if (this.#isOver) return undefined;
        await pause(retryPause);
      }
    }
  }
}

/** The name of an AWS exception, or the code of a broken connection. */
export function kindOf(error: unknown): string {
  const code = systemErrorCode(error);
  if (code !== undefined) return code;
  return error instanceof Error ? error.name : String(error);
}

/** A photo of one person. */
export function portraitOf(identity: string): Uint8Array {
  return drawPhoto({ width: 160, height: 160, faces: [{ identity, x: 80, y: 80, size: 90 }] }).bytes;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
