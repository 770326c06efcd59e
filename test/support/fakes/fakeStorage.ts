import { isDeepStrictEqual } from "node:util";
import { cosine } from "../../../src/recognition/similarity.ts";
import { CollectionGoneError, requireModelPack } from "../../../src/storage/collectionLock.ts";
import type {
  Collection,
  CollectionStore,
  NewCollection,
  Tags,
  Totals,
} from "../../../src/storage/collectionStore.ts";
import type {
  FaceDeletion,
  FacePage,
  FaceStore,
  ImageOfFaces,
  NewFace,
  StoredFace,
} from "../../../src/storage/faceStore.ts";
import { type IdempotentRequest, RequestTokenReusedError } from "../../../src/storage/requestTokens.ts";
import {
  type FaceChange,
  type FaceRefusal,
  type FacesOfUser,
  type NewFacesOfUser,
  type StoredUser,
  UserExistsError,
  UserFullError,
  UserMissingError,
  type UserPage,
  type UserStore,
} from "../../../src/storage/userStore.ts";
import type {
  UserVectorMatch,
  VectorIndex,
  VectorMatch,
  VectorQuery,
} from "../../../src/storage/vectorIndex.ts";

/** What of a store others can see. */
type Port<Store> = Pick<Store, keyof Store>;

interface HeldFace extends StoredFace {
  readonly embedding: Float32Array;
}

interface Answered {
  readonly parameters: unknown;
  readonly outcome: object;
}

/** A collection and what is in it. */
interface Held {
  record: Omit<Collection, "faceCount" | "userCount">;
  readonly faces: Map<string, HeldFace>;
  readonly users: Set<string>;
  /** Requests that came with a token, by operation and token. */
  readonly answered: Map<string, Answered>;
}

/** The collections that the fake stores and the fake index share. */
export class FakeStorage {
  readonly #held: Held[] = [];
  #lastId = 0;

  /** In the order in which they were made. */
  get all(): readonly Held[] {
    return this.#held;
  }

  add(made: NewCollection): void {
    this.#held.push({
      record: { ...made, id: ++this.#lastId, version: 0, removalVersion: 0 },
      faces: new Map(),
      users: new Set(),
      answered: new Map(),
    });
  }

  remove(held: Held): void {
    this.#held.splice(this.#held.indexOf(held), 1);
  }

  named(name: string): Held | undefined {
    return this.#held.find(({ record }) => record.name === name);
  }

  withId(id: number): Held | undefined {
    return this.#held.find(({ record }) => record.id === id);
  }

  /** A collection that is to be changed. @throws CollectionGoneError, CollectionMovedError */
  locked(id: number, modelPack?: string): Held {
    const held = this.withId(id);
    if (held === undefined) throw new CollectionGoneError(`Collection ${id} is gone`);
    if (modelPack !== undefined) requireModelPack(id, held.record.modelPack, modelPack);
    return held;
  }

  /** Moves a collection to another model pack, as a reindex does. */
  move(name: string, modelPack: string): void {
    const held = this.named(name);
    if (held !== undefined) held.record = { ...held.record, modelPack };
  }
}

/** Collections in memory. */
export class FakeCollections implements Port<CollectionStore> {
  readonly #storage: FakeStorage;
  readonly #onFound: () => void;

  /** @param onFound is called after a collection was looked for, before it is answered. */
  constructor(storage: FakeStorage, onFound: () => void) {
    this.#storage = storage;
    this.#onFound = onFound;
  }

  async create(collection: NewCollection): Promise<boolean> {
    if (this.#storage.named(collection.name) !== undefined) return false;
    this.#storage.add(collection);
    return true;
  }

  async find(name: string): Promise<Collection | undefined> {
    const held = this.#storage.named(name);
    const found = held && toCollection(held);
    this.#onFound();
    return found;
  }

  async list(limit: number, after: number): Promise<Collection[]> {
    return this.#storage.all
      .filter(({ record }) => record.id > after)
      .slice(0, limit)
      .map(toCollection);
  }

  async newestModelPack(): Promise<string | undefined> {
    throw new Error("No operation asks for the newest pack");
  }

  async totals(): Promise<Totals> {
    throw new Error("No operation asks for the totals");
  }

  async changeTags(name: string, change: (tags: Tags) => Tags): Promise<boolean> {
    const held = this.#storage.named(name);
    if (held === undefined) return false;
    held.record = { ...held.record, tags: change(held.record.tags) };
    return true;
  }

  async delete(name: string): Promise<number | undefined> {
    const held = this.#storage.named(name);
    if (held === undefined) return undefined;
    this.#storage.remove(held);
    return held.faces.size;
  }
}

/** Faces in memory. A face of the same image is the same face where its box is the same. */
export class FakeFaces implements Port<FaceStore> {
  readonly #storage: FakeStorage;

  constructor(storage: FakeStorage) {
    this.#storage = storage;
  }

