# syntax=docker/dockerfile:1
ARG BASE=registry.example/base/rockylinux:9.6@sha256:3c9e5a7b1d2f4068ace13579bdf02468ace13579bdf02468ace13579bdf02468
FROM ${BASE} AS build
RUN dnf -y upgrade \
 && dnf -y install gcc-c++ cmake openmpi-devel hdf5-openmpi-devel git \
 && dnf clean all
WORKDIR /src
RUN git clone --depth 1 --branch v2.4.0 https://git.site.example/flow/solver.git . \
 && cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/opt/solver \
 && cmake --build build -j 4 \
 && cmake --install build

FROM ${BASE}
RUN dnf -y upgrade \
 && dnf -y install openmpi hdf5-openmpi \
 && dnf clean all \
 && rm -rf /var/cache/dnf /var/cache/yum
COPY --from=build --chown=0:0 /opt/solver /opt/solver
ENV PATH=/opt/solver/bin:/usr/lib64/openmpi/bin:$PATH \
    OMP_NUM_THREADS=1
LABEL org.opencontainers.image.title="solver" \
      org.opencontainers.image.description="Finite volume solver with MPI" \
      org.opencontainers.image.authors="flow@site.example" \
      org.opencontainers.image.version="2.4.0" \
      org.opencontainers.image.licenses="GPL-3.0-or-later" \
      org.opencontainers.image.source="https://git.site.example/flow/solver-image" \
      org.opencontainers.image.revision="b0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9"
USER 498:498
ENTRYPOINT ["solver"]
