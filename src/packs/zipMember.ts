import path from "node:path";
import { Unzip, UnzipInflate } from "fflate";

/**
 * Unpacks one file of a zip archive while the archive comes in, and asks for no more of it than that takes.
 *
 * @param archive the archive's bytes, piece by piece.
 * @param name the file's name, in whatever folder of the archive it lies.
 * @throws when the archive does not hold the file, or is damaged.
 */
export async function* zipMember(
  archive: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  let isWhole = false;
  const unzip = new Unzip((member) => {
    if (path.posix.basename(member.name) !== name) return;
    member.ondata = (error, piece, isLast) => {
      if (error !== null) throw error;
      unpacked.push(piece);
      isWhole = isLast;
    };
    member.start();
  });
  unzip.register(UnzipInflate);
  for await (const piece of archive) {
    unzip.push(piece);
    yield* unpacked.splice(0);
    if (isWhole) return;
  }
  throw new Error(`the archive holds no whole ${name}`);
}
