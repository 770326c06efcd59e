import { describe, expect, test } from "@jest/globals";
import { seenFace } from "../../../test/support/fakes/fakeFaces.ts";
import { FakeServices, refusal } from "../../../test/support/fakes/fakeServices.ts";
import {
  ImageError,
  type ImageFault,
  PackUnavailableError,
  RecognizerBusyError,
} from "../../recognition/contract.ts";
import { analyzeImage, embeddedFaces, largestEmbedded } from "./analysis.ts";

const request = { embedLargest: 1, urgency: "interactive" } as const;

/** Analyses a photo for which the recogniser throws. */
async function analyzeFailing(error: Error) {
  const world = new FakeServices();
  const { Bytes } = world.photoThatFails(error);
  return analyzeImage(world.services.packs.current, Bytes as Uint8Array<ArrayBuffer>, request);
}

describe("an image that cannot be analysed", () => {
  const answers: Readonly<Record<ImageFault, string>> = {
    "unknown-format": "InvalidImageFormatException: Request has invalid image format",
    undecodable: "InvalidImageFormatException: Invalid image encoding",
    "too-many-pixels": "ImageTooLargeException: Image size is too large.",
    "too-small": "InvalidParameterException: Request has invalid parameters",
  };

  test.each(Object.entries(answers) as [ImageFault, string][])("is refused: %s", async (fault, answer) => {
    expect(await refusal(analyzeFailing(new ImageError(fault)))).toBe(answer);
  });

  test("asks to try again when too many wait", async () => {
    expect(await refusal(analyzeFailing(new RecognizerBusyError()))).toBe(
      "ThrottlingException: Slow down; sudden increase in rate of requests.",
    );
  });

  test("is an internal error that keeps its cause when the pack's models cannot be opened", async () => {
    const error = new PackUnavailableError("newer", { cause: new Error("no weights") });
    await expect(analyzeFailing(error)).rejects.toMatchObject({ name: "InternalServerError", cause: error });
    expect(await refusal(analyzeFailing(error))).toBe(
      "InternalServerError: The collection was created with the model pack newer, which this server cannot run",
    );
  });

  test("fails as the recogniser does otherwise", async () => {
    const failure = new Error("a thread ended");
    await expect(analyzeFailing(failure)).rejects.toBe(failure);
  });
});

test("the largest embedded face is the first that has an embedding", async () => {
  const { embedding, ...face } = seenFace();
  const without = { ...face, shortcomings: [] };
  const first = { ...without, embedding };
  const second = { ...without, embedding };
  const timings = { decode: 0, detect: 0, attributes: 0, embed: 0 };
  const image = { width: 100, height: 100, timings, faces: [without, first, second] };
  expect(embeddedFaces(image)).toEqual([first, second]);
  expect(largestEmbedded(image)).toBe(first);
  expect(largestEmbedded({ ...image, faces: [without] })).toBeUndefined();
});
