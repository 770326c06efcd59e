import type { Detection } from "../detect/detection.ts";
import type { FivePoints } from "../geometry.ts";
import type { ImagePyramid } from "../image.ts";
import { LazyNet } from "../lazyNet.ts";
import { estimatePose, type Pose } from "../pose.ts";
import type { SquareInput } from "../squareCrop.ts";
import { type AgeGenderInput, readAgeGender } from "./ageGender.ts";
import { judgeEyesOpen, judgeMouthOpen, judgeSmile } from "./expression.ts";
import type { FaceAttribute, FaceAttributes } from "./faceAttributes.ts";
import { type FaceMeshInput, readFaceMesh } from "./faceMesh.ts";
import { readHeadPose } from "./headPose.ts";
import { landmarksOf } from "./landmarks.ts";
import type { MeshPoint } from "./mesh.ts";
import { poseOfMesh } from "./meshPose.ts";

/** How each net for attributes wants its pixels. */
export interface AttributeInputs {
  readonly headPose: SquareInput;
  readonly ageGender: AgeGenderInput;
  readonly faceMesh: FaceMeshInput;
}

/** Nets for attributes, by what they tell; a pack may lack any. */
export type AttributeNets = {
  readonly [Net in keyof AttributeInputs]?: {
    readonly input: AttributeInputs[Net];
    /** An ONNX file. */
    readonly onnx: Uint8Array;
  };
};

/** The attributes that a mesh tells. */
const meshAttributes: readonly FaceAttribute[] = ["smile", "eyesOpen", "mouthOpen", "landmarks"];
/** The attributes that the age and gender net tells. */
const ageGenderAttributes: readonly FaceAttribute[] = ["ageRange", "gender"];

type OpenedNets = {
  readonly [Net in keyof AttributeInputs]?: {
    readonly input: AttributeInputs[Net];
    readonly net: LazyNet;
  };
};

/** Tells attributes of faces; each net is run only when something that it tells is asked for. */
export class AttributeReader {
  readonly #nets: OpenedNets;

  constructor({ headPose, ageGender, faceMesh }: AttributeNets) {
    const open = <Input>({ input, onnx }: { readonly input: Input; readonly onnx: Uint8Array }) => ({
      input,
      net: new LazyNet(onnx),
    });
    this.#nets = {
      ...(headPose && { headPose: open(headPose) }),
      ...(ageGender && { ageGender: open(ageGender) }),
      ...(faceMesh && { faceMesh: open(faceMesh) }),
    };
  }

  /**
   * How a head is turned: by the net, without one by the mesh where the pack says how, else by the five points.
   *
   * @param face in pixels of `pyramid.base`.
   * @param mesh of the face, where it was read already.
   */
  async pose(pyramid: ImagePyramid, face: Detection, mesh?: readonly MeshPoint[]): Promise<Pose> {
    const { headPose, faceMesh } = this.#nets;
    if (headPose !== undefined) return readHeadPose(headPose.net, headPose.input, pyramid, face);
    const formula = faceMesh?.input.pose;
    if (formula === undefined) return estimatePose(face.points);
    const read = mesh ?? (await this.mesh(pyramid, face.points));
    return read === undefined ? estimatePose(face.points) : poseOfMesh(read, formula);
  }

  /**
   * The mesh of a face; nothing where the pack has no net for it.
   *
   * @param points of the face, in pixels of `pyramid.base`, as the vertices are.
   */
  async mesh(pyramid: ImagePyramid, points: FivePoints): Promise<readonly MeshPoint[] | undefined> {
    const { faceMesh } = this.#nets;
    return faceMesh && readFaceMesh(faceMesh.net, faceMesh.input, pyramid, points);
  }

  /**
   * The attributes that are asked for; what the pack has no net for is absent.
   *
   * @param face in pixels of `pyramid.base`, as the landmarks are.
   * @param mesh of the face, where it was read already.
   */
  async read(
    pyramid: ImagePyramid,
    face: Detection,
    wanted: readonly FaceAttribute[],
    mesh?: readonly MeshPoint[],
  ): Promise<FaceAttributes> {
    const told = {
      ...(await this.#ageAndGender(pyramid, face, wanted)),
      ...(await this.#fromMesh(pyramid, face, wanted, mesh)),
    };
    return Object.fromEntries(Object.entries(told).filter(([name]) => wanted.some((want) => want === name)));
  }

  async #ageAndGender(pyramid: ImagePyramid, face: Detection, wanted: readonly FaceAttribute[]) {
    const { ageGender } = this.#nets;
    if (ageGender === undefined || !ageGenderAttributes.some((name) => wanted.includes(name))) return;
    return readAgeGender(ageGender.net, ageGender.input, pyramid, face);
  }

  async #fromMesh(
    pyramid: ImagePyramid,
    { points }: Detection,
    wanted: readonly FaceAttribute[],
    known?: readonly MeshPoint[],
  ): Promise<Pick<FaceAttributes, "smile" | "eyesOpen" | "mouthOpen" | "landmarks"> | undefined> {
    const { faceMesh } = this.#nets;
    if (faceMesh === undefined || !meshAttributes.some((name) => wanted.includes(name))) return;
    const mesh = known ?? (await this.mesh(pyramid, points));
    const { expressions } = faceMesh.input;
    return (
      mesh && {
        smile: judgeSmile(mesh, expressions.smile),
        eyesOpen: judgeEyesOpen(mesh, expressions.eyesOpen),
        mouthOpen: judgeMouthOpen(mesh, expressions.mouthOpen),
        landmarks: landmarksOf(mesh),
      }
    );
  }
}
