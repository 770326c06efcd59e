import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { drawPhoto } from "../../test/support/drawnFaces/drawPhoto.ts";

/** Photos that the suite sends: of two people, each in several pictures. */
export interface Photos {
  /** A photo of one person; each `take` of a person is another picture. */
  portrait(person: 0 | 1, take: 0 | 1): Promise<Uint8Array>;
  /** Both people in one photo: person 0 on the left, person 1 smaller on the right. */
  group(): Promise<Uint8Array>;
}

/** Photos of real people from a folder, or drawn ones. */
export function choosePhotos(): Photos {
  const folder = process.env.CONFORMANCE_PHOTOS;
  return folder === undefined ? drawnPhotos : realPhotos(folder);
}

/** A photo without any face. */
export function emptyPhoto(): Uint8Array {
  return drawPhoto({ width: 320, height: 240, background: { gradient: ["#203040", "#a0b0c0"] }, faces: [] })
    .bytes;
}

const drawnPhotos: Photos = {
  portrait: async (person, take) =>
    drawPhoto({
      width: 400 + 60 * take,
      height: 400,
      faces: [
        {
          identity: `person ${person}`,
          x: 190 + 30 * take,
          y: 200,
          size: 120 + 40 * take,
          rotation: 8 * take,
        },
      ],
    }).bytes,
  group: async () =>
    drawPhoto({
      width: 800,
      height: 400,
      faces: [
        { identity: "person 0", x: 200, y: 200, size: 150 },
        { identity: "person 1", x: 600, y: 200, size: 110 },
      ],
    }).bytes,
};

/** Takes the first two folders that hold two photos or more, in the order of their names. */
function realPhotos(folder: string): Photos {
  const people = findPeople(folder);
  const file = async (person: 0 | 1, take: 0 | 1) => readFile((await people)[person][take]);
  return {
    portrait: file,
    group: async () => {
      const [left, right] = await Promise.all([loadImage(await file(0, 0)), loadImage(await file(1, 0))]);
      const canvas = createCanvas(640, 320);
      const context = canvas.getContext("2d");
      context.drawImage(left, 0, 0, 320, 320);
      context.drawImage(right, 340, 40, 240, 240);
      return canvas.toBuffer("image/jpeg", 92);
    },
  };
}

type TwoPhotos = readonly [string, string];

async function findPeople(folder: string): Promise<readonly [TwoPhotos, TwoPhotos]> {
  const found: TwoPhotos[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const inside = await readdir(path.join(folder, name)).catch((): string[] => []);
    const [first, second] = inside.filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
    if (first && second) found.push([path.join(folder, name, first), path.join(folder, name, second)]);
    const [a, b] = found;
    if (a && b) return [a, b];
  }
  throw new Error(`${folder} must hold a folder each of two people, with two photos or more in each`);
}
