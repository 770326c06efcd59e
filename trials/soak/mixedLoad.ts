import { randomInt } from "node:crypto";
import {
  CompareFacesCommand,
  CreateCollectionCommand,
  DeleteCollectionCommand,
  DeleteFacesCommand,
  DescribeCollectionCommand,
  DetectFacesCommand,
  IndexFacesCommand,
  ListFacesCommand,
  type RekognitionClient,
  SearchFacesByImageCommand,
  SearchFacesCommand,
} from "@aws-sdk/client-rekognition";
import { kindOf } from "../faults/load.ts";

/** Requests by what became of them. */
export interface Outcome {
  answered: number;
  /** Failures by kind, throttles apart. */
  readonly failed: Map<string, number>;
  throttled: number;
  /** Faces that were indexed. */
  faces: number;
}

/** Most faces of a collection: then the oldest are deleted, so that the service's load stays what it is. */
const maximumFaces = 200;

/** Turns after which a program deletes its collection and makes it anew. */
const turnsOfCollection = 500;

const throttles = new Set(["ThrottlingException", "ProvisionedThroughputExceededException"]);

/** Programs that do all that clients do, at once and without a pause. */
export class MixedLoad {
  readonly outcome: Outcome = { answered: 0, failed: new Map(), throttled: 0, faces: 0 };
  readonly #client: RekognitionClient;
  readonly #portraits: readonly Uint8Array[];

  /** @param portraits a face each. */
  constructor(client: RekognitionClient, portraits: readonly Uint8Array[]) {
    this.#client = client;
    this.#portraits = portraits;
  }

  /** Runs so many programs until a time, in milliseconds of `performance.now()`. */
  async run(programs: number, until: number): Promise<void> {
    await Promise.all(Array.from({ length: programs }, (_, number) => this.#program(number, until)));
  }

  /** Indexes photos into one collection. @param onPhoto hears how many are done. */
  async index(photos: number, programs: number, onPhoto: (done: number) => void): Promise<void> {
    const CollectionId = "soak-photos";
    await this.#client.send(new CreateCollectionCommand({ CollectionId }));
    let started = 0;
    let done = 0;
    const program = async () => {
      while (started < photos) {
        const ExternalImageId = `photo-${started++}`;
        const indexed = await this.#count(() =>
          this.#client.send(
            new IndexFacesCommand({ CollectionId, ExternalImageId, Image: this.#anyPortrait() }),
          ),
        );
        this.outcome.faces += indexed?.FaceRecords?.length ?? 0;
        onPhoto(++done);
      }
    };
    await Promise.all(Array.from({ length: programs }, program));
  }

  async #program(number: number, until: number): Promise<void> {
    const CollectionId = `soak-${number}`;
    const faceIds: string[] = [];
    const client = this.#client;
    const anyPortrait = () => this.#anyPortrait();
    for (let turn = 0; performance.now() < until; turn++) {
      if (turn % turnsOfCollection === 0) {
        if (turn > 0) await this.#count(() => client.send(new DeleteCollectionCommand({ CollectionId })));
        await this.#count(() => client.send(new CreateCollectionCommand({ CollectionId })));
        faceIds.length = 0;
      }
      const ExternalImageId = `photo-${turn}`;
      const indexed = await this.#count(() =>
        client.send(new IndexFacesCommand({ CollectionId, ExternalImageId, Image: anyPortrait() })),
      );
      for (const { Face } of indexed?.FaceRecords ?? []) if (Face?.FaceId) faceIds.push(Face.FaceId);
      await this.#count(() =>
        client.send(new SearchFacesByImageCommand({ CollectionId, Image: anyPortrait() })),
      );
      const FaceId = faceIds.at(-1);
      if (FaceId !== undefined) {
        await this.#count(() => client.send(new SearchFacesCommand({ CollectionId, FaceId })));
      }
      const other = [
        () => client.send(new DetectFacesCommand({ Image: anyPortrait(), Attributes: ["ALL"] })),
        () =>
          client.send(new CompareFacesCommand({ SourceImage: anyPortrait(), TargetImage: anyPortrait() })),
        () => client.send(new ListFacesCommand({ CollectionId, MaxResults: 50 })),
        () => client.send(new DescribeCollectionCommand({ CollectionId })),
      ][turn % 4] as () => Promise<unknown>;
      await this.#count(other);
      if (faceIds.length > maximumFaces) {
        const FaceIds = faceIds.splice(0, maximumFaces / 2);
        await this.#count(() => client.send(new DeleteFacesCommand({ CollectionId, FaceIds })));
      }
    }
    await this.#count(() => client.send(new DeleteCollectionCommand({ CollectionId })));
  }

  #anyPortrait(): { Bytes: Uint8Array } {
    return { Bytes: this.#portraits[randomInt(this.#portraits.length)] as Uint8Array };
  }

  async #count<Answer>(send: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await send();
      this.outcome.answered++;
      return answer;
    } catch (error) {
      const kind = kindOf(error);
      if (throttles.has(kind)) this.outcome.throttled++;
      else this.outcome.failed.set(kind, (this.outcome.failed.get(kind) ?? 0) + 1);
      return undefined;
    }
  }
}
