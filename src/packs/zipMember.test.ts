import { describe, expect, test } from "@jest/globals";
import { type Zippable, zipSync } from "fflate";
import { noise } from "../../test/support/onnx/runModel.ts";
import { zipMember } from "./zipMember.ts";

const weights = Buffer.from(noise(20_000).buffer);
const others = Buffer.from("other".repeat(10_000));

/** An archive in pieces, and how many of them were asked for. */
function archiveOf(files: Zippable, pieceSize = 1000) {
  const bytes = zipSync(files);
  const asked = { pieces: 0 };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceSize) {
      asked.pieces++;
      yield bytes.subarray(at, at + pieceSize);
    }
  }
  return { pieces: pieces(), asked, count: Math.ceil(bytes.length / pieceSize) };
}

async function unpack(archive: AsyncIterable<Uint8Array>, name: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of zipMember(archive, name)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("zipMember", () => {
  test.each<[string, Zippable]>([
    ["packed", { "first.bin": others, "net.onnx": weights, "last.bin": others }],
    ["stored", { "first.bin": others, "net.onnx": [weights, { level: 0 }] }],
    ["in a folder", { "pack/first.bin": others, "pack/net.onnx": weights }],
  ])("unpacks a file that is %s", async (_, files) => {
    expect(await unpack(archiveOf(files).pieces, "net.onnx")).toEqual(weights);
  });

  test("asks for no more than it needs", async () => {
    const { pieces, asked, count } = archiveOf({ "net.onnx": others, "last.bin": weights });
    expect(await unpack(pieces, "net.onnx")).toEqual(others);
    expect(asked.pieces).toBeLessThan(count / 2);
  });

  test("refuses an archive without the file, one that is cut short, and what is none", async () => {
    const files = { "first.bin": others, "net.onnx": weights };
    await expect(unpack(archiveOf(files).pieces, "other.onnx")).rejects.toThrow("no whole other.onnx");
    const whole = zipSync(files);
    async function* pieces(bytes: Uint8Array) {
      yield bytes;
    }
    await expect(unpack(pieces(whole.subarray(0, whole.length / 2)), "net.onnx")).rejects.toThrow();
    await expect(unpack(pieces(others), "net.onnx")).rejects.toThrow();
  });
});
