import type { RecognizedPack } from "../contract.ts";
import {
  type AnalyzeRequest,
  PackUnavailableError,
  type RecognizedImage,
  type Recognizer,
  type RecognizerLoad,
  type ThreadLoad,
} from "../contract.ts";

/** How long a pack that could not be opened is left alone, in milliseconds: a download may take its time to fail. */
const pauseAfterFailure = 60_000;

/** An attempt to open, and what became of it, once that is known. */
interface Opening {
  readonly recognizer: Promise<Recognizer>;
  opened?: Recognizer;
  failedAt?: number;
}

const noThreads: ThreadLoad = {
  waiting: 0,
  queueLimit: 0,
  expectedThreads: 0,
  threads: 0,
  busy: 0,
  lost: 0,
};
const nothingToDo: RecognizerLoad = { interactive: noThreads, bulk: noThreads };

/** A recogniser whose models are opened by the first image that needs them. */
export class LazyRecognizer implements Recognizer {
  readonly pack: RecognizedPack;
  readonly #open: () => Promise<Recognizer>;
  #opening: Opening | undefined;

  /** @param open is called again, after a pause, when it failed. */
  constructor(pack: RecognizedPack, open: () => Promise<Recognizer>) {
    this.pack = pack;
    this.#open = open;
  }

  /** @throws PackUnavailableError when the models cannot be opened, or what the opened recogniser throws. */
  async analyze(bytes: Uint8Array<ArrayBuffer>, request: AnalyzeRequest): Promise<RecognizedImage> {
    return (await this.#recognizer()).analyze(bytes, request);
  }

  load(): RecognizerLoad {
    return this.#opening?.opened?.load() ?? nothingToDo;
  }

  async check(): Promise<void> {
    await (await this.#recognizer()).check();
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.recognizer.catch(() => undefined);
    await opened?.close();
  }

  #recognizer(): Promise<Recognizer> {
    const { failedAt } = this.#opening ?? {};
    if (failedAt !== undefined && performance.now() - failedAt > pauseAfterFailure) this.#opening = undefined;
    this.#opening ??= this.#start();
    return this.#opening.recognizer;
  }

  #start(): Opening {
    const opening: Opening = {
      recognizer: this.#open().then(
        (recognizer) => {
          opening.opened = recognizer;
          return recognizer;
        },
        (cause: unknown) => {
          opening.failedAt = performance.now();
          throw new PackUnavailableError(this.pack.name, { cause });
        },
      ),
    };
    return opening;
  }
}
