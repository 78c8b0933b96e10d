// An overlay image is served in user space by whoever starts the container: the kernel's own ext4 and squashfs code never
// meet a file that a user may have written. Its lock is an open file description's, on the bytes of the file system, and
// the server holds it: it lasts exactly as long as the mount, however that ends, and other machines see it where the
// network file system knows locks.
#include "overlay-image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "holder.h"
#include "identity.h"
#include "image.h"
#include "pass.h"
#include "say.h"
#include "server.h"
#include "sys.h"

enum { PAUSE_MS = 10, UNSEEN_MS = 3000, ENDING_MS = 60000 };
enum { SUPERBLOCK = 1024, STATE_AT = 58, CLEAN = 1, WITH_ERRORS = 2 };

static int files[PLAN_MAX_OVERLAY_IMAGES], mounts[PLAN_MAX_OVERLAY_IMAGES];

// A container that has just ended may still be writing back: that is waited for. One that lives is not.
static bool lock_in_time(int file, struct flock *range, char *who, size_t size) {
  for (int waited = 0;; waited += PAUSE_MS) {
    if (fcntl(file, F_OFD_SETLK, range) == 0) return true;
    if (errno != EAGAIN && errno != EACCES) return false;
    enum holder holder = holder_find(file, who, size);
    if (holder == HOLDER_LIVES || waited >= (holder == HOLDER_ENDING ? ENDING_MS : UNSEEN_MS)) return false;
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
  }
}

static void lock(int file, const struct record *record, bool writable) {
  char who[128] = "";
  struct flock range = {.l_type = writable ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_start = (off_t)record->value[2], .l_len = (off_t)record->value[3]};
  if (lock_in_time(file, &range, who, sizeof who)) return;
  if (*who == 0) {
    if (writable) die("cannot lock the overlay %s: %s (its file system must know locks)", record->text[1], strerror(errno));
    return; // a file system without locks; nobody can hold one that keeps us from reading
  }
  die("the overlay %s is in use by %s: %s", record->text[1], who,
      writable ? "only one container can change it at a time (add :ro to read it beside others)" : "one that changes it must be alone");
}

static bool is_clean(int file, uint64_t offset) {
  unsigned char state[2];
  if (pread(file, state, sizeof state, (off_t)(offset + SUPERBLOCK + STATE_AT)) != (ssize_t)sizeof state) return true; // fuse2fs says what it is
  return (state[0] & CLEAN) != 0 && (state[0] & WITH_ERRORS) == 0;
}

// fuse2fs keeps no journal: what was cut off in the middle is put right here, under the lock.
static void repair(const struct plan *plan, const struct record *record, int file) {
  const struct record *program = plan->first[OP_E2FSCK_PROGRAM];
  char name[64] = SERVER_FILE, words[512];
  if (is_clean(file, record->value[2])) return;
  if (program == NULL) {
    say("the overlay %s was not closed properly, and e2fsck is not there to check it: install e2fsprogs", record->text[1]);
    return;
  }
  if (record->value[2] > 0) snprintf(name, sizeof name, SERVER_FILE "?offset=%llu", (unsigned long long)record->value[2]);
  char *argv[] = {(char *)(uintptr_t)program->text[0], (char[]){"-p"}, name, NULL};
  int status = server_run(argv, file, words, sizeof words);
  if (status < 0 || status > 3) // 1 and 2: something was mended
    die("the overlay %s is damaged and e2fsck -p does not mend it: %s (try e2fsck -f on a copy of it)", record->text[1], words);
}

// In a namespace of one id every file belongs to that id, whoever it was on the machine where the image was made.
static void ext_options(const struct plan *plan, const struct record *record, char *options, size_t size) {
  uint64_t userns = plan_choice(plan, OP_USERNS, USERNS_NONE);
  size_t used = (size_t)snprintf(options, size, "%sallow_other,fakeroot", record->value[0] == OVERLAY_EXT_RO ? "ro," : "");
  if (record->value[2] > 0) used += (size_t)snprintf(options + used, size - used, ",offset=%llu", (unsigned long long)record->value[2]);
  if (userns == USERNS_SELF || userns == USERNS_ROOT) snprintf(options + used, size - used, ",uid=%u,gid=%u", geteuid(), getegid());
}

