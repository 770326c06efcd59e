import type { Detection } from "./detection.ts";
import { type GridDecoder, strides } from "./grids.ts";

/**
 * Reads YuNet's twelve outputs, as its publisher's `yunet.py` does: score = sqrt(cls * obj), box centre =
 * (cell + offset) * stride, size = exp(b) * stride, points = (cell + offset) * stride.
 */
export const decodeYuNet: GridDecoder = (outputs, { width, height }, minimumScore) => {
  const detections: Detection[] = [];
  for (const stride of strides) {
    const read = (name: string) => outputs(`${name}_${stride}`);
    const cls = read("cls");
    const obj = read("obj");
    const bbox = read("bbox");
    const kps = read("kps");
    const columns = width / stride;
    const cells = columns * (height / stride);
    const minimumProduct = minimumScore * minimumScore;
    for (let cell = 0; cell < cells; cell++) {
      // Nearly all cells end here: no product of two numbers up to 1 is above either.
      if ((cls[cell] as number) < minimumProduct) continue;
      const product = clamp01(cls[cell] as number) * clamp01(obj[cell] as number);
      if (product < minimumProduct) continue;
      const column = cell % columns;
      const row = (cell - column) / columns;
      const point = (index: number) => ({
        x: (column + (kps[cell * 10 + index * 2] as number)) * stride,
        y: (row + (kps[cell * 10 + index * 2 + 1] as number)) * stride,
      });
      const boxWidth = Math.exp(bbox[cell * 4 + 2] as number) * stride;
      const boxHeight = Math.exp(bbox[cell * 4 + 3] as number) * stride;
      detections.push({
        score: Math.sqrt(product),
        box: {
          left: (column + (bbox[cell * 4] as number)) * stride - boxWidth / 2,
          top: (row + (bbox[cell * 4 + 1] as number)) * stride - boxHeight / 2,
          width: boxWidth,
          height: boxHeight,
        },
        points: {
          eyeLeft: point(0),
          eyeRight: point(1),
          nose: point(2),
          mouthLeft: point(3),
          mouthRight: point(4),
        },
      });
    }
  }
  return detections;
};

function clamp01(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
