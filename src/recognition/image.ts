/** Pixels in memory: 8-bit red, green, blue, interleaved, row by row, upright. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly data: Uint8Array;
}

/**
 * The image at half its size, each pixel the mean of four. An odd last row or column is dropped.
 *
 * @param image at least 2 x 2 pixels.
 */
export function halve(image: RgbImage): RgbImage {
  const width = image.width >> 1;
  const height = image.height >> 1;
  const { data } = image;
  const half = new Uint8Array(width * height * 3);
  const stride = image.width * 3;
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = y * 2 * stride;
    for (let x = 0; x < width; x++, from += 6) {
      for (let channel = 0; channel < 3; channel++) {
        const at = from + channel;
        half[to++] =
          ((data[at] as number) +
            (data[at + 3] as number) +
            (data[at + stride] as number) +
            (data[at + stride + 3] as number) +
            2) >>
          2;
      }
    }
  }
  return { width, height, data: half };
}

/**
 * An image with its halves, made when asked for. Sampling from the level whose scale is near to the target's
 * keeps detail from turning into noise when a large face is shrunk to a small crop.
 */
export class ImagePyramid {
  readonly #levels: RgbImage[];

  constructor(image: RgbImage) {
    this.#levels = [image];
  }

  /** The image as it was given. */
  get base(): RgbImage {
    return this.#levels[0] as RgbImage;
  }

  /**
   * The smallest level that still has at least the wanted resolution.
   *
   * @param scale target pixels for one pixel of the base, above 0.
   * @returns the level, and how many of its pixels make one pixel of the base (1, 1/2, 1/4, …).
   */
  levelFor(scale: number): { readonly image: RgbImage; readonly scale: number } {
    let level = 0;
    while (scale <= 0.5 ** (level + 1) && this.#canHalve(level)) level++;
    return { image: this.#level(level), scale: 0.5 ** level };
  }

  #canHalve(level: number): boolean {
    const image = this.#level(level);
    return image.width >= 2 && image.height >= 2;
  }

  #level(level: number): RgbImage {
    let image = this.#levels[level];
    if (image === undefined) {
      image = halve(this.#level(level - 1));
      this.#levels[level] = image;
    }
    return image;
  }
}
