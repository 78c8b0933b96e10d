/* Runs a task of a Slurm job in its container: puts the words of $BERTH_TASK, which begin with the path of `shifter`, before the
 * task's own, and becomes shifter. For versions of Slurm whose plugins cannot do that themselves (native/spank-task.c).
 *
 * usage: BERTH_TASK=WORD[US WORD]… BERTH_TASK_PROGRAM=PROGRAM berth-task [ARG]…     (US: the character 31)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

int main(int argc, char *argv[]) {
  say_program = "berth-task";
  char *words = getenv("BERTH_TASK"), *program = getenv("BERTH_TASK_PROGRAM");
  if (words == NULL || words[0] != '/' || program == NULL) die_with(EXIT_CALLED, "is called by Slurm's plugin only");
  // Copies: the variables must not be there for what the task starts.
  words = strdup(words);
  program = strdup(program);
  size_t most = 2;
  for (const char *at = words; at != NULL && *at != '\0'; at++) most += *at == '\x1f';
  char **all = calloc(most + (size_t)argc + 1, sizeof *all);
  if (words == NULL || program == NULL || all == NULL) die("no memory");
  unsetenv("BERTH_TASK");
  unsetenv("BERTH_TASK_PROGRAM");
  size_t count = 0;
  char *rest = NULL;
  for (char *word = strtok_r(words, "\x1f", &rest); word != NULL; word = strtok_r(NULL, "\x1f", &rest)) all[count++] = word;
  const char *shifter = all[0];
  all[count++] = program;
  for (int i = 1; i < argc; i++) all[count++] = argv[i];
  execv(shifter, all);
  die_with(EXIT_NOT_FOUND, "%s: %s", shifter, strerror(errno));
}
