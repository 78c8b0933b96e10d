/* The Slurm plugin: takes the options of Shifter and pyxis, and calls berth where a job is submitted, begins and ends.
 *
 *   plugstack.conf:  optional spank_berth.so berth=/usr/local/bin/berth [KEY=VALUE]…     (docs/slurm.md)
 *
 * It decides nothing: what an option means, what a user may have and how a node is set up, berth knows. All that a user can put
 * into a job's variables is words for a program that checks them anew, for the user whom Slurm names.
 */
// What Slurm looks for in a plugin; everything else stays hidden (Makefile).
#pragma GCC visibility push(default)
#include <slurm/spank.h>
#pragma GCC visibility pop

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <slurm/slurm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spank-call.h"
#include "spank-options.h"
#include "spank-site.h"
#include "spank-task.h"

#pragma GCC visibility push(default)
// Shifter's name: it is part of the variables in which Slurm keeps options.
SPANK_PLUGIN(shifter, 1)
#pragma GCC visibility pop

enum { MOST_WORDS = 24, WAIT_FOR_EXTERN_S = 10, MOST_REASON = 4096 };

// What root's calls are told besides fixed words: Slurm's own variables, and what the job wants, under the names that Slurm gives
// to what users say.
static const char *const TOLD[] = {
    "SLURMD_NODENAME",           "SLURM_CLUSTER_NAME",      "SLURM_JOB_GID",
    "SLURM_JOB_USER",            "SLURM_JOB_NODELIST",      "SLURM_NODELIST",
    "SLURM_JOB_CPUS_PER_NODE",   "SLURM_JOB_NUM_NODES",     "SLURM_JOB_END_TIME",
    "SPANK_SHIFTER_IMAGE",       "SPANK_SHIFTER_IMAGETYPE", "SPANK_SHIFTER_IMAGEREQUEST",
    "SPANK_SHIFTER_VOLUME",      "SPANK_SHIFTER_MODULE"};
enum { TOLD_COUNT = sizeof TOLD / sizeof *TOLD };

// A list of words that grows; processes that call berth are short, so nothing is given back.
struct list {
  char **words;
  size_t count, room;
};

__attribute__((format(printf, 2, 3))) static void add(struct list *list, const char *format, ...) {
  char *word = NULL;
  va_list args;
  va_start(args, format);
  int length = vasprintf(&word, format, args);
  va_end(args);
  if (list->count + 1 < list->room && length >= 0) list->words[list->count++] = word;
  list->words[list->count] = NULL;
}

static bool read_job(spank_t spank, struct spank_job *job) {
  *job = (struct spank_job){0};
  return spank_get_item(spank, S_JOB_UID, &job->uid) == ESPANK_SUCCESS &&
         spank_get_item(spank, S_JOB_ID, &job->id) == ESPANK_SUCCESS;
}

static bool read_step(spank_t spank, struct spank_job *job) {
  return read_job(spank, job) && spank_get_item(spank, S_JOB_STEPID, &job->step) == ESPANK_SUCCESS;
}

static bool exists(spank_t spank, const struct spank_job *job, const char *ending) {
  char path[PATH_MAX];
  return berth_spank_place(spank, job, ending, path, sizeof path) && access(path, F_OK) == 0;
}

static void say_lines(char *text, bool as_error) {
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    if (as_error)
      slurm_error("%s", line);
    else
      slurm_spank_log("%s", line);
  }
}

// Calls berth and says what it said. The answer is static because it is large; a plugin is not called by two threads at once.
static int call(char *const argv[], char *const envp[], struct spank_answer **said) {
  static struct spank_answer answer;
  int status = berth_spank_call(argv, envp, berth_spank_site.timeout, &answer);
  if (status < 0) slurm_error("spank_berth: %s: %s", argv[0], strerror(errno));
  if (answer.late) slurm_error("spank_berth: berth slurm %s was ended after %u s", argv[2], berth_spank_site.timeout);
  say_lines(answer.err, status != 0);
  if (said != NULL) *said = &answer;
  return status;
}

