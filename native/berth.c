/* berth: what people call. It becomes the program proper, berth-main, after decisions that must come before the runtime
 * of JavaScript starts. Whether it may compile what it runs: a start of a container is over before compiled code has paid
 * for itself (it takes 40 % less CPU time interpreted); a pull or a build runs five times slower without. berth-main
 * begins again with the compiler when a start turns out to need it (src/platform/lean.ts). And whether it gives memory back
 * at once: where gigabytes go through in pieces, getting it again, zeroed, is a twentieth of the work. Such work is often over
 * at once, too, when nothing has changed: then it compiles late.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "front.h"
#include "handover.h"
#include "say.h"

static const char *const LEAN_COMMANDS[] = {"exec", "run", "shell", "test", "plan", "shifter", "node", "slurm"};

// The command is the first word that is no flag.
static char **command_of(char **argv) {
  char **word = argv + 1;
  while (*word != NULL && **word == '-') word++;
  return word;
}

static bool converts(char **argv) {
  const char *command = *command_of(argv);
  return command != NULL && (strcmp(command, "pull") == 0 || strcmp(command, "build") == 0);
}

// An image behind `://` may have to be fetched.
static bool lean(char **argv) {
  char **word = command_of(argv);
  if (*word == NULL) return false;
  bool known = false;
  for (size_t i = 0; i < sizeof LEAN_COMMANDS / sizeof *LEAN_COMMANDS; i++)
    known = known || strcmp(*word, LEAN_COMMANDS[i]) == 0;
  for (; known && *word != NULL; word++)
    if (strstr(*word, "://") != NULL) return false;
  return known;
}

// The words of commands after which this process is a program in a container.
static bool launches(char **argv) {
  static const char *const names[] = {"exec", "run", "shell", "test", "shifter", "oci"};
  char **word = command_of(argv);
  for (size_t i = 0; *word != NULL && i < sizeof names / sizeof *names; i++)
    if (strcmp(*word, names[i]) == 0) return true;
  const char *slash = strrchr(argv[0], '/');
  return strcmp(slash == NULL ? argv[0] : slash + 1, "run-singularity") == 0;
}

int main(int argc, char **argv) {
  say_program = "berth";
  if (argc == 0) die("called without a name");
  if (lean(argv)) front_lean();
  if (converts(argv)) front_streaming();
  if (launches(argv) && handover_descriptor() >= 0) handover("berth-main", argv);
  front_become("berth-main", argv, environ);
}
