import { imageIdOf } from "../../images/imageSource.ts";
import { ImageError, maximumFaces, type Recognizer } from "../../recognition/contract.ts";
import type { Collection } from "../../storage/collectionStore.ts";
import type { StoredFace } from "../../storage/faceStore.ts";
import type { IndexedImage, ReindexStore } from "../../storage/reindexStore.ts";
import { systemErrorCode } from "../../system/systemError.ts";
import { groupBy } from "../groupBy.ts";
import { inLanes } from "../lanes.ts";
import { countByExternalId, externalIdForms, externalImageIdOf } from "../photos/externalImageId.ts";
import type { Photo } from "../photos/photo.ts";
import { assignFaces } from "./assignFaces.ts";

/**
 * Least intersection over union of a stored face and a detection that is taken for it. Detectors keep no two boxes
 * that overlap by more than 0.3. Measured on 129 photos: boxes of YuNet and SCRFD around one face overlap by 0.94
 * (median of 589 faces), one in a hundred by less than 0.75 and a single one by less than 0.4; boxes of different
 * faces of a photo by 0.15 at most.
 */
const leastOverlap = 0.4;

/** A stored face that was not found again on its photo. */
export interface UnmatchedFace {
  readonly faceId: string;
  readonly externalImageId: string | null;
  readonly path: string;
  /** With the nearest detection; see `leastOverlap`. */
  readonly overlap: number;
}

/** What a reindexer works with. */
export interface ReindexTools {
  readonly store: ReindexStore;
  readonly collection: Collection;
  /** Of the pack that the collection is moved to. */
  readonly recognizer: Recognizer;
  readonly lanes: number;
  readonly stop: AbortSignal;
  /** Hears of each photo that was looked at. */
  readonly onPhoto: (photo: Photo) => void;
}

/** Embeds the faces of a collection anew from the original photos, and keeps the embeddings for the switch. */
export class Reindexer {
  readonly #tools: ReindexTools;
  /** By ImageId: one for each ExternalImageId that the image was indexed under. */
  readonly #images: ReadonlyMap<string, readonly IndexedImage[]>;
  /** ImageIds whose photo was found. */
  readonly #foundImages = new Set<string>();
  readonly unmatchedFaces: UnmatchedFace[] = [];
  readonly unreadablePhotos: { readonly path: string; readonly reason: string }[] = [];
  stagedFaces = 0;
  /** Photos that were found by their names, because their bytes are others than those that were indexed. */
  photosFoundByName = 0;

  private constructor(tools: ReindexTools, images: readonly IndexedImage[]) {
    this.#tools = tools;
    this.#images = groupBy(images, ({ imageId }) => imageId);
  }

  static async open(tools: ReindexTools): Promise<Reindexer> {
    const { store, collection, recognizer } = tools;
    return new Reindexer(tools, await store.images(collection.id, recognizer.pack));
  }

  /**
   * Looks for the images of the collection among photos: by their bytes, of which the ImageId is made; then, for
   * images that a client made smaller before it sent them, by their names.
   */
  async stage(photos: readonly Photo[]): Promise<void> {
    const { lanes, stop, onPhoto } = this.#tools;
    const others: Photo[] = [];
    await inLanes(photos, lanes, stop, async (photo) => {
      const isFound = await this.#attempt(photo, async (bytes) => {
        const imageId = imageIdOf(bytes);
        const images = this.#images.get(imageId);
        if (images?.some(isUnstaged)) await this.#stagePhoto(photo, bytes, imageId);
        return images !== undefined;
      });
      if (isFound === false) others.push(photo);
      onPhoto(photo);
    });
    if (stop.aborted) return;
    await inLanes(this.#byName(photos, others), lanes, stop, async ({ photo, imageId }) => {
      await this.#attempt(photo, async (bytes) => {
        await this.#stagePhoto(photo, bytes, imageId);
        this.photosFoundByName++;
      });
    });
  }

  /** Images with faces to embed whose photo was not found. */
  missingImages(): IndexedImage[] {
    return [...this.#images.values()]
      .flat()
      .filter((image) => isUnstaged(image) && !this.#foundImages.has(image.imageId));
  }

  /** Pairs photos with images that were not found by their bytes, where a name belongs to one of each only. */
  #byName(all: readonly Photo[], photos: readonly Photo[]): { photo: Photo; imageId: string }[] {
    const imagesByName = groupBy(this.missingImages(), ({ externalImageId }) => externalImageId ?? "");
    const pairs = externalIdForms.flatMap((form) => {
      const counts = countByExternalId(all, form);
      return photos.flatMap((photo) => {
        const name = externalImageIdOf(photo.path, form);
        const images = imagesByName.get(name) ?? [];
        const [image] = images;
        if (image === undefined || images.length > 1 || counts.get(name) !== 1) return [];
        return [{ photo, imageId: image.imageId }];
      });
    });
    return [...new Map(pairs.map((pair) => [pair.imageId, pair])).values()];
  }

  /** Works on a photo's bytes; a photo that cannot be read or decoded is told and left. */
  async #attempt<Result>(
    photo: Photo,
    work: (bytes: Uint8Array<ArrayBuffer>) => Promise<Result>,
  ): Promise<Result | undefined> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await photo.read();
    } catch (error) {
      this.#tell(photo, systemErrorCode(error) ?? String(error));
      return;
    }
    try {
      return await work(bytes);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      this.#tell(photo, error.fault);
      return;
    }
  }

  #tell({ path }: Photo, reason: string): void {
    this.unreadablePhotos.push({ path, reason });
  }

  async #stagePhoto(photo: Photo, bytes: Uint8Array<ArrayBuffer>, imageId: string): Promise<void> {
    const { store, collection, recognizer } = this.#tools;
    const faces = await store.unstagedFaces(collection.id, recognizer.pack, imageId);
    this.#foundImages.add(imageId);
    // The same photo lies in another folder, too.
    if (faces.length === 0) return;
    const { faces: detections } = await recognizer.analyze(bytes, {
      embedLargest: maximumFaces,
      embedOverlapping: faces.map(({ box }) => box),
      urgency: "bulk",
    });
    // A photo that was indexed under several ExternalImageIds has each of its faces several times.
    const groups = groupBy(faces, ({ externalImageId }) => externalImageId);
    const assignments = [...groups.values()].flatMap((group: readonly StoredFace[]) =>
      assignFaces(group, detections, leastOverlap),
    );
    const staged = assignments.flatMap(({ face: { faceId }, detection }) =>
      detection?.embedding === undefined ? [] : [{ faceId, embedding: detection.embedding }],
    );
    await store.stage(collection, recognizer.pack, staged);
    this.stagedFaces += staged.length;
    for (const { face, detection, overlap } of assignments) {
      if (detection !== undefined) continue;
      const { faceId, externalImageId } = face;
      this.unmatchedFaces.push({ faceId, externalImageId, path: photo.path, overlap });
    }
  }
}

function isUnstaged({ unstagedFaces }: IndexedImage): boolean {
  return unstagedFaces > 0;
}