// `berth slurm VERB` for a job, as root. False when it failed: then it is the node that is at fault, not the job.
static bool call_root(spank_t spank, const char *verb, const struct spank_job *job) {
  char *words[MOST_WORDS], *variables[TOLD_COUNT + 8], dir[PATH_MAX];
  struct list argv = {words, 0, MOST_WORDS}, envp = {variables, 0, TOLD_COUNT + 8};
  const struct spank_site *site = &berth_spank_site;
  if (!berth_spank_node_dir(spank, dir, sizeof dir)) {
    slurm_error("spank_berth: node_dir=%s: this node's name is not known", site->node_dir);
    return false;
  }
  add(&argv, "%s", site->berth);
  add(&argv, "slurm");
  add(&argv, "%s", verb);
  add(&argv, "--uid=%u", (unsigned)job->uid);
  add(&argv, "--job=%u", job->id);
  add(&argv, "--node-dir=%s", dir);
  if (site->config != NULL) add(&argv, "--config=%s", site->config);
  if (site->memory_cgroup != NULL) add(&argv, "--memory-cgroup=%s", site->memory_cgroup);
  if (strcmp(verb, "extern") == 0) add(&argv, "--step-daemon=%d", (int)getpid());
  if (strcmp(verb, "extern") == 0 && site->extern_setup != NULL) add(&argv, "--setup=%s", site->extern_setup);
  add(&envp, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
  add(&envp, "HOME=/");
  add(&envp, "LC_ALL=C.UTF-8");
  for (int i = 0; i < TOLD_COUNT; i++) {
    const char *value = getenv(TOLD[i]);
    if (value != NULL) add(&envp, "%s=%s", TOLD[i], value);
  }
  return call(words, variables, NULL) == 0;
}

// --- where a job is submitted

// A line NAME=VALUE of the answer: for the job, and for its prolog. No other names: berth does not change what Slurm acts by.
static bool hand_on(spank_t spank, char *line) {
  char *value = strchr(line, '=');
  if (value == NULL || (strncmp(line, "SHIFTER_", 8) != 0 && strncmp(line, "BERTH_", 6) != 0)) return false;
  *value++ = '\0';
  return setenv(line, value, 1) == 0 && spank_job_control_setenv(spank, line, value, 1) == ESPANK_SUCCESS;
}

// Hands every line of an answer on.
static bool hand_on_all(spank_t spank, const char *answer) {
  char *text = strdup(answer), *rest = NULL;
  if (text == NULL) return false;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    if (hand_on(spank, line)) continue;
    slurm_error("spank_berth: an answer that is not understood: %s", line);
    return false;
  }
  free(text);
  berth_spank_forget_options(spank);
  return true;
}

// The answer; NULL after a message.
static const char *resolve(void) {
  extern char **environ;
  char *words[SPANK_MOST_WORDS + 8];
  struct list argv = {words, 0, SPANK_MOST_WORDS + 8};
  add(&argv, "%s", berth_spank_site.berth);
  add(&argv, "slurm");
  add(&argv, "resolve");
  if (berth_spank_site.config != NULL) add(&argv, "--config=%s", berth_spank_site.config);
  if (berth_spank_site.pin != NULL) add(&argv, "--pin=%s", berth_spank_site.pin);
  for (size_t i = 0; i < berth_spank_word_count; i++) add(&argv, "%s", berth_spank_words[i]);
  struct spank_answer *answer = NULL;
  return call(words, environ, &answer) == 0 ? answer->out : NULL;
}

int slurm_spank_init(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  spank_context_t context = spank_context();
  if (context == S_CTX_LOCAL || context == S_CTX_ALLOCATOR || context == S_CTX_REMOTE) berth_spank_offer_options(spank);
  return 0;
}

// Slurm calls the hook below for every part of a heterogeneous job, with the options of all parts so far. Its parts share what
// the job asks for, since they share their variables.
static bool says_the_same(size_t before) {
  size_t more = berth_spank_word_count - before;
  if (more == 0) return true;
  bool same = more == before;
  for (size_t i = 0; same && i < more; i++) same = strcmp(berth_spank_words[i], berth_spank_words[before + i]) == 0;
  berth_spank_word_count = before;
  if (!same) slurm_error("the parts of a heterogeneous job share their image: ask for it in the first part alone");
  return same;
}

