// The name of the file that `pull` makes when none is given: last part of the repository, then the tag (spec/apptainer.md
// 1.2). A digest is cut to twelve digits, since the whole would make a name that nobody can type.

import { basename } from "node:path";
import type { ImageSource } from "../oci/uri.ts";

/** Name for the image that `source` leads to, such as `python_3.12.sif`. */
export function defaultImageName(source: ImageSource, suffix = ".sif"): string {
  const name = stem(source)
    .replace(/[^\w.+-]/g, "_")
    .replace(/^[.-]+/, "");
  return (name || "image") + suffix;
}

function stem(source: ImageSource): string {
  switch (source.kind) {
    case "docker":
    case "oras": {
      const { repository, tag, digest } = source.reference;
      return `${basename(repository)}_${tag ?? (digest ? shortDigest(digest) : "latest")}`;
    }
    case "docker-daemon":
      return basename(source.image);
    case "http":
      return basename(new URL(source.url).pathname).replace(/\.sif$/, "");
    case "docker-archive":
      return source.image ? basename(source.image) : archiveStem(source.path);
    case "oci":
    case "oci-archive":
      return archiveStem(source.path) + (source.tag ? `_${source.tag}` : "");
    case "instance":
      return source.name;
    case "file":
      return basename(source.path).replace(/\.sif$/, "");
  }
}

function shortDigest(digest: string): string {
  return digest.replace(/^(\w+):(.{12}).*/, "$1-$2");
}

function archiveStem(path: string): string {
  return basename(path).replace(/\.(tar|tgz|tzst|txz|tar\.\w+)$/, "");
}
