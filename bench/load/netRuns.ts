import { InferenceSession } from "onnxruntime-node";

/** Hears of a run of a net before it starts; what it returns is called when it ended. */
export type RunObserver = (session: InferenceSession, feeds: InferenceSession.FeedsType) => () => void;

/** Tells of every net that this thread runs while some work is done. */
export async function observeRuns<Result>(
  observe: RunObserver,
  work: () => Promise<Result>,
): Promise<Result> {
  const { prototype } = InferenceSession as unknown as {
    readonly prototype: {
      run(feeds: InferenceSession.FeedsType): Promise<InferenceSession.OnnxValueMapType>;
    };
  };
  const { run } = prototype;
  prototype.run = async function (this: InferenceSession, feeds: InferenceSession.FeedsType) {
    const ended = observe(this, feeds);
    const outputs = await run.call(this, feeds);
    ended();
    return outputs;
  };
  try {
    return await work();
  } finally {
    prototype.run = run;
  }
}
