FROM registry.example/base/rockylinux:9.6
RUN dnf install -y epel-release \
 && dnf groupinstall -y "Development Tools" \
 && dnf install -y openmpi-devel cmake fftw-devel
RUN git clone https://git.site.example/md/lammps.git /tmp/lammps \
 && cmake -S /tmp/lammps/cmake -B /tmp/lammps/build -DBUILD_MPI=on \
 && cmake --build /tmp/lammps/build -j 8 \
 && cmake --install /tmp/lammps/build --prefix /opt/lammps \
 && rm -rf /tmp/lammps
RUN export PATH=/opt/lammps/bin:$PATH
CMD ["/opt/lammps/bin/lmp", "-h"]
