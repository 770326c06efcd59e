import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeModel } from "../../../src/nets/onnx/model.ts";
import { drawnFacesDetector } from "./detectorModel.ts";
import { drawnFacesEmbedder } from "./embedderModel.ts";

/** Paths of the models that recognise drawn faces. */
export interface DrawnFacesModels {
  readonly detector: string;
  readonly embedder: string;
  /** Makes 128 floats, of one image at a time. */
  readonly smallEmbedder: string;
}

/** Length of the small embedder's embeddings. */
export const smallEmbeddingLength = 128;

/**
 * Writes the models that recognise the faces of `drawPhoto`, in place of weights that were trained on people:
 * a detector with the contract of YuNet and an embedder with that of face-reidentification-retail-0095, which
 * there is in a small edition, too. The bytes are the same each time.
 *
 * @param folder made where it is missing.
 */
export async function writeDrawnFacesModels(folder: string): Promise<DrawnFacesModels> {
  const paths = {
    detector: join(folder, "drawn-faces-detector.onnx"),
    embedder: join(folder, "drawn-faces-embedder.onnx"),
    smallEmbedder: join(folder, "drawn-faces-small-embedder.onnx"),
  };
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(paths.detector, encodeModel(drawnFacesDetector())),
    writeFile(paths.embedder, encodeModel(drawnFacesEmbedder())),
    writeFile(paths.smallEmbedder, encodeModel(drawnFacesEmbedder(smallEmbeddingLength, 1))),
  ]);
  return paths;
}
