// Parses launch plans: one table says what a record looks like; plan-argument.c what each kind of argument may hold.
// No recursion, no system calls, bounded memory; test/fuzz-plan.c feeds it garbage.
#include "plan.h"
#include "plan-argument.h"
#include "plan-rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MAGIC[] = "BERTHPLAN1\n";

struct form {
  const char *name;
  unsigned char rank; // records come in the order of their ranks
  bool once;
  unsigned char kind[4];
};

static const struct form FORMS[OP_COUNT] = {
    [OP_JOIN] = {"join", 1, true, {K_ID, K_NUMBER}},
    [OP_USERNS] = {"userns", 1, true, {K_USERNS}},
    [OP_USER_NAMESPACE] = {"user-namespace", 2, true, {K_PATH, K_ID}},
    [OP_IDMAP] = {"idmap", 2, false, {K_UG, K_ID, K_ID, K_ID}},
    [OP_UNSHARE] = {"unshare", 3, false, {K_NS}},
    [OP_HOSTNAME] = {"hostname", 4, true, {K_NAME}},
    [OP_CONTROL_GROUP] = {"control-group", 4, true, {K_PATH}},
    [OP_ROOT] = {"root", 5, true, {K_ROOT, K_PATH, K_NUMBER}},
    [OP_FUSE_PROGRAM] = {"fuse-program", 6, true, {K_PATH}},
    [OP_FUSE2FS_PROGRAM] = {"fuse2fs-program", 6, true, {K_PATH}},
    [OP_FUSE_OVERLAYFS_PROGRAM] = {"fuse-overlayfs-program", 6, true, {K_PATH}},
    [OP_E2FSCK_PROGRAM] = {"e2fsck-program", 6, true, {K_PATH}},
    [OP_DECRYPT] = {"decrypt", 6, true, {K_PATH, K_NAME, K_NAME}},
    [OP_OVERLAY_IMAGE] = {"overlay-image", 6, false, {K_OVERLAY, K_PATH, K_NUMBER, K_NUMBER}},
    [OP_TOUCH] = {"touch", 6, false, {K_PATH}},
    [OP_FORGET] = {"forget", 6, false, {K_PATH}},
    [OP_RECORD] = {"record", 6, true, {K_PATH, K_TEXT}},
    [OP_EXPECT_MOUNT] = {"expect-mount", 6, false, {K_PATH}},
    [OP_LAYER] = {"layer", 7, true, {K_LAYER, K_NUMBER, K_UPPER, K_LOWERS}},
    [OP_BIND] = {"bind", 8, false, {K_PATH, K_PATH, K_FLAGS}},
    [OP_TMPFS] = {"tmpfs", 8, false, {K_PATH, K_NUMBER, K_MODE}},
    [OP_PROC] = {"proc", 8, false, {K_PATH}},
    [OP_SYSFS] = {"sysfs", 8, false, {K_PATH}},
    [OP_DEVPTS] = {"devpts", 8, false, {K_PATH}},
    [OP_MQUEUE] = {"mqueue", 8, false, {K_PATH}},
    [OP_DIR] = {"dir", 8, false, {K_PATH, K_MODE}},
    [OP_FILE] = {"file", 8, false, {K_PATH, K_MODE, K_TEXT}},
    [OP_LINK] = {"link", 8, false, {K_PATH, K_NAME}},
    [OP_POINT] = {"point", 8, false, {K_PATH, K_POINT}},
    [OP_ROOT_HOOK] = {"root-hook", 8, false, {K_PATH}},
    [OP_READONLY] = {"readonly", 8, true, {K_NOTHING}},
    [OP_CALLED] = {"called", 9, true, {K_NAME}},
    [OP_CHDIR] = {"chdir", 9, false, {K_WAY}},
    [OP_CHDIR_ELSE] = {"chdir-else", 9, true, {K_WORD}},
    [OP_UMASK] = {"umask", 9, true, {K_MODE}},
    [OP_RLIMIT] = {"rlimit", 9, false, {K_RLIMIT, K_LIMIT, K_LIMIT}},
    [OP_KEEP_CAPS] = {"keep-caps", 9, true, {K_NOTHING}},
    [OP_CAPS] = {"caps", 9, true, {K_CAPS}},
    [OP_SETID] = {"setid", 9, true, {K_ID, K_ID}},
    [OP_GROUP] = {"group", 9, false, {K_ID}},
    [OP_PRETEND] = {"pretend", 9, true, {K_PRETEND}},
    [OP_INIT] = {"init", 9, true, {K_NOTHING}},
    [OP_INSTANCE] = {"instance", 9, true, {K_FD}},
    [OP_KEEP_FD] = {"keep-fd", 9, false, {K_FD}},
    [OP_ENV] = {"env", 10, false, {K_ENV}},
    [OP_ENV_APPEND] = {"env-append", 10, false, {K_ENV}},
    [OP_ENV_PREPEND] = {"env-prepend", 10, false, {K_ENV}},
    [OP_ENV_UNSET] = {"env-unset", 10, false, {K_VARIABLE}},
    [OP_ENV_FILE] = {"env-file", 10, false, {K_WORD}},
    [OP_HOOK] = {"hook", 11, false, {K_NAME}},
    [OP_PUBLISH] = {"publish", 12, true, {K_PATH}},
    [OP_EXEC] = {"exec", 12, true, {K_TEXT}},
    [OP_ARG] = {"arg", 13, false, {K_TEXT}},
    [OP_END] = {"end", 14, true, {K_NOTHING}},
};

