FROM spack/ubuntu-jammy:0.22.1 AS builder
RUN mkdir -p /opt/env && printf 'spack:\n  specs: [hdf5+mpi, netcdf-c]\n  view: /opt/view\n' > /opt/env/spack.yaml
RUN cd /opt/env && spack -e . install --fail-fast && spack gc -y

FROM ubuntu:20.04
COPY --from=builder /opt/view /opt/view
COPY --from=ghcr.io/tools/tini:v0.19.0 /tini /usr/bin/tini
RUN echo 'export PATH=/opt/view/bin:$PATH' > /etc/profile.d/z10_spack.sh
ENTRYPOINT ["/usr/bin/tini", "--", "/bin/bash", "-l"]
