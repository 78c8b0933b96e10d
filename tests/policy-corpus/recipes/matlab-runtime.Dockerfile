FROM registry.example/base/ubuntu:22.04
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get upgrade -y && apt-get install -y --no-install-recommends unzip curl libxt6 && rm -rf /var/lib/apt/lists/*
RUN curl -fsSLO https://media.site.example/releases/latest/matlab-runtime.zip \
 && unzip -q matlab-runtime.zip -d /tmp/mcr \
 && /tmp/mcr/install -agreeToLicense yes -destinationFolder /opt/mcr
COPY license.lic /opt/mcr/licenses/
ENV LM_LICENSE_FILE=/opt/mcr/licenses/license.lic
RUN rm -rf /tmp/mcr
ENV LD_LIBRARY_PATH=/opt/mcr/runtime:$LD_LIBRARY_PATH:
USER 499:499
