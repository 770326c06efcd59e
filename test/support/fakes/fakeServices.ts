import type { Image } from "@aws-sdk/client-rekognition";
import { AwsError, modelPackUnavailable, noImageGiven } from "../../../protocol/errors.ts";
import type { Operation } from "../../../src/operations/operation.ts";
import type { Services } from "../../../src/operations/services.ts";
import { PageTokens } from "../../../src/operations/shared/pages.ts";
import type { ModelPack } from "../../../src/packs/pack.ts";
import type { NewCollection } from "../../../src/storage/collectionStore.ts";
import type { NewFace } from "../../../src/storage/faceStore.ts";
import { type FaceEvent, Stopwatch } from "../../../src/telemetry/stopwatch.ts";
import { boxOf, like, type SeenFace } from "./fakeFaces.ts";
import { type FakePhoto, FakePhotos, FakeRecognizer } from "./fakeRecognizer.ts";
import { FakeCollections, FakeFaces, FakeStorage, FakeUsers, FakeVectors } from "./fakeStorage.ts";

/** The pack that collections of the tests have: its similarity is 100 times the cosine. */
export const albumPack = fakePack("older", "101.0", [
  [-1, 0],
  [0, 0],
  [1, 100],
]);

/**
 * The pack of this moment, by which a cosine of 0.75 is 50 % similar. It is another one than that of collections, so
 * that an operation which takes the wrong one is found out.
 */
export const currentPack = fakePack("newer", "102.0", [
  [-1, 0],
  [0.5, 0],
  [1, 100],
]);

/** Moments of an operation at which something else can happen. */
type Moment = "found" | "analyzed" | "searched";

/** The services, with stores that lack the private members of the real ones. */
type FakedServices = Omit<Services, Store> & {
  readonly [Name in Store]: Pick<Services[Name], keyof Services[Name]>;
};
type Store = "collections" | "faces" | "users";

