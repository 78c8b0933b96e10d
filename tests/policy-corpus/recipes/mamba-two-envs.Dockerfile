FROM registry.example/base/debian:12.7
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update && apt-get dist-upgrade -y && apt-get install -y --no-install-recommends bzip2 curl ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN curl -fsSL https://micro.site.example/api/micromamba/linux-64/2.0.2 | tar -xj -C /usr/local bin/micromamba
RUN micromamba create -y -p /opt/ocean -c conda-forge python=3.11 xarray=2024.9 && micromamba clean -ay
COPY ice.yml /opt/ice.yml
RUN micromamba create -y -p /opt/ice -f /opt/ice.yml
RUN curl -fsSL -o mc.sh http://repo.site.example/Miniconda3-latest-Linux-x86_64.sh && bash mc.sh -b -p /root/miniconda3
ENV PYTHONPATH=/opt/ocean/lib
USER 499:499
ENTRYPOINT ["/opt/ocean/bin/python"]
