import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Something else that compares vectors, on one thread. */
export interface Peer {
  readonly name: string;
  /** Milliseconds of each search among so many random vectors, or why it could not be done. */
  search(count: number, dimension: number, rounds: number): Promise<readonly number[] | string>;
}

const run = promisify(execFile);

const timing = `
import sys, time, json
import numpy as np
count, dimension, rounds = map(int, sys.argv[1:])
vectors = np.random.default_rng(1).random((count, dimension), dtype=np.float32) - np.float32(0.5)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
query = vectors[:1].copy()
def timed(search):
    for _ in range(3): search()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        search()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times))
`;

const faiss = `${timing}
import faiss
faiss.omp_set_num_threads(1)
index = faiss.IndexFlatIP(dimension)
index.add(vectors)
timed(lambda: index.search(query, 50))
`;

const blas = `${timing}
flat = query[0]
def search():
    cosines = vectors @ flat
    near = np.flatnonzero(cosines >= 0.2)
    return near[np.argsort(-cosines[near])][:50]
timed(search)
`;

/** A plain loop over 32-bit floats, FAISS's exact index, and the product of a matrix and a vector by BLAS. */
export const peers: readonly Peer[] = [
  { name: "plain loop in JavaScript", search: async (...size) => plainLoop(...size) },
  { name: "FAISS, IndexFlatIP", search: (...size) => inPython(faiss, "faiss", size) },
  { name: "NumPy, BLAS", search: (...size) => inPython(blas, "numpy", size) },
];

function plainLoop(count: number, dimension: number, rounds: number): number[] {
  const vectors = Float32Array.from({ length: count * dimension }, () => Math.random() - 0.5);
  const query = vectors.slice(0, dimension);
  const cosines = new Float32Array(count);
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let at = 0; at < dimension; at++) {
        sum += (vectors[row * dimension + at] as number) * (query[at] as number);
      }
      cosines[row] = sum;
    }
    return performance.now() - start;
  });
}

/** Times of the first Python that has the module: the one on the path, or the system's. */
async function inPython(script: string, module: string, size: readonly number[]): Promise<number[] | string> {
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const { stdout } = await run(python, ["-c", script, ...size.map(String)], { env });
      return JSON.parse(stdout) as number[];
    } catch {
      // The next one may have it.
    }
  }
  return `no Python here can run ${module}`;
}
