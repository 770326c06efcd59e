import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../src/system/packageRoot.ts";
import { type DrawnFace, drawPhoto } from "../../test/support/drawnFaces/drawPhoto.ts";
import { wrapOldCli } from "./oldCli.ts";

/** Where the drawn photos show whom: `ada`, who also takes the selfie, and others. */
const album: Readonly<Record<string, readonly string[]>> = {
  "arrival.jpg": ["ada", "ben"],
  "dinner.jpg": ["cleo", "ben"],
  "party.jpg": ["dan", "ada"],
  "speech.jpg": ["cleo"],
};

/**
 * Puts into a folder what the examples name: `group.jpg`, `selfie.jpg`, an album in `photos/`, the packages of the
 * project, and its program, which recognises drawn faces here.
 *
 * @returns the version of the AWS CLI when that does not know all operations.
 */
export async function furnish(folder: string): Promise<string | undefined> {
  await Promise.all([mkdir(path.join(folder, "photos")), mkdir(path.join(folder, "bin"))]);
  const program = path.join(packageRoot, "dist/test/support/drawnFacesCli.js");
  await Promise.all([
    writeFile(path.join(folder, "group.jpg"), photoOf(["ada", "ben"])),
    writeFile(path.join(folder, "selfie.jpg"), selfieOf("ada")),
    ...Object.entries(album).map(([name, people]) =>
      writeFile(path.join(folder, "photos", name), photoOf(people)),
    ),
    writeFile(
      path.join(folder, "package.json"),
      JSON.stringify({ type: "module", scripts: { cameo: `node ${program}` } }),
    ),
    writeFile(path.join(folder, "aws.config"), "[default]\ncli_timestamp_format = iso8601\n"),
    symlink(path.join(packageRoot, "node_modules"), path.join(folder, "node_modules")),
  ]);
  return wrapOldCli(path.join(folder, "bin"));
}

function photoOf(people: readonly string[]): Uint8Array {
  const faces = people.map(
    (identity, place): DrawnFace => ({
      identity,
      x: 200 + 400 * place,
      y: 200,
      size: 150 - 30 * place,
    }),
  );
  return drawPhoto({ width: 800, height: 400, faces }).bytes;
}

function selfieOf(identity: string): Uint8Array {
  return drawPhoto({ width: 480, height: 480, faces: [{ identity, x: 240, y: 240, size: 200, rotation: 8 }] })
    .bytes;
}
