// A BPF filter for seccomp. Package managers give files to users and become them; with a single id in the namespace the kernel
// refuses, and they give up. Pretending is enough for them, since the image that is made has one owner anyway. This is no wall:
// what is not named here, and every architecture that is not, goes on as before.
//
// The numbers are written out because a 64-bit process may start 32-bit programs, whose numbers are others and whose header
// cannot be included beside ours.
#include "pretend.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "say.h"

enum { MAX_CALLS = 28, MAX_CODE = 512 };

struct machine {
  uint32_t arch;
  uint16_t calls[MAX_CALLS]; // ends with 0, which is none of them anywhere
  uint16_t mknod, mknodat;   // 0: has none
};

static const struct machine MACHINES[] = {
    {AUDIT_ARCH_X86_64,
     {92, 93, 94, 260,                                   // chown, fchown, lchown, fchownat
      105, 106, 113, 114, 116, 117, 119, 122, 123, 126}, // set: uid, gid, reuid, regid, groups, resuid, resgid, fsuid, fsgid; capset
     133, 259},
    {AUDIT_ARCH_I386,
     {16, 95, 182, 198, 207, 212, 298,                  // lchown, fchown, chown, and the same for 32-bit ids; fchownat
      23, 46, 70, 71, 81, 138, 139, 164, 170, 185,      // set: uid, gid, reuid, regid, groups, fsuid, fsgid, resuid, resgid; capset
      203, 204, 206, 208, 210, 213, 214, 215, 216},     // set…32: reuid, regid, groups, resuid, resgid, uid, gid, fsuid, fsgid
     14, 297},
    {AUDIT_ARCH_AARCH64,
     {54, 55,                                           // fchownat, fchown
      143, 144, 145, 146, 147, 149, 151, 152, 159, 91}, // set: regid, gid, reuid, uid, resuid, resgid, fsuid, fsgid, groups; capset
     0, 33},
    {AUDIT_ARCH_ARM, // as on i386, but for the two that came later
     {16, 95, 182, 198, 207, 212, 325, 23, 46, 70, 71, 81, 138, 139, 164, 170, 185, 203, 204, 206, 208, 210, 213, 214, 215, 216},
     14, 324},
    {AUDIT_ARCH_RISCV64, {54, 55, 143, 144, 145, 146, 147, 149, 151, 152, 159, 91}, 0, 33},
};

struct code {
  struct sock_filter step[MAX_CODE];
  unsigned short used;
};

static void add(struct code *code, struct sock_filter step) {
  if (code->used == MAX_CODE) die("the filter of `pretend` is too long");
  code->step[code->used++] = step;
}

static void load(struct code *code, size_t at) { add(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)at)); }

static void answer(struct code *code, uint32_t action) { add(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action)); }

// Goes on with the next `steps` only when the accumulator is `value`.
static void when(struct code *code, uint32_t value, uint8_t steps) {
  add(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, steps));
}

static void succeed(struct code *code, uint32_t value) {
  when(code, value, 1);
  answer(code, SECCOMP_RET_ERRNO | 0);
}

// Pipes and ordinary files are made; of devices only the answer is.
static void succeed_for_devices(struct code *code, uint32_t call, unsigned mode) {
  when(code, call, 7);
  load(code, offsetof(struct seccomp_data, args) + mode * sizeof(uint64_t)); // the low half, on these little-endian machines
  add(code, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, S_IFMT));
  succeed(code, S_IFCHR);
  succeed(code, S_IFBLK);
  answer(code, SECCOMP_RET_ALLOW);
}

static void add_machine(struct code *code, const struct machine *machine) {
  unsigned short entry = code->used;
  when(code, machine->arch, 0); // its distance is known at the end
  load(code, offsetof(struct seccomp_data, nr));
  for (const uint16_t *call = machine->calls; *call != 0; call++) succeed(code, *call);
  if (machine->mknod != 0) succeed_for_devices(code, machine->mknod, 1);
  succeed_for_devices(code, machine->mknodat, 2);
  answer(code, SECCOMP_RET_ALLOW);
  code->step[entry].jf = (uint8_t)(code->used - entry - 1);
}

static bool known_here(void) {
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || (defined(__arm__) && !defined(__ARMEB__)) || (defined(__riscv) && __riscv_xlen == 64)
  return true;
#else
  return false;
#endif
}

void pretend_begin(const struct plan *plan) {
  if (plan->times[OP_PRETEND] == 0) return;
  if (!known_here()) die("`pretend ids` is not possible on this kind of machine: give the account subordinate ids");
  struct code code = {.used = 0};
  load(&code, offsetof(struct seccomp_data, arch));
  for (size_t i = 0; i < sizeof MACHINES / sizeof *MACHINES; i++) add_machine(&code, &MACHINES[i]);
  answer(&code, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = code.used, .filter = code.step};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
    die("cannot install the filter of `pretend`: %s (this kernel may lack CONFIG_SECCOMP_FILTER)", strerror(errno));
}
