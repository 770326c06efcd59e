import type { CommandContext } from "../command.ts";
import { openBucket } from "./bucket.ts";
import { openFolder } from "./folder.ts";
import type { Album } from "./photo.ts";

/** The photos of a folder or, by `s3://bucket/prefix`, of a bucket. @throws UsageError */
export function openAlbum(place: string, env: CommandContext["env"]): Promise<Album> {
  return place.startsWith("s3://") ? openBucket(place, env) : openFolder(place);
}
