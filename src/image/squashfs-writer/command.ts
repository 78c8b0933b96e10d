// The command lines of the two programs that write squashfs from a tar stream, made so that the same stream gives the
// same bytes on every machine.

import type { ConversionOptions } from "../conversion-options.ts";

export interface SquashfsOptions extends Pick<ConversionOptions, "compression" | "level" | "blockSize"> {
  /** Seconds since 1970: time of the file system, and of directories that no entry describes. */
  readonly defaultTime: number;
  /** Compressor threads; does not change the result. */
  readonly jobs: number;
}

/** A program with its arguments; the tar stream goes to its standard input. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** squashfs-tools-ng: keeps order and times, needs little memory. */
export function tar2sqfs(program: string, target: string, o: SquashfsOptions): Command {
  const extra = o.level === undefined ? [] : ["-X", `level=${o.level}`];
  const defaults = `uid=0,gid=0,mode=0755,mtime=${o.defaultTime}`;
  const args = ["-q", "-f", "-s", "-j", String(o.jobs), "-c", o.compression, ...extra];
  return { program, args: [...args, "-b", String(o.blockSize), "-d", defaults, target], env: fixedEnvironment(o) };
}

/** squashfs-tools, for machines without the other: it does not take the root directory's own metadata from the stream. */
export function mksquashfs(program: string, target: string, o: SquashfsOptions): Command {
  const extra = o.level === undefined ? [] : ["-Xcompression-level", String(o.level)];
  const root = ["-root-mode", "0755", "-root-uid", "0", "-root-gid", "0", "-root-time", String(o.defaultTime)];
  const quiet = ["-tar", "-noappend", "-quiet", "-no-progress", "-no-exports", "-exit-on-error"];
  const effort = ["-processors", String(o.jobs), "-mem", "256M"];
  const format = ["-comp", o.compression, ...extra, "-b", String(o.blockSize), "-mkfs-time", String(o.defaultTime)];
  // With this variable set it would move every later time of a file back to it.
  const { SOURCE_DATE_EPOCH: _, ...env } = fixedEnvironment(o);
  return { program, args: ["-", target, ...quiet, ...effort, ...root, ...format], env };
}

// Neither locale nor time zone nor the user's settings may reach the result.
function fixedEnvironment(o: SquashfsOptions): Record<string, string> {
  return { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin", SOURCE_DATE_EPOCH: String(o.defaultTime) };
}
