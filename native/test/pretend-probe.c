// Run inside a container by test_pretend.py: makes every call that `pretend ids` covers and prints the name of each that fails.
// On x86-64 the 32-bit calls are made as well, through the gate that 32-bit programs use.
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long arguments[4];

static void expect(const char *name, long answer) {
  if (answer != 0) printf("%s ", name);
}

#define TRY(NAME, ...) expect(#NAME, syscall(SYS_##NAME, __VA_ARGS__))

static void native(void) {
  struct { unsigned version; int pid; } header = {0x20080522, 0};
  unsigned sets[6] = {0};
  gid_t groups[1] = {7};
#ifdef SYS_chown
  TRY(chown, "/tmp/file", 5, 6);
  TRY(lchown, "/tmp/file", 5, 6);
  TRY(mknod, "/tmp/one", S_IFCHR | 0600, 0x501);
#endif
  TRY(fchown, 0, 5, 6);
  TRY(fchownat, -100, "/tmp/file", 5, 6, 0);
  TRY(mknodat, -100, "/tmp/two", S_IFBLK | 0600, 0x801);
  TRY(setgroups, 1, groups);
  TRY(setgid, 6);
  TRY(setregid, 6, 6);
  TRY(setresgid, 6, 6, 6);
  TRY(setfsgid, 6);
  TRY(setuid, 5);
  TRY(setreuid, 5, 5);
  TRY(setresuid, 5, 5, 5);
  TRY(setfsuid, 5);
  TRY(capset, &header, sets);
  TRY(mknodat, -100, "/tmp/pipe", S_IFIFO | 0600, 0);
}

#ifdef __x86_64__
static long call32(long number) {
  long answer;
  __asm__ volatile("int $0x80" : "=a"(answer) : "a"(number), "b"(arguments[0]), "c"(arguments[1]), "d"(arguments[2]), "S"(arguments[3]) : "memory", "r8", "r9", "r10", "r11");
  return (int)answer;
}

static void foreign(void) {
  static const short NUMBERS[] = {16, 95, 182, 198, 207, 212, 298, 23, 46, 70, 71, 81, 138, 139, 164, 170, 185,
                                  203, 204, 206, 208, 210, 213, 214, 215, 216};
  char name[16];
  for (unsigned i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
    snprintf(name, sizeof name, "i386:%d", NUMBERS[i]);
    arguments[0] = arguments[1] = arguments[2] = 1;
    expect(name, call32(NUMBERS[i]));
  }
  // A pipe is really made, so that a bad address is noticed.
  arguments[0] = 0;
  arguments[1] = S_IFIFO;
  if (call32(14) == 0) printf("i386:pipe ");
  arguments[1] = S_IFCHR;
  expect("i386:device", call32(14));
}
#else
static void foreign(void) {}
#endif

int main(void) {
  struct stat about;
  native();
  foreign();
  printf("uid=%d gid=%d devices=%d pipe=%d\n", getuid(), getgid(), stat("/tmp/one", &about) == 0 || stat("/tmp/two", &about) == 0, stat("/tmp/pipe", &about) == 0);
  return 0;
}