static int serve(const struct plan *plan, const struct record *record, int file) {
  bool squashfs = record->value[0] == OVERLAY_SQUASHFS;
  const char *program = plan->first[squashfs ? OP_FUSE_PROGRAM : OP_FUSE2FS_PROGRAM]->text[0];
  char options[160];
  if (squashfs) snprintf(options, sizeof options, "allow_other,offset=%llu", (unsigned long long)record->value[2]);
  else ext_options(plan, record, options, sizeof options);
  char *argv[] = {(char *)(uintptr_t)program, (char[]){"-o"}, options, (char[]){SERVER_FILE}, (char[]){SERVER_POINT}, NULL};
  return server_mount(&(struct server){.what = record->text[1], .argv = argv, .file = file});
}

static void make_dir(int mount, const char *name, const char *path) {
  if (mkdirat(mount, name, 0755) < 0 && errno != EEXIST) die("cannot make the directory %s in the overlay %s: %s", name, path, strerror(errno));
}

static int lock_image(const struct record *record) {
  bool writable = record->value[0] == OVERLAY_EXT_RW;
  struct stat about;
  int file = open(record->text[1], (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) die("cannot open the overlay %s: %s%s", record->text[1], strerror(errno), writable && errno == EACCES ? " (add :ro to only read it)" : "");
  if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) die("the overlay %s is no file", record->text[1]);
  if (record->value[0] != OVERLAY_SQUASHFS) lock(file, record, writable);
  return pass_above(file);
}

static int mount_image(const struct plan *plan, const struct record *record, int file) {
  bool writable = record->value[0] == OVERLAY_EXT_RW;
  if (writable) repair(plan, record, file);
  int mount = serve(plan, record, file);
  close(file); // the server holds it from here, and the lock
  attach_over_root(mount, record->text[1]);
  struct stat about; // asked for, since until then the kernel takes the root's mode for 0, and an overlay copies that
  int probe = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (probe < 0 || fstat(probe, &about) < 0) die("the mount of the overlay %s does not answer: %s", record->text[1], strerror(errno));
  close(probe);
  if (writable) {
    make_dir(mount, "upper", record->text[1]);
    make_dir(mount, "work", record->text[1]);
  }
  return mount;
}

static const struct record *image_record(const struct plan *plan, size_t number) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_OVERLAY_IMAGE && number-- == 0) return &plan->records[i];
  die("the layer names an overlay image that the plan does not have");
}

void overlay_images_lock(const struct plan *plan) {
  for (size_t i = 0; i < plan->times[OP_OVERLAY_IMAGE]; i++) files[i] = lock_image(image_record(plan, i));
}

void overlay_images_mount(const struct plan *plan) {
  for (size_t i = 0; i < plan->times[OP_OVERLAY_IMAGE]; i++) mounts[i] = mount_image(plan, image_record(plan, i), files[i]);
}

int overlay_image_dir(const struct plan *plan, const char *text, const char *name) {
  uint64_t number = 0;
  plan_image_number(text, strlen(text), &number);
  const struct record *record = image_record(plan, number);
  int dir = openat(mounts[number], *name != 0 ? name : ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (dir < 0) die("the overlay %s has no directory \"%s\": %s", record->text[1], name, strerror(errno));
  return dir;
}

int overlay_image_layer(const struct plan *plan, const char *text) {
  uint64_t number = 0;
  struct stat about;
  plan_image_number(text, strlen(text), &number);
  bool bare = image_record(plan, number)->value[0] == OVERLAY_SQUASHFS &&
              (fstatat(mounts[number], "upper", &about, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(about.st_mode));
  return overlay_image_dir(plan, text, bare ? "" : "upper");
}
