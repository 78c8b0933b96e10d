/* berth: what people call. It becomes the program proper, berth-main, after one decision that must come before the runtime
 * of JavaScript starts: whether it may compile what it runs. A start of a container is over before compiled code has paid
 * for itself (it takes 40 % less CPU time interpreted); a pull or a build runs five times slower without. berth-main
 * begins again with the compiler when a start turns out to need it (src/platform/lean.ts).
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

#define COMPILER "BUN_JSC_useJIT"
#define LEAN "BERTH_LEAN"

static const char *const LEAN_COMMANDS[] = {"exec", "run", "shell", "test", "plan"};

// The command is the first word that is no flag. An image behind `://` may have to be fetched.
static bool lean(char **argv) {
  char **word = argv + 1;
  while (*word != NULL && **word == '-') word++;
  if (*word == NULL) return false;
  bool known = false;
  for (size_t i = 0; i < sizeof LEAN_COMMANDS / sizeof *LEAN_COMMANDS; i++)
    known = known || strcmp(*word, LEAN_COMMANDS[i]) == 0;
  for (; known && *word != NULL; word++)
    if (strstr(*word, "://") != NULL) return false;
  return known;
}

static void become(const char *folder, const char *below, char **argv) {
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s%s/berth-main", folder, below);
  if (length > 0 && (size_t)length < sizeof path) execv(path, argv);
}

int main(int argc, char **argv) {
  say_program = "berth";
  if (argc == 0) die("called without a name");
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) die("/proc/self/exe cannot be read: is /proc mounted?");
  self[length] = 0;
  *strrchr(self, '/') = 0;
  // Whoever has set the runtime's variable knows what he wants.
  if (getenv(COMPILER) == NULL && getenv(LEAN) == NULL && lean(argv) &&
      (setenv(COMPILER, "0", 1) < 0 || setenv(LEAN, "1", 1) < 0))
    die("no memory");
  const char *told = getenv("BERTH_LIBEXEC");
  if (told != NULL && *told != 0) become(told, "", argv);
  become(self, "", argv);
  become(self, "/../libexec/berth", argv);
  die("berth-main, a part of berth, cannot be started from %s or %s/../libexec/berth: %s; install berth again", self, self,
      strerror(errno));
}