  async add(
    { id, modelPack }: Pick<Collection, "id" | "modelPack">,
    image: ImageOfFaces,
    newFaces: readonly NewFace[],
  ): Promise<string[]> {
    const { faces } = this.#storage.locked(id, modelPack);
    const known = [...faces.values()].filter(
      ({ imageId, externalImageId }) =>
        imageId === image.imageId && externalImageId === image.externalImageId,
    );
    return newFaces.map((face) => {
      const twin = known.find(({ box }) => isDeepStrictEqual(box, face.box));
      if (twin !== undefined) return twin.faceId;
      faces.set(face.faceId, { ...face, ...image, userId: null });
      return face.faceId;
    });
  }

  async list(collectionId: number, { limit, after, faceIds, userId }: FacePage): Promise<StoredFace[]> {
    return this.#of(collectionId)
      .filter((face) => after === undefined || face.faceId > after)
      .filter((face) => faceIds === undefined || faceIds.includes(face.faceId))
      .filter((face) => userId === undefined || face.userId === userId)
      .sort((a, b) => byteOrder(a.faceId, b.faceId))
      .slice(0, limit);
  }

  async find(
    { id, modelPack }: Pick<Collection, "id" | "modelPack">,
    faceIds: readonly string[],
  ): Promise<Map<string, StoredFace>> {
    const held = this.#storage.withId(id);
    if (held !== undefined) requireModelPack(id, held.record.modelPack, modelPack);
    const wanted = new Set(faceIds);
    const found = this.#of(id).filter(({ faceId }) => wanted.has(faceId));
    return new Map(found.map((face) => [face.faceId, face]));
  }

  async embeddingOf(collectionId: number, faceId: string): Promise<Float32Array | undefined> {
    return this.#storage.withId(collectionId)?.faces.get(faceId)?.embedding;
  }

  async delete(collectionId: number, faceIds: readonly string[]): Promise<FaceDeletion> {
    const { faces } = this.#storage.locked(collectionId);
    const named = faceIds.flatMap((faceId) => faces.get(faceId) ?? []);
    const deleted = named.filter(({ userId }) => userId === null);
    for (const { faceId } of deleted) faces.delete(faceId);
    return {
      deleted: new Set(deleted.map(({ faceId }) => faceId)),
      usersOfKept: new Map(
        named.flatMap(({ faceId, userId }) => (userId === null ? [] : [[faceId, userId] as const])),
      ),
    };
  }

  #of(collectionId: number): HeldFace[] {
    return [...(this.#storage.withId(collectionId)?.faces.values() ?? [])];
  }
}

/** Users in memory. */
export class FakeUsers implements Port<UserStore> {
  readonly #storage: FakeStorage;

  constructor(storage: FakeStorage) {
    this.#storage = storage;
  }

  async create(collectionId: number, userId: string, request?: IdempotentRequest): Promise<void> {
    const held = this.#storage.locked(collectionId);
    once(held, request, () => {
      if (held.users.has(userId)) throw new UserExistsError(userId);
      held.users.add(userId);
      return {};
    });
  }

  async delete(collectionId: number, userId: string, request?: IdempotentRequest): Promise<void> {
    const held = this.#storage.locked(collectionId);
    once(held, request, () => {
      if (!held.users.delete(userId)) throw new UserMissingError(userId);
      for (const face of facesOf(held, userId)) held.faces.set(face.faceId, { ...face, userId: null });
      return {};
    });
  }

  async list(collectionId: number, { limit, after }: UserPage): Promise<StoredUser[]> {
    const held = this.#storage.withId(collectionId);
    if (held === undefined) return [];
    return [...held.users]
      .sort(byteOrder)
      .filter((userId) => after === undefined || userId > after)
      .slice(0, limit)
      .map((userId) => ({ userId, hasFaces: facesOf(held, userId).length > 0 }));
  }

  async embeddingOf(collectionId: number, userId: string): Promise<Float32Array | null | undefined> {
    const held = this.#storage.withId(collectionId);
    return held?.users.has(userId) ? userVector(held, userId) : undefined;
  }

  async associate(
    { id, modelPack }: Pick<Collection, "id" | "modelPack">,
    { userId, faceIds, minimumCosine, limit }: NewFacesOfUser,
    request?: IdempotentRequest,
  ): Promise<FaceChange> {
    const held = this.#storage.locked(id, modelPack);
    return once(held, request, () => {
      const vector = held.users.has(userId) ? userVector(held, userId) : null;
      const judge = (face: HeldFace): Verdict => {
        if (face.userId === userId) return "keep";
        if (face.userId !== null) return { reason: "other-user", userId: face.userId };
        const likeness = vector === null ? 1 : cosine(vector, face.embedding);
        return likeness >= minimumCosine ? "change" : { reason: "unlike", cosine: likeness };
      };
      return changeFaces(held, { userId, faceIds }, { judge, newOwner: userId, limit });
    });
  }

