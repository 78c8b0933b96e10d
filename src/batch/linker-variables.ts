// Variables that Shifter's users never saw in a container, because the dynamic linker takes them from setuid programs
// (glibc, "unsecure environment variables"). They are the host's: its libraries and folders are not the image's. Pure.

// Every name that begins with LD_ besides these; native/unsecure.c has the same list.
const OTHERS = new Set([
  "GCONV_PATH",
  "GETCONF_DIR",
  "GLIBC_TUNABLES",
  "HOSTALIASES",
  "LOCALDOMAIN",
  "LOCPATH",
  "MALLOC_ARENA_MAX",
  "MALLOC_ARENA_TEST",
  "MALLOC_CHECK_",
  "MALLOC_MMAP_MAX_",
  "MALLOC_MMAP_THRESHOLD_",
  "MALLOC_PERTURB_",
  "MALLOC_TOP_PAD_",
  "MALLOC_TRACE",
  "MALLOC_TRIM_THRESHOLD_",
  "NIS_PATH",
  "NLSPATH",
  "RESOLV_HOST_CONF",
  "RES_OPTIONS",
  "TMPDIR",
  "TZDIR",
]);

/** True for a variable that stays outside. */
export function isDangerous(name: string): boolean {
  return name.startsWith("LD_") || OTHERS.has(name);
}
