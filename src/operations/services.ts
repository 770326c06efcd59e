import type { Account } from "../../protocol/arn.ts";
import type { ImageSource } from "../images/imageSource.ts";
import type { Recognizer } from "../recognition/contract.ts";
import type { Collection, CollectionStore } from "../storage/collectionStore.ts";
import type { FaceStore } from "../storage/faceStore.ts";
import type { UserStore } from "../storage/userStore.ts";
import type { VectorIndex } from "../storage/vectorIndex.ts";
import type { PageTokens } from "./shared/pages.ts";

/** The recognisers of this server, by the model pack that a collection was made with. */
export interface Packs {
  /** Makes new collections, and answers what concerns no collection. */
  readonly current: Recognizer;
  /**
   * The recogniser of a collection's pack; its models are opened by the first image.
   *
   * @throws AwsError InternalServerError when there is no such pack.
   */
  of(collection: Pick<Collection, "modelPack">): Recognizer;
  /** Hears that a collection was made with the current pack. */
  madeCollection(): void;
}

/** What operations work with; each names what it needs of it. */
export interface Services {
  readonly account: Account;
  readonly clock: () => Date;
  readonly collections: CollectionStore;
  readonly faces: FaceStore;
  readonly images: ImageSource;
  /** A random UUID (version 4). */
  readonly newId: () => string;
  readonly packs: Packs;
  readonly pageTokens: PageTokens;
  readonly users: UserStore;
  readonly vectors: VectorIndex;
}
