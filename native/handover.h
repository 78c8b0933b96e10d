// Keeps a descriptor that MPI's launcher gave to this process: a runtime of JavaScript would close it. berth-main then runs beside
// this process and says what is to be started; this process, with all it inherited, becomes that.
#ifndef BERTH_HANDOVER_H
#define BERTH_HANDOVER_H

// The open descriptor that PMI_FD names (srun --mpi=pmi2, mpiexec of MPICH and its kin), or -1.
int handover_descriptor(void);

// Runs a program of berth's as a child and becomes what it says, or ends as the child ended.
__attribute__((noreturn)) void handover(const char *program, char *const argv[]);

#endif