struct reader {
  const char *at, *end; // what is still to be read
  size_t record;        // number of the record being read, from 1
  const char *op;
  char *error;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct reader *reader, const char *format, ...) {
  int head = reader->op == NULL ? snprintf(reader->error, PLAN_ERROR_SIZE, "bad plan: ")
                                : snprintf(reader->error, PLAN_ERROR_SIZE, "bad plan, record %zu (%s): ", reader->record, reader->op);
  va_list list;
  va_start(list, format);
  vsnprintf(reader->error + head, PLAN_ERROR_SIZE - (size_t)head, format, list);
  va_end(list);
  return false;
}

static bool next_text(struct reader *reader, const char **text) {
  const char *nul = memchr(reader->at, 0, (size_t)(reader->end - reader->at));
  if (nul == NULL) return refuse(reader, "the plan ends in the middle of it");
  *text = reader->at;
  reader->at = nul + 1;
  return true;
}

static bool parse_op(struct reader *reader, enum op *op) {
  const char *name = NULL;
  reader->op = NULL;
  if (reader->at == reader->end) return refuse(reader, "it has no `end`");
  if (!next_text(reader, &name)) return false;
  for (size_t i = 0; i < OP_COUNT; i++) {
    if (strcmp(FORMS[i].name, name) != 0) continue;
    *op = (enum op)i;
    reader->op = FORMS[i].name;
    return true;
  }
  return refuse(reader, "record %zu: \"%.40s\" is not an operation of this version", reader->record, name);
}

static bool parse_record(struct reader *reader, struct record *record) {
  if (!parse_op(reader, &record->op)) return false;
  const struct form *form = &FORMS[record->op];
  char why[PLAN_ERROR_SIZE] = "";
  for (size_t i = 0; i < 4 && form->kind[i] != K_NOTHING; i++)
    if (!next_text(reader, &record->text[i]) ||
        !plan_argument((enum kind)form->kind[i], record->text[i], &record->value[i], why))
      return *why == 0 ? false : refuse(reader, "%s", why);
  return true;
}

static bool add_record(struct reader *reader, struct plan *plan, struct record record, unsigned char *rank) {
  const struct form *form = &FORMS[record.op];
  if (form->rank < *rank) return refuse(reader, "comes too late (see the order in docs/launch-plan.md)");
  if (form->once && plan->times[record.op] > 0) return refuse(reader, "a second one");
  if (plan->count == PLAN_MAX_RECORDS) return refuse(reader, "more than %d records", PLAN_MAX_RECORDS);
  *rank = form->rank;
  struct record *place = &plan->records[plan->count++];
  *place = record;
  if (plan->times[record.op]++ == 0) plan->first[record.op] = place;
  if (record.op == OP_UNSHARE) plan->namespaces |= 1u << record.value[0];
  return true;
}

static char **collect(const struct plan *plan, enum op op) {
  char **list = calloc(plan->times[op] + 1, sizeof *list);
  size_t used = 0;
  for (size_t i = 0; list != NULL && i < plan->count; i++)
    if (plan->records[i].op == op) list[used++] = (char *)(uintptr_t)plan->records[i].text[0]; // execve's signature wants no const
  return list;
}

static bool parse_all(struct reader *reader, struct plan *plan) {
  size_t ends = 0;
  for (const char *at = reader->at; (at = memchr(at, 0, (size_t)(reader->end - at))) != NULL; at++) ends++;
  plan->records = calloc(ends < PLAN_MAX_RECORDS ? ends + 1 : PLAN_MAX_RECORDS, sizeof *plan->records);
  if (plan->records == NULL) return refuse(reader, "not enough memory to read it");
  for (unsigned char rank = 0;;) {
    struct record record = {0};
    reader->record++;
    if (!parse_record(reader, &record)) return false;
    if (record.op == OP_END) break;
    if (!add_record(reader, plan, record, &rank)) return false;
  }
  reader->op = NULL;
  if (reader->at != reader->end) return refuse(reader, "something follows `end`");
  const char *broken = plan_broken_rule(plan);
  if (broken != NULL) return refuse(reader, "%s", broken);
  plan->argv = collect(plan, OP_ARG);
  return plan->argv != NULL || refuse(reader, "not enough memory to read it");
}

bool plan_parse(const char *bytes, size_t length, struct plan *plan, char *error) {
  struct reader reader = {.at = bytes, .end = bytes + length, .error = error};
  memset(plan, 0, sizeof *plan);
  *error = 0;
  if (length > PLAN_MAX_BYTES) return refuse(&reader, "it is longer than %d bytes", PLAN_MAX_BYTES);
  if (length < sizeof MAGIC - 1 || memcmp(bytes, MAGIC, sizeof MAGIC - 1) != 0)
    return refuse(&reader, "it does not begin with BERTHPLAN1 (a plan of another version, or no plan)");
  reader.at += sizeof MAGIC - 1;
  if (parse_all(&reader, plan)) return true;
  plan_free(plan);
  return false;
}

void plan_free(struct plan *plan) {
  free(plan->records);
  free((void *)plan->argv);
  memset(plan, 0, sizeof *plan);
}

uint64_t plan_choice(const struct plan *plan, enum op op, uint64_t otherwise) {
  return plan->first[op] == NULL ? otherwise : plan->first[op]->value[0];
}

int plan_arguments(const char *name) {
  for (size_t i = 0; i < OP_COUNT; i++) {
    int count = 0;
    if (strcmp(FORMS[i].name, name) != 0) continue;
    while (count < 4 && FORMS[i].kind[count] != K_NOTHING) count++;
    return count;
  }
  return -1;
}

bool plan_is_mount(enum op op) { return op >= OP_BIND && op <= OP_READONLY; }
