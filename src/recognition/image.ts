import { bytesAt, kernels, type Pointer } from "./pixels/kernels.ts";

/** Pixels in memory: 8-bit red, green, blue, interleaved, row by row, upright. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly data: Uint8Array;
}

/** An image in the kernels' memory. */
export interface PixelLevel {
  readonly width: number;
  readonly height: number;
  readonly pointer: Pointer;
}

/**
 * An image with its halves, made when asked for, in the kernels' memory until it is released. Sampling from the
 * level whose scale is near to the target's keeps detail from turning into noise when a large face is shrunk to a
 * small crop.
 */
export class ImagePyramid {
  readonly #levels: PixelLevel[];

  constructor({ width, height, data }: RgbImage) {
    const pointer = kernels.allocate(data.length);
    bytesAt(pointer, data.length).set(data);
    this.#levels = [{ width, height, pointer }];
  }

  /** The image as it was given. */
  get base(): PixelLevel {
    return this.#levels[0] as PixelLevel;
  }

  /**
   * The smallest level that still has at least the wanted resolution.
   *
   * @param scale target pixels for one pixel of the base, above 0.
   * @returns the level, and how many of its pixels make one pixel of the base (1, 1/2, 1/4, …).
   */
  levelFor(scale: number): { readonly image: PixelLevel; readonly scale: number } {
    let level = 0;
    while (scale <= 0.5 ** (level + 1) && this.#canHalve(level)) level++;
    return { image: this.#level(level), scale: 0.5 ** level };
  }

  /** Gives the memory of all levels back; the pyramid must not be used afterwards. */
  release(): void {
    for (const { pointer } of this.#levels.splice(0)) kernels.release(pointer);
  }

  #canHalve(level: number): boolean {
    const image = this.#level(level);
    return image.width >= 2 && image.height >= 2;
  }

  #level(level: number): PixelLevel {
    let image = this.#levels[level];
    if (image === undefined) {
      image = halve(this.#level(level - 1));
      this.#levels[level] = image;
    }
    return image;
  }
}

/** Gives work the pyramid of an image, and takes its memory back when the work is done. */
export async function withPyramid<Result>(
  image: RgbImage,
  work: (pyramid: ImagePyramid) => Promise<Result>,
): Promise<Result> {
  const pyramid = new ImagePyramid(image);
  try {
    return await work(pyramid);
  } finally {
    pyramid.release();
  }
}

/** The image at half its size, each pixel the mean of four. An odd last row or column is dropped. */
function halve(image: PixelLevel): PixelLevel {
  const width = image.width >> 1;
  const height = image.height >> 1;
  const pointer = kernels.allocate(width * height * 3);
  kernels.halve(image.pointer, image.width, image.height, pointer);
  return { width, height, pointer };
}
