/** The files are no net of face-api, or not the one that they are taken for. */
export class FaceApiError extends Error {
  override readonly name = "FaceApiError";
}
