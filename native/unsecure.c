// The list of docs/prepared-plan.md and src/batch/linker-variables.ts: what any glibc takes, and all that begins with LD_.
#include "unsecure.h"

#include <stddef.h>
#include <string.h>

static const char *const NAMES[] = {
    "GCONV_PATH",       "GETCONF_DIR",     "GLIBC_TUNABLES",         "HOSTALIASES",     "LOCALDOMAIN",      "LOCPATH",      "MALLOC_ARENA_MAX",
    "MALLOC_ARENA_TEST", "MALLOC_CHECK_",  "MALLOC_MMAP_MAX_",       "MALLOC_MMAP_THRESHOLD_", "MALLOC_PERTURB_", "MALLOC_TOP_PAD_",
    "MALLOC_TRACE",     "MALLOC_TRIM_THRESHOLD_", "NIS_PATH",        "NLSPATH",         "RESOLV_HOST_CONF", "RES_OPTIONS",  "TMPDIR",
    "TZDIR"};

bool unsecure_is(const char *entry) {
  size_t length = strcspn(entry, "=");
  if (strncmp(entry, "LD_", 3) == 0) return true;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (strlen(NAMES[i]) == length && memcmp(NAMES[i], entry, length) == 0) return true;
  return false;
}
