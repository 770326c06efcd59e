import type { CompareFacesRequest, CompareFacesResponse } from "@aws-sdk/client-rekognition";
import { invalidParameters } from "../../protocol/errors.ts";
import { maximumFaces } from "../recognition/contract.ts";
import { cosine, similarityOf } from "../recognition/similarity.ts";
import type { Checked, OperationFactory } from "./operation.ts";
import { analyzeImage, embeddedFaces, largestEmbedded } from "./shared/analysis.ts";
import { defaultSimilarityThreshold } from "./shared/matching.ts";
import { requirementsOf } from "./shared/qualityFilter.ts";
import { toBoundingBox, toFaceDetail } from "./shared/wire.ts";

/** Compares the largest face of the source image with every face of the target image; nothing is stored. */
export const compareFaces: OperationFactory<
  "images" | "packs",
  Checked<CompareFacesRequest, "SourceImage" | "TargetImage">,
  CompareFacesResponse
> =
  ({ images, packs }) =>
  async ({ SourceImage, TargetImage, SimilarityThreshold, QualityFilter = "NONE" }) => {
    const recognizer = packs.current;
    const requirements = requirementsOf(QualityFilter);
    const [source, target] = await Promise.all([images.read(SourceImage), images.read(TargetImage)]);
    const [sourceFaces, targetFaces] = await Promise.all([
      analyzeImage(recognizer, source, {
        embedLargest: 1,
        leaveOutRest: true,
        requirements,
        urgency: "interactive",
      }),
      analyzeImage(recognizer, target, { embedLargest: maximumFaces, requirements, urgency: "interactive" }),
    ]);
    const sourceFace = largestEmbedded(sourceFaces);
    const targets = embeddedFaces(targetFaces);
    if (sourceFace === undefined || targets.length === 0) throw invalidParameters();
    const compared = targets.map((face) => ({
      face,
      similarity: similarityOf(recognizer.pack.similarity, cosine(sourceFace.embedding, face.embedding)),
    }));
    const threshold = SimilarityThreshold ?? defaultSimilarityThreshold;
    return {
      SourceImageFace: { BoundingBox: toBoundingBox(sourceFace.box), Confidence: sourceFace.confidence },
      FaceMatches: compared
        .filter(({ similarity }) => similarity >= threshold)
        .sort((a, b) => b.similarity - a.similarity)
        .map(({ face, similarity }) => ({ Similarity: similarity, Face: toFaceDetail(face) })),
      UnmatchedFaces: compared
        .filter(({ similarity }) => similarity < threshold)
        .map(({ face }) => toFaceDetail(face)),
    };
  };
