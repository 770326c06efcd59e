import { randomUUID } from "node:crypto";
import type { RecognizedPack } from "../../src/recognition/contract.ts";
import { CollectionStore } from "../../src/storage/collectionStore.ts";
import { FaceStore } from "../../src/storage/faceStore.ts";
import type { Database } from "../../src/storage/sql.ts";

/** Faces stored in one transaction. */
const batch = 1_000;

/** Makes a collection of faces that look like no one: random embeddings of length 1, five to a photo. */
export async function fillCollection(
  { sql }: Database,
  name: string,
  { name: modelPack, faceModelVersion, dimension }: RecognizedPack,
  faceCount: number,
): Promise<void> {
  const collections = new CollectionStore(sql);
  await collections.create({ name, modelPack, faceModelVersion, createdAt: new Date(), tags: {} });
  const collection = await collections.find(name);
  if (collection === undefined) throw new Error(`The collection ${name} was not made`);
  const faces = new FaceStore(sql);
  for (let stored = 0; stored < faceCount; stored += batch) {
    await faces.add(
      collection,
      { imageId: randomUUID(), externalImageId: null },
      Array.from({ length: Math.min(batch, faceCount - stored) }, (_, index) => ({
        faceId: randomUUID(),
        // Apart, or they would be taken for one face.
        box: { left: index, top: 0, width: 0.1, height: 0.1 },
        confidence: 99,
        embedding: randomDirection(dimension),
      })),
    );
  }
}

/** A random vector of length 1, all directions alike. */
export function randomDirection(dimension: number): Float32Array {
  const vector = Float32Array.from({ length: dimension }, gaussian);
  const length = Math.hypot(...vector);
  return vector.map((component) => component / length);
}

/** Box-Muller transform. */
function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
