/** A photo of an album, where it lies. */
export interface Photo {
  /** Relative to the album, with forward slashes. */
  readonly path: string;
  /** Another one whenever the file's content is another. */
  readonly stamp: string;
  /** @returns the file's bytes, in a buffer of their own. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What lies in a folder or under a prefix. */
export interface Album {
  /** In the order of their paths, compared by UTF-16 code units. */
  readonly photos: readonly Photo[];
  /** Files that are no photos by their names. */
  readonly leftOut: number;
}

/** Files that may be a JPEG or a PNG; names with a dot before them are a system's own, such as macOS's `._1.jpg`. */
const photoName = /^(?!\.).*\.(jpe?g|jpe|jfif|png)$/i;

/** Whether a path names a photo; also none that lies in a hidden folder. */
export function isPhotoPath(path: string): boolean {
  const parts = path.split("/");
  return photoName.test(parts.at(-1) ?? "") && !parts.some((part) => part.startsWith("."));
}

/** An album of files, of which the photos are taken. */
export function albumOf(files: readonly Photo[]): Album {
  const photos = files.filter(({ path }) => isPhotoPath(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { photos, leftOut: files.length - photos.length };
}
