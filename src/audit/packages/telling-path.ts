// Which of the files that a package manager lists could tell of a package themselves: only those have to be remembered as
// owned, a thousandth of all. A second, narrower question than whether a reader wants a file, since lists know no modes.

const BY_NAME =
  /(^|\/)(METADATA|PKG-INFO|package\.json|DESCRIPTION|Manifest\.toml|renv\.lock)$|\.(egg-info|gemspec|jar|war|ear)$/;
const PROGRAM =
  /^(?:usr\/|opt\/|var\/)?(?:[^/]+\/)*(?:s?bin|libexec|lib|lib64|plugins|cli-plugins)\/(?:[^/]+\/)*[^/.]+$/;

/** The path from the root without a slash, as images have it today; undefined for a file that tells nothing. */
export function tellingPath(path: string): string | undefined {
  const name = canonicalPath(path);
  return BY_NAME.test(name) || PROGRAM.test(name) ? name : undefined;
}

/** One spelling for a path before and after `bin`, `sbin` and `lib` moved into `usr`. */
export function canonicalPath(path: string): string {
  const name = path.replace(/^(?:\.?\/)+/, "");
  return /^(?:bin|sbin|lib|lib64)\//.test(name) ? `usr/${name}` : name;
}
