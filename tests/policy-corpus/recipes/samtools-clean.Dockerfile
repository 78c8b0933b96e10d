# syntax=docker/dockerfile:1.7
# Samtools, compiled in one stage and copied to the next, so that no compiler is left in the image.
FROM site.example/base/debian:13.1@sha256:7a1c0b9e4d2f8356a9b1c4d7e0f3a6b9c2d5e8f1a4b7c0d3e6f9a2b5c8d1e4f7 AS build
ARG DEBIAN_FRONTEND=noninteractive
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update && apt-get upgrade -y \
 && apt-get install -y --no-install-recommends build-essential ca-certificates curl libbz2-dev liblzma-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
ARG SAMTOOLS=1.21
ARG SAMTOOLS_SHA256=05724b083a6b6f0305fcae5243a056cc36cf826309c3cb9347a6b89ee3fc5ada
WORKDIR /src
RUN curl -fsSL -o samtools.tar.bz2 https://download.site.example/samtools/samtools-${SAMTOOLS}.tar.bz2 \
 && echo "${SAMTOOLS_SHA256}  samtools.tar.bz2" | sha256sum -c - \
 && tar -xjf samtools.tar.bz2 --strip-components=1 \
 && rm samtools.tar.bz2
RUN ./configure --without-curses --prefix=/opt/samtools && make -j 4 && make install

FROM site.example/base/debian:13.1@sha256:7a1c0b9e4d2f8356a9b1c4d7e0f3a6b9c2d5e8f1a4b7c0d3e6f9a2b5c8d1e4f7
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get upgrade -y \
 && apt-get install -y --no-install-recommends libbz2-1.0 liblzma5 zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY --from=build /opt/samtools/ /opt/samtools/
ENV PATH=/opt/samtools/bin:$PATH
LABEL org.opencontainers.image.title="samtools" \
      org.opencontainers.image.description="Tools for alignments in SAM, BAM and CRAM" \
      org.opencontainers.image.authors="genomics@site.example" \
      org.opencontainers.image.version="1.21" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.url="https://docs.site.example/samtools" \
      org.opencontainers.image.source="https://git.site.example/genomics/samtools-image" \
      org.opencontainers.image.revision="4f1c2d9e8b7a6053"
USER 499:499
ENTRYPOINT ["samtools"]
CMD ["--help"]
