import { beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { fitBytes, maximumBytes } from "./fitBytes.ts";

describe("fitBytes", () => {
  let large: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    // Noise, which hardly compresses; turned by its Exif orientation.
    const noise = {
      width: 2600,
      height: 2000,
      channels: 3,
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    } as const;
    large = new Uint8Array(
      await sharp({ create: { ...noise, background: "grey" } })
        .jpeg({ quality: 100 })
        .withMetadata({ orientation: 6 })
        .toBuffer(),
    );
  });

  test("leaves what fits as it is", async () => {
    const bytes = new Uint8Array(maximumBytes);
    expect((await fitBytes(bytes, true)).bytes).toBe(bytes);
    expect((await fitBytes(bytes, false)).isShrunk).toBe(false);
  });

  test("makes a smaller picture of what does not, upright", async () => {
    expect(large.length).toBeGreaterThan(maximumBytes);
    const { bytes, isShrunk } = await fitBytes(large, true);
    expect(isShrunk).toBe(true);
    expect(bytes.length).toBeLessThanOrEqual(maximumBytes);
    const { width = 0, height = 0, orientation } = await sharp(bytes).metadata();
    expect(width / height).toBeCloseTo(2000 / 2600, 2);
    expect(orientation).toBeUndefined();
  });

  test("refuses it where it may not, and what is damaged or no photo", async () => {
    await expect(fitBytes(large, false)).rejects.toMatchObject({ name: "ImageTooLargeException" });
    const other = new Uint8Array(maximumBytes + 1);
    await expect(fitBytes(other, true)).rejects.toMatchObject({ name: "InvalidImageFormatException" });
    const cut = large.slice(0, maximumBytes + 1);
    await expect(fitBytes(cut, true)).rejects.toMatchObject({
      name: "InvalidImageFormatException",
      message: "Invalid image encoding",
    });
  });
});
