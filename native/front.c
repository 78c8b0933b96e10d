// Where berth's other programs are.
#include "front.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

// `mark` tells berth-main that `variable` of its runtime was set here.
static void set_for_runtime(const char *variable, const char *value, const char *mark) {
  // Whoever has set the runtime's variable knows what he wants.
  if (getenv(variable) != NULL || getenv(mark) != NULL) return;
  if (setenv(variable, value, 1) < 0 || setenv(mark, "1", 1) < 0) die("no memory");
}

void front_lean(void) { set_for_runtime("BUN_JSC_useJIT", "0", "BERTH_LEAN"); }

void front_streaming(void) {
  // In milliseconds. For as long as that the heap only grows, which costs memory where much happens meanwhile.
  set_for_runtime("MIMALLOC_PURGE_DELAY", "400", "BERTH_KEEPS_MEMORY");
  // Forty times the runtime's own measure of "often". The loops of a pull come to it in a blink.
  set_for_runtime("BUN_JSC_thresholdForJITAfterWarmUp", "20000", "BERTH_COMPILES_LATE");
}

static void become(const char *folder, const char *below, const char *program, char *const argv[], char *const environment[]) {
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s%s/%s", folder, below, program);
  if (length > 0 && (size_t)length < sizeof path) execve(path, argv, environment);
}

void front_become(const char *program, char *const argv[], char *const environment[]) {
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) die("/proc/self/exe cannot be read: is /proc mounted?");
  self[length] = 0;
  *strrchr(self, '/') = 0;
  const char *told = getenv("BERTH_LIBEXEC");
  if (told != NULL && *told != 0) become(told, "", program, argv, environment);
  become(self, "", program, argv, environment);
  become(self, "/../libexec/berth", program, argv, environment);
  die("%s, a part of berth, cannot be started from %s or %s/../libexec/berth: %s; install berth again", program, self, self, strerror(errno));
}
