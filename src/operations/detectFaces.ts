import type { DetectFacesRequest, DetectFacesResponse } from "@aws-sdk/client-rekognition";
import type { Checked, OperationFactory } from "./operation.ts";
import { analyzeImage } from "./shared/analysis.ts";
import { wantedAttributes } from "./shared/attributes.ts";
import { toFaceDetail } from "./shared/wire.ts";

/** Finds the faces of an image, largest first; nothing is stored. */
export const detectFaces: OperationFactory<
  "images" | "packs",
  Checked<DetectFacesRequest, "Image">,
  DetectFacesResponse
> =
  ({ images, packs }) =>
  async ({ Image, Attributes }) => {
    const image = await images.read(Image);
    const { faces } = await analyzeImage(packs.current, image, {
      embedLargest: 0,
      attributes: wantedAttributes(Attributes),
      urgency: "interactive",
    });
    return { FaceDetails: faces.map(toFaceDetail) };
  };
