import { runProgram } from "../../src/cli/program.ts";
import { readConfig } from "../../src/config.ts";
import { makeDrawnFacesCatalogue } from "./drawnFaces/pack.ts";

/** The program with the packs of drawn faces: `src/cli/cameo.ts` where no weights can be had. */
await runProgram(await makeDrawnFacesCatalogue(readConfig(process.env).modelsDir));