int slurm_spank_init_post_opt(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  spank_context_t context = spank_context();
  if ((context != S_CTX_LOCAL && context != S_CTX_ALLOCATOR) || berth_spank_word_count == 0) return 0;
  static const char *answer;
  static size_t resolved;
  if (answer == NULL) {
    answer = resolve();
    resolved = berth_spank_word_count;
  }
  // For each part anew: its prolog has variables of its own.
  if (answer != NULL && says_the_same(resolved) && hand_on_all(spank, answer)) return 0;
  // Slurm would go on without an optional plugin, and the job would do its work outside of the image.
  slurm_error("Failed to lookup image. Aborting.");
  fflush(NULL);
  _exit(255);
}

// --- on the node, as root, before and after the job

// What berth writes down itself when a job is to blame. Here it is the node, and a required plugin's failure takes it out of
// service; of an optional one Slurm thinks nothing, and the tasks must not run outside of their image.
static void write_refusal(spank_t spank, const struct spank_job *job) {
  static const char words[] = "this node could not be set up for the job's image: its administrator finds why in slurmd's log\n";
  char dir[PATH_MAX], path[PATH_MAX];
  if (!berth_spank_node_dir(spank, dir, sizeof dir) || !berth_spank_place(spank, job, ".refused", path, sizeof path)) return;
  mkdir(dir, 0711);
  unlink(path);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
  if (file < 0) return;
  if (write(file, words, sizeof words - 1) < 0 || fchown(file, job->uid, (gid_t)-1) < 0) slurm_error("%s: %s", path, strerror(errno));
  close(file);
}

int slurm_spank_job_prolog(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  struct spank_job job;
  if (getenv("SPANK_SHIFTER_IMAGE") == NULL) return 0;
  if (!read_job(spank, &job)) return -1;
  if (call_root(spank, "prolog", &job)) return 0;
  write_refusal(spank, &job);
  return -1;
}

int slurm_spank_job_epilog(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  struct spank_job job;
  if (!read_job(spank, &job)) return -1;
  // Not by the job's variables alone: what lies there must go, whoever wanted it.
  if (getenv("SPANK_SHIFTER_IMAGE") == NULL && !exists(spank, &job, "") && !exists(spank, &job, ".refused")) return 0;
  return call_root(spank, "epilog", &job) ? 0 : -1;
}

// --- in the steps

static bool uses_outer_step(void) { return berth_spank_site.extern_cgroup || berth_spank_site.extern_setup != NULL; }

// In the outer step, which holds what belongs to the whole job.
int slurm_spank_task_post_fork(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  struct spank_job job;
  if (!uses_outer_step() || !read_step(spank, &job) || job.step != SLURM_EXTERN_CONT || !exists(spank, &job, "")) return 0;
  return call_root(spank, "extern", &job) ? 0 : -1;
}

int slurm_spank_task_init_privileged(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  struct spank_job job;
  if (!uses_outer_step() || !read_step(spank, &job) || job.step == SLURM_EXTERN_CONT || !exists(spank, &job, "")) return 0;
  for (int i = 0; i < WAIT_FOR_EXTERN_S * 50; i++) {
    if (exists(spank, &job, ".extern")) return 0;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
  }
  slurm_error("the job's outer step was not ready within %d s", WAIT_FOR_EXTERN_S);
  _exit(1);
}

// The prolog must not fail for what is a user's mistake: Slurm would take the node out of service. So the tasks say it.
static bool refused(const char *path) {
  char text[MOST_REASON + 1];
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  text[fread(text, 1, MOST_REASON, file)] = '\0';
  fclose(file);
  say_lines(text, true);
  return true;
}

// This process is the task. Slurm would have it go on outside of its container when the plugin is an optional one.
static _Noreturn void end_task(void) { _exit(1); }

int slurm_spank_task_init(spank_t spank, int count, char *text[]) {
  berth_spank_read_site(count, text);
  struct spank_job job;
  char path[PATH_MAX];
  if (!read_step(spank, &job) || job.step == SLURM_EXTERN_CONT) return 0;
  if (berth_spank_place(spank, &job, ".refused", path, sizeof path) && refused(path)) end_task();
  if (berth_spank_node_dir(spank, path, sizeof path)) spank_setenv(spank, "BERTH_NODE_DIR", path, 1);
  // In a part of a heterogeneous job SLURM_JOB_ID is the number of the first part.
  char number[16];
  snprintf(number, sizeof number, "%u", job.id);
  spank_setenv(spank, "BERTH_JOB_ID", number, 1);
  if (berth_spank_into_container(spank, &job) != 0) end_task();
  return 0;
}
