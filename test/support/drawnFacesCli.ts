import { readConfig } from "../../src/boot/config.ts";
import { runProgram } from "../../src/cli/program.ts";
import { makeDrawnFacesCatalogue } from "./drawnFaces/pack.ts";

/** The program with the packs of drawn faces: `src/cli/cameo.ts` where no weights can be had. */
await runProgram(await makeDrawnFacesCatalogue(readConfig(process.env).modelsDir));
