/** What becomes a photo's ExternalImageId. */
export const externalIdForms = ["name", "path"] as const;
export type ExternalIdForm = (typeof externalIdForms)[number];

/** Most characters of an ExternalImageId. */
const longest = 255;

/**
 * The ExternalImageId of a photo: its file name, or its path in the album. Rekognition takes letters, digits and
 * `_.-:` only; a slash becomes a colon, anything else an underscore. Of a longer one the end is taken.
 *
 * @param path relative to the album, with forward slashes.
 */
export function externalImageIdOf(path: string, form: ExternalIdForm): string {
  const text = form === "name" ? path.slice(path.lastIndexOf("/") + 1) : path.replaceAll("/", ":");
  return text.replaceAll(/[^a-zA-Z0-9_.\-:]/gu, "_").slice(-longest);
}

/** How many photos each ExternalImageId would be of. */
export function countByExternalId(
  photos: readonly { readonly path: string }[],
  form: ExternalIdForm,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of photos) {
    const id = externalImageIdOf(path, form);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
