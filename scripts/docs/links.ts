import path from "node:path";

/** A link to something that is not there. */
export interface BrokenLink {
  readonly page: string;
  readonly target: string;
}

/**
 * The links of pages that lead nowhere: to a file that is not there, or a heading that a page does not have.
 * Addresses of the web are not looked at.
 *
 * @param pages texts by path from the root of the repository, with slashes.
 * @param exists whether there is a file or folder of such a path.
 */
export function brokenLinks(
  pages: ReadonlyMap<string, string>,
  exists: (file: string) => boolean,
): BrokenLink[] {
  const leads = (from: string, target: string) => {
    const [file = "", anchor] = target.split("#");
    const to = file === "" ? from : path.posix.join(path.posix.dirname(from), file);
    const text = pages.get(to);
    if (anchor === undefined || text === undefined) return exists(to);
    return anchorsOf(text).has(anchor);
  };
  return [...pages].flatMap(([page, text]) =>
    targetsOf(text)
      .filter((target) => !leads(page, target))
      .map((target) => ({ page, target })),
  );
}

function targetsOf(text: string): string[] {
  const links = withoutCode(text).matchAll(/\]\(([^()\s]+)\)/g);
  return Array.from(links, ([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** Names of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(text, /^```.*?^```/gms).matchAll(/^#+ (.+)$/gm)) {
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = name;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${name}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutCode(text: string, code = /^ *```.*?^ *```|`[^`\n]*`/gms): string {
  return text.replace(code, "");
}
