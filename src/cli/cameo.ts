#!/usr/bin/env node
import { catalogue } from "../../models/packs.ts";
import { runProgram } from "./program.ts";

await runProgram(catalogue);
