# syntax=docker/dockerfile:1
FROM rockylinux:9.3
RUN <<EOF
set -eu
dnf -y upgrade
dnf -y install --setopt=install_weak_deps=False python3.11 python3.11-pip
python3.11 -m pip install --no-cache-dir "netCDF4==1.7.1" "xarray==2024.9.0"
dnf clean all
rm -rf /var/cache/dnf /var/cache/yum
EOF
COPY --chmod=755 tools/ncstat.py /opt/ncstat/ncstat.py
ENV PYTHONUNBUFFERED=1 PATH=/opt/ncstat:$PATH
ARG REVISION
LABEL org.opencontainers.image.title="ncstat" \
      org.opencontainers.image.description="Statistics of NetCDF files" \
      org.opencontainers.image.authors="model-data@site.example" \
      org.opencontainers.image.version="0.9.2" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.source="https://git.site.example/model-data/ncstat" \
      org.opencontainers.image.revision="${REVISION}"
USER 480:480
ENTRYPOINT ["python3.11", "/opt/ncstat/ncstat.py"]
CMD ["--help"]