  async disassociate(
    collectionId: number,
    { userId, faceIds }: FacesOfUser,
    request?: IdempotentRequest,
  ): Promise<FaceChange> {
    const held = this.#storage.locked(collectionId);
    const judge = (face: HeldFace): Verdict => {
      if (face.userId === null) return "keep";
      return face.userId === userId ? "change" : { reason: "other-user", userId: face.userId };
    };
    return once(held, request, () =>
      changeFaces(held, { userId, faceIds }, { judge, newOwner: null, limit: Number.POSITIVE_INFINITY }),
    );
  }
}

/** An index that compares everything that the fake storage holds. */
export class FakeVectors implements VectorIndex {
  readonly #storage: FakeStorage;
  readonly #onSearched: () => void;

  /** @param onSearched is called before each answer. */
  constructor(storage: FakeStorage, onSearched: () => void) {
    this.#storage = storage;
    this.#onSearched = onSearched;
  }

  async search({ id }: Collection, query: VectorQuery): Promise<VectorMatch[]> {
    const faces = [...(this.#storage.withId(id)?.faces.values() ?? [])];
    const nearest = nearestOf(
      faces.map(({ faceId, embedding }) => [faceId, embedding]),
      query,
    );
    this.#onSearched();
    return nearest.map(([faceId, cosine]) => ({ faceId, cosine }));
  }

  async searchUsers({ id }: Collection, query: VectorQuery): Promise<UserVectorMatch[]> {
    const held = this.#storage.withId(id);
    const vectors = [...(held?.users ?? [])].flatMap((userId): [string, Float32Array][] => {
      const vector = held && userVector(held, userId);
      return vector ? [[userId, vector]] : [];
    });
    const nearest = nearestOf(vectors, query);
    this.#onSearched();
    return nearest.map(([userId, cosine]) => ({ userId, cosine }));
  }
}

/** What to do with a face of a request. */
type Verdict = "change" | "keep" | DistributiveOmit<FaceRefusal, "faceId">;
type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

function changeFaces(
  held: Held,
  { userId, faceIds }: FacesOfUser,
  { judge, newOwner, limit }: { judge: (face: HeldFace) => Verdict; newOwner: string | null; limit: number },
): FaceChange {
  if (!held.users.has(userId)) throw new UserMissingError(userId);
  const changed: HeldFace[] = [];
  const refused: FaceRefusal[] = [];
  for (const faceId of new Set(faceIds)) {
    const face = held.faces.get(faceId);
    const verdict = face === undefined ? ({ reason: "not-found" } as const) : judge(face);
    if (verdict === "change" && face !== undefined) changed.push(face);
    else if (typeof verdict === "object") refused.push({ faceId, ...verdict });
  }
  const before = facesOf(held, userId).length;
  const faceCount = newOwner === null ? before - changed.length : before + changed.length;
  if (faceCount > limit) throw new UserFullError(userId);
  for (const face of changed) held.faces.set(face.faceId, { ...face, userId: newOwner });
  return { changed: changed.map(({ faceId }) => faceId), refused, faceCount };
}

/** Does a request's work unless its token is known. @throws RequestTokenReusedError, and what `work` throws. */
function once<Outcome extends object>(
  { answered }: Held,
  request: IdempotentRequest | undefined,
  work: () => Outcome,
): Outcome {
  if (request === undefined) return work();
  const key = `${request.operation} ${request.token}`;
  const parameters: unknown = JSON.parse(JSON.stringify(request.parameters));
  const before = answered.get(key);
  if (before === undefined) {
    const outcome = work();
    answered.set(key, { parameters, outcome });
    return outcome;
  }
  if (!isDeepStrictEqual(before.parameters, parameters)) throw new RequestTokenReusedError(key);
  return before.outcome as Outcome;
}

function nearestOf(
  vectors: readonly [id: string, vector: Float32Array][],
  { embedding, minimumCosine, limit }: VectorQuery,
): (readonly [id: string, cosine: number])[] {
  return vectors
    .map(([id, vector]) => [id, cosine(vector, embedding)] as const)
    .filter(([, likeness]) => likeness >= minimumCosine)
    .sort(([idA, a], [idB, b]) => b - a || byteOrder(idA, idB))
    .slice(0, limit);
}

function facesOf({ faces }: Held, userId: string): HeldFace[] {
  return [...faces.values()].filter((face) => face.userId === userId);
}

/** The mean of a user's faces at length 1; null without faces. */
function userVector(held: Held, userId: string): Float32Array | null {
  const [first, ...others] = facesOf(held, userId).map(({ embedding }) => embedding);
  if (first === undefined) return null;
  const sum = first.map((value, index) => others.reduce((total, one) => total + (one[index] ?? 0), value));
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

function toCollection({ record, faces, users }: Held): Collection {
  return { ...record, faceCount: faces.size, userCount: users.size };
}

function byteOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