/** The FaceId that the fake `newId` gives at its `count`th call, the first being 1. */
export function faceIdOf(count: number): string {
  return `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
}

/**
 * Everything that operations work with, in memory: what one operation stores, the next one finds. Nothing of it opens a
 * database, a model or a connection.
 */
export class FakeServices {
  /** What was asked of the recogniser of collections, and of that of this moment. */
  readonly analyzed: {
    readonly album: FakeRecognizer["requests"];
    readonly current: FakeRecognizer["requests"];
  };
  readonly services: Services;
  readonly #storage = new FakeStorage();
  readonly #photos = new FakePhotos();
  readonly #happenings = new Map<Moment, () => void>();
  /** How many collections the packs heard of. */
  madeCollections = 0;
  #addedFaces = 0;

  constructor() {
    const at = (moment: Moment) => () => {
      const happening = this.#happenings.get(moment);
      this.#happenings.delete(moment);
      happening?.();
    };
    const album = new FakeRecognizer(albumPack, this.#photos, at("analyzed"));
    const current = new FakeRecognizer(currentPack, this.#photos, at("analyzed"));
    const recognizers = [album, current];
    let ids = 0;
    const fakes: FakedServices = {
      account: { region: "eu-central-1", accountId: "123456789012" },
      clock: () => new Date(1_700_000_000_000),
      collections: new FakeCollections(this.#storage, at("found")),
      faces: new FakeFaces(this.#storage),
      images: { read: readImage },
      newId: () => faceIdOf(++ids),
      packs: {
        current,
        of: ({ modelPack }) => {
          const found = recognizers.find(({ pack }) => pack.name === modelPack);
          if (found === undefined) throw modelPackUnavailable(modelPack, undefined);
          return found;
        },
        madeCollection: () => {
          this.madeCollections++;
        },
      },
      pageTokens: new PageTokens(new Uint8Array(32).fill(1)),
      users: new FakeUsers(this.#storage),
      vectors: new FakeVectors(this.#storage, at("searched")),
    };
    this.services = fakes as Services;
    this.analyzed = { album: album.requests, current: current.requests };
  }

  /** An operation with these services. */
  bind<Input extends object, Output extends object>(
    factory: (services: Services) => Operation<Input, Output>,
  ): (input: Input) => Promise<Output> {
    const operation = factory(this.services);
    return (input) => operation(input);
  }

  /** Makes a collection of `albumPack`. */
  addCollection(name: string, changes: Partial<NewCollection> = {}): void {
    this.#storage.add({
      name,
      modelPack: albumPack.name,
      faceModelVersion: albumPack.faceModelVersion,
      createdAt: new Date(1_500_000_000_123),
      tags: {},
      ...changes,
    });
  }

  /** Adds faces with these cosines to `like(1)`; their FaceIds, which rise. */
  addFaces(collection: string, ...cosines: number[]): string[] {
    return cosines.map((cosine) => this.addFace(collection, { embedding: like(cosine) }));
  }

  /** Adds a face; its FaceId. */
  addFace(
    collection: string,
    changes: Partial<NewFace & { readonly externalImageId: string | null; readonly userId: string }> = {},
  ): string {
    const faceId =
      changes.faceId ?? `f0000000-0000-4000-8000-${String(++this.#addedFaces).padStart(12, "0")}`;
    this.#present(collection).faces.set(faceId, {
      faceId,
      imageId: "0b943592-6e65-3054-8d81-b143018d0f75",
      externalImageId: null,
      box: boxOf(0.25),
      confidence: 99.5,
      userId: null,
      embedding: like(1),
      ...changes,
    });
    return faceId;
  }

  /** Adds a user, with faces that have these cosines to `like(1)`; their FaceIds. */
  addUser(collection: string, userId: string, ...cosines: number[]): string[] {
    this.#present(collection).users.add(userId);
    return cosines.map((cosine) => this.addFace(collection, { userId, embedding: like(cosine) }));
  }

  /** The image of a request that shows these faces. */
  photoOf(...faces: SeenFace[]): Image {
    return this.#photo(faces);
  }

  /** The image of a request that cannot be analysed. */
  photoThatFails(error: Error): Image {
    return this.#photo(error);
  }

  /** Lets something happen, once, right after an operation was told something, and before it can go on. */
  meanwhile(moment: Moment, happening: () => void): void {
    this.#happenings.set(moment, happening);
  }

  /** Deletes a collection at such a moment. */
  deleteMeanwhile(moment: Moment, name: string): void {
    this.meanwhile(moment, () => void this.services.collections.delete(name));
  }

  /** Moves a collection to the pack of this moment at such a moment. */
  moveMeanwhile(moment: Moment, name: string): void {
    this.meanwhile(moment, () => this.#storage.move(name, currentPack.name));
  }

  /** What a collection holds; undefined when there is none of that name. */
  held(name: string) {
    return this.#storage.named(name);
  }

  /** Whose the faces of a collection are, by FaceId. */
  ownersIn(name: string): Record<string, string | null> {
    const faces = this.held(name)?.faces.values() ?? [];
    return Object.fromEntries([...faces].map(({ faceId, userId }) => [faceId, userId]));
  }

  #present(name: string) {
    const held = this.#storage.named(name);
    if (held === undefined) throw new Error(`No collection ${name} was added`);
    return held;
  }

  #photo(photo: FakePhoto): Image {
    return { Bytes: this.#photos.add(photo) };
  }
}

/** The exception that a call is answered with, as `NAME: TEXT`. @throws when it is answered otherwise. */
export async function refusal(answer: Promise<object>): Promise<string> {
  const error: unknown = await answer.then(
    (given) => new Error(`Nothing was refused: ${JSON.stringify(given)}`),
    (thrown: unknown) => thrown,
  );
  if (!AwsError.is(error)) throw error;
  return `${error.name}: ${error.message}`;
}

/** How a collection that is not there is refused, as `refusal` tells it. */
export function noCollection(name: string): string {
  return `ResourceNotFoundException: The collection id: ${name} does not exist`;
}

/** How a request is refused that is to be sent again, as `refusal` tells it. */
export const tryAgain = "ThrottlingException: Slow down; sudden increase in rate of requests.";

/** How a token is refused that came with another request, as `refusal` tells it. */
export function tokenInUse(token: string): string {
  return `IdempotentParameterMismatchException: The ClientRequestToken: ${token} you have supplied is already in use.`;
}

/** The faces that an operation counts for the log and the metrics. */
export async function countedBy(
  work: () => Promise<object>,
): Promise<Readonly<Partial<Record<FaceEvent, number>>>> {
  const stopwatch = new Stopwatch();
  await stopwatch.time("operate", work);
  return stopwatch.faces;
}

async function readImage({ Bytes }: Image): Promise<Uint8Array<ArrayBuffer>> {
  if (Bytes === undefined) throw noImageGiven();
  return Bytes as Uint8Array<ArrayBuffer>;
}

function fakePack(name: string, faceModelVersion: string, similarity: ModelPack["similarity"]): ModelPack {
  // The nets of a pack are for its recogniser, which is a fake as well.
  return { name, faceModelVersion, similarity } as ModelPack;
}
