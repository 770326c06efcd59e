import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../system/packageRoot.ts";

/** Where something lies in the memory that the kernels work on, in bytes. */
export type Pointer = number;

/**
 * What is done to every pixel, compiled from `assembly/kernels.ts` to WebAssembly. Images are 8-bit red, green,
 * blue, interleaved, row by row; planes are of 32-bit floats.
 */
interface Kernels {
  readonly memory: WebAssembly.Memory;
  /** Memory for an image or for planes; up to 16 bytes beyond it may be read and written. */
  allocate(bytes: number): Pointer;
  release(pointer: Pointer): void;
  /** Writes the image at half its size, each pixel the rounded mean of four; an odd last row or column is dropped. */
  halve(from: Pointer, width: number, height: number, to: Pointer): void;
  /**
   * Samples an image bilinearly, every `step` of its pixels, into planes of blue, green and red, black beyond the
   * content.
   *
   * @param scratch `shrinkScratch` bytes.
   * @param left column of the planes at which the content begins, a multiple of 4, as the planes' width is.
   * @param top row of the planes at which the content begins.
   */
  shrinkToPlanes(
    from: Pointer,
    width: number,
    height: number,
    scratch: Pointer,
    to: Pointer,
    contentWidth: number,
    contentHeight: number,
    planeWidth: number,
    planeHeight: number,
    left: number,
    top: number,
    step: number,
  ): void;
  /**
   * Samples an image bilinearly into planes of red, green and blue of `size` x `size`, pixel (x, y) from
   * (a x - b y + tx, b x + a y + ty), the frame's edge repeated beyond the frame.
   */
  warpToPlanes(
    from: Pointer,
    width: number,
    height: number,
    to: Pointer,
    size: number,
    a: number,
    b: number,
    tx: number,
    ty: number,
  ): void;
  /** Takes `mean` from each float of a plane and multiplies it by `factor`, in double precision. */
  normalize(plane: Pointer, length: number, mean: number, factor: number): void;
}

const binary = path.join(packageRoot, "dist/src/recognition/pixels/kernels.wasm");

/** The kernels of this thread. */
export const kernels = instantiate();

/**
 * Bytes of scratch that `shrinkToPlanes` needs: a row of the image and a table of the content's columns, both with room
 * for what is done beyond their ends.
 */
export function shrinkScratch(width: number, contentWidth: number): number {
  return (3 * width + 16) * 4 + (contentWidth + 3) * 8;
}

/** `length` floats in the kernels' memory; valid until more memory is allocated. */
export function floatsAt(pointer: Pointer, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(kernels.memory.buffer, pointer, length);
}

/** `length` bytes in the kernels' memory; valid until more memory is allocated. */
export function bytesAt(pointer: Pointer, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(kernels.memory.buffer, pointer, length);
}

function instantiate(): Kernels {
  const module = new WebAssembly.Module(readFileSync(binary));
  const abort = () => {
    throw new RangeError("There is no memory left for pixels");
  };
  return new WebAssembly.Instance(module, { env: { abort } }).exports as Kernels;
}
