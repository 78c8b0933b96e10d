ARG CUDA=12.4.1
FROM nvidia/cuda:${CUDA}-devel-ubuntu22.04 AS builder
ARG GMX=2024.3
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake g++ ca-certificates wget python3 \
 && wget -q https://download.site.example/gromacs/gromacs-${GMX}.tar.gz \
 && tar -xzf gromacs-${GMX}.tar.gz
RUN mkdir build && cd build \
 && cmake ../gromacs-${GMX} -DGMX_GPU=CUDA -DCMAKE_INSTALL_PREFIX=/opt/gromacs \
 && cmake --build . --target install -j 4

FROM nvidia/cuda:${CUDA}-runtime-ubuntu22.04
COPY --from=builder /opt/gromacs /opt/gromacs
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && apt-get clean
ENV LD_LIBRARY_PATH=/opt/gromacs/lib
ENTRYPOINT ["/opt/gromacs/bin/gmx"]
