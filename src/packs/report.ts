import type { ModelFile } from "./pack.ts";

/** Hears what happens while models are made ready. */
export interface ModelReport {
  /** A file is being transferred; called for each piece. */
  progress(file: ModelFile, received: number): void;
  /** Something began that takes its time and has no progress, such as a package that npm fetches. */
  note?(message: string): void;
  /** A file was found, and checked, at a place. */
  ready(file: ModelFile, place: string): void;
  /** Something went wrong that another place may make good. */
  warn(message: string): void;
}
