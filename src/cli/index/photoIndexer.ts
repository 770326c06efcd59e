import { IndexFacesCommand, type QualityFilter, type RekognitionClient } from "@aws-sdk/client-rekognition";
import { systemErrorCode } from "../../system/systemError.ts";
import { CommandAbortedError } from "../command.ts";
import { type ExternalIdForm, externalImageIdOf } from "../photos/externalImageId.ts";
import { type FittedBytes, fitBytes } from "../photos/fitBytes.ts";
import type { Photo } from "../photos/photo.ts";
import type { Outcome, RefusedPhoto } from "./outcome.ts";
import type { Patience } from "./patience.ts";

/** How photos are indexed. */
export interface IndexSettings {
  readonly collection: string;
  readonly externalId: ExternalIdForm;
  readonly qualityFilter: QualityFilter | undefined;
  readonly maxFaces: number | undefined;
  /** Whether photos over the limit are made smaller rather than refused. */
  readonly mayShrink: boolean;
}

/** Errors of the service that are about one photo; any other is about all of them, and ends the run. */
const refusals = new Set([
  "ImageTooLargeException",
  "InvalidImageFormatException",
  "InvalidParameterException",
  "ValidationException",
]);

/** Sends photos to IndexFaces. */
export class PhotoIndexer {
  readonly #client: RekognitionClient;
  readonly #patience: Patience;
  readonly #settings: IndexSettings;

  constructor(client: RekognitionClient, patience: Patience, settings: IndexSettings) {
    this.#client = client;
    this.#patience = patience;
    this.#settings = settings;
  }

  /**
   * Indexes one photo.
   *
   * @param stop ends the waiting for better times.
   * @throws what concerns all photos, such as a collection that is gone; AbortError on `stop`.
   */
  async index(photo: Photo, stop: AbortSignal): Promise<Outcome> {
    let fitted: FittedBytes;
    try {
      const bytes = await this.#patience.until(() => photo.read(), stop);
      fitted = await fitBytes(bytes, this.#settings.mayShrink);
    } catch (error) {
      if (stop.aborted || error instanceof CommandAbortedError) throw error;
      return refusalOf(photo, error);
    }
    try {
      return await this.#patience.until(() => this.#send(photo, fitted), stop);
    } catch (error) {
      if (!(error instanceof Error && refusals.has(error.name))) throw error;
      return refusalOf(photo, error);
    }
  }

  async #send({ path, stamp }: Photo, { bytes, isShrunk }: FittedBytes): Promise<Outcome> {
    const { collection, externalId, qualityFilter, maxFaces } = this.#settings;
    const externalImageId = externalImageIdOf(path, externalId);
    const { FaceRecords = [], UnindexedFaces = [] } = await this.#client.send(
      new IndexFacesCommand({
        CollectionId: collection,
        Image: { Bytes: bytes },
        ExternalImageId: externalImageId,
        QualityFilter: qualityFilter,
        MaxFaces: maxFaces,
      }),
    );
    return {
      path,
      stamp,
      externalImageId,
      faces: FaceRecords.length,
      unindexedFaces: UnindexedFaces.length,
      isShrunk,
    };
  }
}

function refusalOf({ path, stamp }: Photo, error: unknown): RefusedPhoto {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { path, stamp, refused: { name: systemErrorCode(error) ?? name, message } };
}
