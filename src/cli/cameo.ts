#!/usr/bin/env node
import { packs } from "../../models/packs.ts";
import { runProgram } from "./program.ts";

await runProgram(packs);
